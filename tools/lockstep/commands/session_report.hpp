// What one session did, phase by phase: put together from ctest's log, the run's table and the moments that were
// written down. Nothing is estimated: what was not recorded is absent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "commands/verdicts.hpp"

namespace lockstep {

enum class SessionState { ended, running, interrupted };

/// Counts of tests by how they ended in this session.
struct Tally {
    std::size_t tests = 0;   ///< in the phase
    std::size_t passed = 0;  ///< also skipped by return code: ctest's log does not tell them apart
    std::size_t failed = 0, skipped = 0, not_run = 0, disabled = 0;
    std::size_t unclear = 0;     ///< their outcome cannot be told from the log; a gate takes that for a failure
    std::size_t unfinished = 0;  ///< ctest was killed while they ran, or runs them now
    std::size_t absent = 0;      ///< not in the log: not selected, or, in a session that has not ended, not reached
    double seconds = 0;          ///< durations added up, as ctest logged them (to 10 ms)
    std::string longest;
    double longest_seconds = 0;
    [[nodiscard]] std::size_t logged() const { return tests - absent; }
    [[nodiscard]] std::size_t started() const { return passed + failed + skipped + unclear + unfinished; }
};

struct ReportedPhase {
    std::string name;
    Tally tally;
    std::optional<bool> checkpoint;  ///< its verdict; none: it did not run in this session
    /// Seconds since the start: its tests ran not before `begins` (the last checkpoint that the phase waits for; none
    /// if no test of it was started) and, but for fixture clean-ups, not after `ends` (its own checkpoint).
    std::optional<double> begins, ends;
};

struct NamedTest {
    std::string name, phase;  ///< phase "": in none
    std::string how;          ///< "failed", "outcome unclear", "not run", …
};

/// A test that a launcher ran more than once.
struct RetriedTest {
    std::string name, phase;  ///< phase "": in none
    std::string rule;         ///< the retry rule
    int attempts = 0;
    bool passed = false;  ///< in the end: it is flaky
};

struct SessionReport {
    Session session;
    SessionState state = SessionState::ended;
    std::int64_t started_ns = 0;  ///< since 1970
    double waited_seconds = 0;    ///< before the start: for other runs, and for the tests to be listed
    std::optional<double> wall;   ///< until the end, or the last moment that was written down
    std::vector<ReportedPhase> phases;
    Tally free;          ///< tests in no phase
    double seconds = 0;  ///< durations of all the project's tests added up
    std::vector<NamedTest> failed, not_run;
    std::size_t launched = 0;  ///< tests that a launcher ran
    std::vector<RetriedTest> retried;
    double limited_seconds = 0;                ///< that launched tests waited for limits, added up
    std::size_t calls = 0, calls_retried = 0;  ///< of with_retry() in tests
    std::vector<LeftData> left;                ///< that tests said they made and did not say they removed
};

/// The newest session of the build tree that was not started inside another; none if there is none. Throws Refusal
/// where its files cannot be read.
[[nodiscard]] std::optional<SessionReport> report_last_session(const Layout& layout);

}  // namespace lockstep
