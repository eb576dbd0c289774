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

/// Puts all that the session's log says into the history. Idempotent. Without a log every test's verdict is lost.
void record_session(const Layout& layout, Session& session, const RunTable& table, bool complete, History& history);

/// Positions of tests that have a temp directory to keep; empties those of tests that passed. For `end`.
void tidy_temp_directories(const Layout& layout, const Session& session, const RunTable& table, const LogReading& log);

/// Settles all sessions that are over: call under the registry's lock, holding the build tree. Sessions whose processes
/// still live keep their number. `self` is left alone.
void settle_dead_sessions(const Layout& layout, const Session& self, const Report& report);

/// The cheap part, before a number is taken: folders of sessions that were settled and whose processes are gone.
void release_settled_sessions(const Layout& layout, const os::ProcessId& ctest);

/// Tries to pay what is owed; what fails or takes longer than a minute stays owed.
void pay_debts(const Layout& layout, const Report& report);

}  // namespace lockstep
