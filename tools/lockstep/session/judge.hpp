// A gate's judgement: what a checkpoint knows of each test of a phase, from this session's log and what is recorded.
// Pure: recorded verdicts come in as values. One reader serves checkpoint, `end` and the next session's import.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "session/ctest_log.hpp"

namespace lockstep {

/// What the history says of a test (or a verification) whose last run was in an earlier session.
struct RecordedVerdict {
    bool passed = false;     ///< passed or skipped
    bool unchanged = false;  ///< its command, program, libraries and files are as they were when it ran
};

/// One test of the phase, as the checkpoint sees it.
struct JudgedTest {
    std::string_view name;
    std::uint32_t index = 0;  ///< CTest's test number, from 1
    bool disabled = false;
    bool not_built = false;  ///< stands in for a program's cases (`<target>_NOT_BUILT`)
    std::optional<RecordedVerdict> recorded;
};

enum class Standing {
    passed_now,
    skipped_now,
    disabled,
    failed_now,
    not_run_now,  ///< selected, and could not be run
    unclear_now,  ///< selected, and its outcome cannot be told for sure
    passed_before,
    failed_before,
    never_run,
    changed_since,
    not_built,
};

/// "failed", "could not be run", "never run", … as a checkpoint prints it.
[[nodiscard]] std::string_view describe(Standing standing);

struct Finding {
    std::string name;
    Standing standing{};
};

struct Judgement {
    std::vector<Finding> failures;  ///< why the gate says no
    std::vector<Finding> untested;  ///< named; failures too if the phase says untested = "fail"
    std::size_t all_right = 0;
    bool ran_now = false;  ///< some test of the phase was started in this session, as far as its log tells
};

/// One row of plan-file's gate table.
[[nodiscard]] Standing stand(const JudgedTest& test, const LogReading& log);

[[nodiscard]] Judgement judge(std::span<const JudgedTest> tests, const LogReading& log);

}  // namespace lockstep
