// `lockstep keep-log`: holds ctest's log open where it could not be linked into the session's folder, because it had
// lost its name (on CTest 3.x whenever another ctest starts in the build tree) or lies on another file system. When
// ctest has ended, however that was, its text becomes the file that the link would have been. `enter` starts it, and it
// outlives the process group of ctest; should somebody end it as well, the run counts as never run.
#include "commands/commands.hpp"
#include "os/files.hpp"
#include "os/processes.hpp"
#include "session/session.hpp"

namespace lockstep {
namespace {

std::optional<Session> find_session(const Layout& layout, const std::string& id) {
    for (auto& session : read_sessions(layout)) {
        if (session.id == id) return std::move(session);
    }
    return std::nullopt;
}

}  // namespace

int keep_log_command(const InternalOptions& options, const std::string& id) {
    // What ctest's environment may have left open for everybody, a pipe that is read to its end for one.
    os::close_all_above(os::descriptor_of_detached);
    Layout layout;
    layout.state = options.state;
    auto session = find_session(layout, id);
    if (!session) return 0;
    os::wait_for_end(session->ctest);
    // Who settles the session reads what we hold open, or the file: never what is half written.
    const os::FileLock lock(layout.lock());
    if ((session = find_session(layout, id))) write_log_from(layout, *session, os::descriptor_of_detached);
    return 0;
}

}  // namespace lockstep
