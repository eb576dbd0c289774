// Clean-ups that a run should have made and did not: of phases, after tests, of workers. Noted in the history, and paid
// before the next run's tests.
#pragma once

#include "commands/output.hpp"
#include "history/history.hpp"
#include "overlay/run_table.hpp"
#include "session/ctest_log.hpp"
#include "session/session.hpp"
#include "session/session_journal.hpp"

namespace lockstep {

/// A run that was interrupted owes the clean-up of each phase of which a test has begun, or may have, unless that
/// clean-up has passed. CTest logs a test when it has ended, so what was running at a kill shows only in that nothing
/// kept it from running any more. Without a `log` all may have begun.
void note_debts_of_interrupted(const Layout& layout, const Session& session, const RunTable& table,
                               const LogReading* log, History& history);

/// A run that has come to its end owes those that CTest did not start, since a fixture of the phase had failed. One
/// that ran and failed is a failed test, and is not repeated.
void note_debts_of_ended(const Layout& layout, const Session& session, const RunTable& table, const LogReading& log,
                         History& history);

/// What launchers and tests have noted as owed and not as paid: of tests that were killed, and of workers.
void note_debts_of_journal(const Session& session, const SessionJournal& journal, History& history);

/// "the clean-up of phase 'core'"
[[nodiscard]] std::string describe(const Debt& debt);

/// Tries to pay what is owed, one after another, for up to a minute each; what fails or takes longer stays owed. Waits
/// while another process pays, and ends what one that died has left at it.
void pay_debts(const Layout& layout, const Report& report);
/// The same of what that session's journal owes, with no word but of what fails. A phase's clean-up that CTest did not
/// start is for the next run: the fixture that it needs has failed in this one.
void pay_journal_debts(const Layout& layout, const Session& session, const Report& report);

}  // namespace lockstep
