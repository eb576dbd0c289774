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

/// A session of any build tree.
struct SessionName {
    std::string state;  ///< Layout::state
    std::string id;
    [[nodiscard]] bool operator==(const SessionName&) const = default;
};

/// What stands in B/lockstep/s/<n>/session.json.
struct Session {
    int number = 0;
    bool other_version = false;  ///< of a Lockstep that notes other things: only number, id, who and where are known
    std::string id;              ///< LOCKSTEP_SESSION: distinct over machines and time
    os::ProcessId ctest;
    int process_group = 0;  ///< of ctest; its tests stay in it unless they leave
    std::string host, boot, process_namespace;
    std::string graph;  ///< folder below g/ that it uses; "" while it waits
    std::string configuration;
    std::string inside;               ///< id of the session that this ctest was started in, or ""
    std::vector<SessionName> around;  ///< all that it was started in, of this and of other build trees; outermost first
    std::string waits_for;            ///< id of the session that holds the build tree, or ""
    std::int64_t opened_ns = 0;       ///< since 1970
    std::int64_t turn_ns = 0;         ///< since 1970: it had waited for others until then; orders verdicts
    int jobs = 0;                     ///< 0: unknown
    int first_worker = 0, workers = 0;  ///< ids first_worker … first_worker + workers - 1; 0: none
    bool repeated = false;
    bool recorded = true;  ///< false: its verdicts stay out of the history (memcheck)
    bool no_tests_error = false;
    bool holds = false;           ///< it runs, and others wait for it
    bool began = false;           ///< its ctest knows the tests, and may have begun some
    bool ended = false;           ///< lockstep.end ran
    bool settled = false;         ///< verdicts are in the history
    bool processes_left = false;  ///< it is over, but what its tests started is not: its number and ids stay taken
    int log_descriptor = -1;      ///< of ctest, for when the log could not be linked
    std::uint64_t log_device = 0, log_inode = 0;  ///< what that descriptor was open on; 0: nothing
    bool log_linked = false;
    os::ProcessId log_keeper;  ///< holds the log open where it is not linked; pid 0: nobody does

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

/// Creates the folder with the smallest number that no session has. Call under the registry's lock. Directories in
/// t/<n> without a session are nobody's: a session whose processes live keeps its folder.
[[nodiscard]] int take_number(const Layout& layout);

/// A session of this machine with the smallest free number, whose ctest is `ctest`; its folder is there, its
/// session.json is not. Call under the registry's lock, and write_session() before that ends.
[[nodiscard]] Session open_session(const Layout& layout, const os::ProcessId& ctest);

/// "<host and build tree, hashed>-<number>-<pid>-<start>": what a test finds in LOCKSTEP_SESSION.
[[nodiscard]] std::string make_session_id(const Layout& layout, const Session& session);

/// Finds the log that `ctest` holds open and links it into the session's folder. Sets log_descriptor and log_linked,
/// and `recorded` by whose log it is: a command line does not tell what a dashboard script does, nor which comes first
/// in `-T Test -T MemCheck`.
void link_log(const Layout& layout, Session& session);
/// On CTest 3.x two ctests that start at the same moment may open one file (each removes it, then each opens it), and
/// then write over each other.
[[nodiscard]] bool same_log(const Session& a, const Session& b);
/// Whether its ctest has the log still open.
[[nodiscard]] bool writes_log(const Session& session);
/// Takes away what others have written into its log behind the place where its ctest will go on. Call when none of
/// those writes it any more.
void cut_log(const Session& session);
/// Its text is lost from then on.
void disown_log(Session& session);
/// Where its text is: the linked file, or the descriptor that ctest has open.
[[nodiscard]] std::string log_place(const Layout& layout, const Session& session);
/// Where it could not be linked: starts `program` keep-log, which holds it open, and sets log_keeper. Call before ctest
/// begins with tests.
void keep_log_open(const Layout& layout, Session& session, const std::string& program);
/// The keeper's part, once ctest has ended: what its descriptor is open on becomes the file that the link would have
/// been.
void write_log_from(const Layout& layout, const Session& session, int descriptor);
/// The log's text: the file in the session's folder, else through /proc while its keeper or ctest lives, else none.
/// None either where another ctest has written over its beginning.
[[nodiscard]] std::optional<std::string> read_log(const Layout& layout, const Session& session);

/// The live session of this build tree that `pid` was started in: by ancestry, or by `inherited_id` (the
/// LOCKSTEP_SESSION in its environment: a daemon has lost its ancestors).
[[nodiscard]] std::optional<Session> session_around(const std::vector<Session>& sessions, int pid,
                                                    const std::string& inherited_id);

}  // namespace lockstep
