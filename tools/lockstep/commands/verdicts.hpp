// What a session's log says of its tests, and the way into the history. Checkpoints judge by it, `end` records it, and
// the next session does so for one that did not come to its end: all with the same reader of the same log.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/output.hpp"
#include "history/history.hpp"
#include "overlay/run_table.hpp"
#include "session/ctest_log.hpp"
#include "session/fingerprint.hpp"
#include "session/session.hpp"
#include "session/session_journal.hpp"

namespace lockstep {

/// Empty where nothing was noted.
[[nodiscard]] SessionJournal read_journal(const Layout& layout, const Session& session);

/// `log` is its text; of batches, ctest's log says less than the journal.
[[nodiscard]] LogReading read_session_log(const Layout& layout, const RunTable& table, const Session& session,
                                          const std::string& log, const SessionJournal& journal);

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
[[nodiscard]] std::string_view phase_of_key(std::string_view key);  ///< of a verification

/// Puts all that the session's log says into the history, with what launchers measured, and durations into
/// LOCKSTEP_HISTORY's file; removes what tests that passed had left in kept/; sets session.settled. Idempotent. Without
/// a log (null), or where ctest counted other tests than are known, every test's verdict is lost: a pass no longer
/// counts, a failure stands.
void record_session(const Layout& layout, Session& session, const RunTable& table, const LogReading* log,
                    const SessionJournal& journal, bool complete, History& history, const Report& report);

}  // namespace lockstep
