#include "session/judge.hpp"

namespace lockstep {
namespace {

enum class Weight { all_right, fails, untested };

Weight weigh(Standing standing) {
    switch (standing) {
        case Standing::passed_now:
        case Standing::skipped_now:
        case Standing::disabled:
        case Standing::passed_before:
            return Weight::all_right;
        case Standing::failed_now:
        case Standing::not_run_now:
        case Standing::unclear_now:
        case Standing::failed_before:
            return Weight::fails;
        case Standing::never_run:
        case Standing::changed_since:
        case Standing::not_built:
            return Weight::untested;
    }
    return Weight::fails;
}

Standing stand_now(LogVerdict verdict) {
    switch (verdict) {
        case LogVerdict::passed:
            return Standing::passed_now;
        case LogVerdict::skipped:
            return Standing::skipped_now;
        case LogVerdict::failed:
            return Standing::failed_now;
        case LogVerdict::not_run:
            return Standing::not_run_now;
        case LogVerdict::unknown:
        case LogVerdict::started:
            break;
    }
    return Standing::unclear_now;
}

}  // namespace

std::string_view describe(Standing standing) {
    switch (standing) {
        case Standing::passed_now:
            return "passed";
        case Standing::skipped_now:
            return "skipped";
        case Standing::disabled:
            return "disabled";
        case Standing::failed_now:
            return "failed";
        case Standing::not_run_now:
            return "could not be run";
        case Standing::unclear_now:
            return "its outcome cannot be told for sure";
        case Standing::passed_before:
            return "passed when last run";
        case Standing::failed_before:
            return "failed when last run";
        case Standing::never_run:
            return "never run";
        case Standing::changed_since:
            return "changed since it ran";
        case Standing::not_built:
            return "not built";
    }
    return "";
}

Standing stand(const JudgedTest& test, const LogReading& log) {
    // CTest settles a disabled test as "not run", so the log cannot tell it from one that could not be run.
    if (test.disabled) return Standing::disabled;
    if (const auto* entry = log.find(test.index)) return stand_now(entry->verdict);
    // What is recorded of a stand-in is of no use: it says nothing of the cases that it stands for.
    if (test.not_built) return Standing::not_built;
    if (!test.recorded) return Standing::never_run;
    if (!test.recorded->unchanged) return Standing::changed_since;
    return test.recorded->passed ? Standing::passed_before : Standing::failed_before;
}

Judgement judge(std::span<const JudgedTest> tests, const LogReading& log) {
    Judgement judgement;
    for (const auto& test : tests) {
        const auto* entry = log.find(test.index);
        if (entry != nullptr && entry->verdict != LogVerdict::not_run) judgement.ran_now = true;
        const auto standing = stand(test, log);
        switch (weigh(standing)) {
            case Weight::all_right:
                ++judgement.all_right;
                break;
            case Weight::fails:
                judgement.failures.push_back({std::string(test.name), standing});
                break;
            case Weight::untested:
                judgement.untested.push_back({std::string(test.name), standing});
                break;
        }
    }
    return judgement;
}

}  // namespace lockstep
