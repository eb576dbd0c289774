// Reads ctest's own log (LastTest.log while it is written, or what is left of it): which tests this run selected, and
// how each ended. Text in, values out.
//
// The verdict line alone is a trap: tests that were never run say "Test Passed.", and a test's output can imitate the
// log. The rules below are those that hold on CTest 3.25 to 4.x; each has a test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace lockstep {

enum class LogVerdict {
    passed,   ///< also skipped by return code: the log does not tell them apart; also WILL_FAIL that failed
    failed,   ///< also crashed and timed out
    skipped,  ///< by SKIP_REGULAR_EXPRESSION, when the log says so
    not_run,  ///< settled without having been started, or disabled: the caller knows which tests are disabled
    unknown,  ///< the log contradicts itself here: a test's output imitated it. A gate takes this for a failure
    started,  ///< a block without an end: ctest was killed while it wrote
};

struct LogEntry {
    std::uint32_t index = 0;  ///< CTest's test number, from 1
    LogVerdict verdict = LogVerdict::unknown;
    double seconds = 0;  ///< as logged, to 10 ms
};

struct LogReading {
    std::vector<LogEntry> entries;  ///< sorted by index, one each
    /// Not 0: ctest counts that many tests, and not as many as are known, so which test a number means cannot be told.
    /// All verdicts are `unknown` then.
    std::size_t counted = 0;
    bool finished = false;  ///< ctest came to its end: nothing was running any more
    [[nodiscard]] const LogEntry* find(std::uint32_t index) const;
};

struct LogOptions {
    /// Name of test `index`, or an empty view where there is none.
    std::function<std::string_view(std::uint32_t)> name_of;
    /// ctest was called with --repeat (or its presets say so): a name may have several blocks, the last one counts.
    bool repeated = false;
};

/// Whether the text, as far as it goes, begins as CTest begins a log: two lines, and the last line never follows at
/// once where there are others. False for what another ctest has written over or emptied meanwhile.
[[nodiscard]] bool begins_like_a_log(std::string_view log);

/// Linear in `log`, whatever it holds (50 MB of almost-headers included).
[[nodiscard]] LogReading read_ctest_log(std::string_view log, const LogOptions& options);

}  // namespace lockstep
