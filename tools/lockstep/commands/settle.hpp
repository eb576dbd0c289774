// What a session leaves goes where it belongs: verdicts into the history, failed tests' directories to kept/, clean-ups
// that a killed run owes are paid. `end` does its part for a session that comes to its end; the next session's `enter`
// does it for one that did not. Both read the same log with the same reader.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "history/history.hpp"
#include "overlay/run_table.hpp"
#include "session/ctest_log.hpp"
#include "session/fingerprint.hpp"
#include "session/session.hpp"

namespace lockstep {

/// Standard error, a line each: what a person has to know.
using Report = std::function<void(const std::string&)>;

[[nodiscard]] LogReading read_session_log(const Layout& layout, const RunTable& table, const Session& session,
                                          const std::string& log);

/// Fingerprints as they were when the session opened, hashes remembered by `history`.
[[nodiscard]] Fingerprints session_fingerprints(const Layout& layout, const Session& session, const History& history);
/// The same of any moment, `identities` being those of `table`'s files then.
[[nodiscard]] Fingerprints known_fingerprints(FileTable table, Identities identities, const History& history);
void remember_fresh_hashes(const Fingerprints& fingerprints, History& history);

/// Outcomes of verifications in this session: s/<n>/verified-<phase>.json, written by checkpoints.
struct VerifiedNow {
    std::string name;  ///< of the verification
    bool passed = false;
    std::string fingerprint;
};
void write_verified(const Layout& layout, const Session& session, std::size_t phase,
                    const std::vector<VerifiedNow>& verified);
[[nodiscard]] std::optional<std::vector<VerifiedNow>> read_verified(const Layout& layout, const Session& session,
                                                                    std::size_t phase);
/// The name a verification has in the history.
[[nodiscard]] std::string verification_key(std::string_view phase, std::string_view verification);
/// No test's name holds a newline.
[[nodiscard]] bool is_verification_key(std::string_view key);
[[nodiscard]] std::string_view phase_of_key(std::string_view key);  ///< of a verification

/// Puts all that the session's log says into the history, and durations into LOCKSTEP_HISTORY's file; removes what
/// tests that passed had left in kept/. Idempotent. Without a log (null), or where ctest counted other tests than are
/// known, every test's verdict is lost.
void record_session(const Layout& layout, Session& session, const RunTable& table, const LogReading* log, bool complete,
                    History& history, const Report& report);

/// Notes the tests whose temp directory is to be kept, empties those of tests that passed. For `end`.
void tidy_temp_directories(const Layout& layout, const Session& session, const RunTable& table, const LogReading& log,
                           const Report& report);

/// Removes what killed processes of ours left half made.
void sweep(const Layout& layout);

/// Settles one that is over: its orphans, its verdicts, what it owes, directories to keep. Its folder goes, unless
/// processes of it are left. Call under the registry's lock.
void settle_session(const Layout& layout, Session session, const Report& report);

/// Who runs a session that lives here: "ctest 123", or "`lockstep cleanup`, process 123".
[[nodiscard]] std::string runner_of(const Session& session);

/// That whether a session of elsewhere lives cannot be told, and what to do.
[[nodiscard]] std::string foreign_session(const Layout& layout, const Session& session);

/// Where the directory is that a test left when it failed last: in kept/, or still where the last run had it. "": none.
[[nodiscard]] std::string directory_left(const Layout& layout, const History& history, const std::string& test);

/// Settles all sessions that are over: call under the registry's lock, holding the build tree. Sessions whose processes
/// still live keep their number. `self` is left alone.
void settle_dead_sessions(const Layout& layout, const Session& self, const Report& report);

/// The cheap part, before a number is taken: folders of sessions that were settled and whose processes are gone.
void release_settled_sessions(const Layout& layout, const os::ProcessId& ctest, const Report& report);

/// Tries to pay what is owed; what fails or takes longer than a minute stays owed.
void pay_debts(const Layout& layout, const Report& report);

}  // namespace lockstep
