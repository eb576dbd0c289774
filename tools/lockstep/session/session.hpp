// One ctest run and its folder: who it is, where its log is, whether it lives. The registry of sessions is the folders
// themselves, looked at under one lock file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "os/processes.hpp"
#include "session/layout.hpp"

namespace lockstep {

/// What stands in B/lockstep/s/<n>/session.json.
struct Session {
    int number = 0;
    std::string id;  ///< LOCKSTEP_SESSION: distinct over machines and time
    os::ProcessId ctest;
    int process_group = 0;  ///< of ctest; its tests stay in it unless they leave
    std::string host, boot, process_namespace;
    std::string graph;  ///< folder below g/ that it uses; "" while it waits
    std::string configuration;
    std::string inside;  ///< id of the session that this ctest was started in, or ""
    std::int64_t opened_ns = 0;
    int jobs = 0;  ///< 0: unknown
    int first_worker = 0, workers = 0;
    bool repeated = false;
    bool recorded = true;  ///< false: its verdicts stay out of the history (memcheck)
    bool no_tests_error = false;
    bool holds = false;       ///< it runs, and others wait for it
    bool ended = false;       ///< lockstep.end ran
    bool settled = false;     ///< verdicts are in the history
    int log_descriptor = -1;  ///< of ctest, for when the log could not be linked
    bool log_linked = false;

    [[nodiscard]] bool operator==(const Session&) const = default;
};

enum class Liveness {
    alive,
    dead,
    elsewhere,  ///< another machine or process-id namespace: cannot be told from here
};

[[nodiscard]] Liveness liveness(const Session& session);

/// All sessions with a readable session.json, by number. A folder without one (its maker died at once) is reported
/// with ctest.pid 0 if nobody can be making it any more.
[[nodiscard]] std::vector<Session> read_sessions(const Layout& layout);
[[nodiscard]] std::optional<Session> read_session(const Layout& layout, int number);
void write_session(const Layout& layout, const Session& session);
void remove_session(const Layout& layout, int number);

/// Creates the folder with the smallest number that no session has. Call under the registry's lock. Directories in t/<n>
/// without a session are nobody's: a session whose processes live keeps its folder.
[[nodiscard]] int take_number(const Layout& layout);

/// "<host and build tree, hashed>-<number>-<pid>-<start>": what a test finds in LOCKSTEP_SESSION.
[[nodiscard]] std::string make_session_id(const Layout& layout, const Session& session);

/// Finds the log that `ctest` holds open and links it into the session's folder. Sets log_descriptor and log_linked.
void link_log(const Layout& layout, Session& session);
/// The log's text: the linked file, else through /proc while that ctest lives, else none.
[[nodiscard]] std::optional<std::string> read_log(const Layout& layout, const Session& session);

/// The live session of this build tree that `pid` was started in: by ancestry, or by `inherited_id` (the
/// LOCKSTEP_SESSION in its environment: a daemon has lost its ancestors).
[[nodiscard]] std::optional<Session> session_around(const std::vector<Session>& sessions, int pid,
                                                    const std::string& inherited_id);

}  // namespace lockstep
