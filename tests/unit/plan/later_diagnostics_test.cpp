// What the format has but this version does not put into effect: refused by name.
#include "diagnostic_case.hpp"

namespace lockstep {
namespace {

const DiagnosticCase later_cases[] = {
    {"keys",
     R"~(version = 1
[run]
jobs = 4
deadline = "1h"
[[phase]]
name = "core"
tests = "all()"
budget = "8m"
)~",
     R"~(lockstep.toml:3:1: error: 'jobs' is not in effect in this version of Lockstep [not-in-effect-yet]
    3 | jobs = 4
      | ^^^^
  help: leave it out: what would not hold is refused rather than ignored
lockstep.toml:4:1: error: 'deadline' is not in effect in this version of Lockstep [not-in-effect-yet]
    4 | deadline = "1h"
      | ^^^^^^^^
  help: leave it out: what would not hold is refused rather than ignored
lockstep.toml:8:1: error: 'budget' is not in effect in this version of Lockstep [not-in-effect-yet]
    8 | budget = "8m"
      | ^^^^^^
  help: leave it out: what would not hold is refused rather than ignored
)~"},
    {"in_profiles",
     R"~(version = 1
[[phase]]
name = "core"
tests = "all()"
[profile.ci]
run.deadline = "20m"
phase.core.budget = "1s"
)~",
     R"~(lockstep.toml:6:5: error: 'deadline' is not in effect in this version of Lockstep [not-in-effect-yet]
    6 | run.deadline = "20m"
      |     ^^^^^^^^
  help: leave it out: what would not hold is refused rather than ignored
lockstep.toml:7:12: error: 'budget' is not in effect in this version of Lockstep [not-in-effect-yet]
    7 | phase.core.budget = "1s"
      |            ^^^^^^
  help: leave it out: what would not hold is refused rather than ignored
)~"},
};
INSTANTIATE_TEST_SUITE_P(later, PlanDiagnostics, testing::ValuesIn(later_cases), case_name);

}  // namespace
}  // namespace lockstep
