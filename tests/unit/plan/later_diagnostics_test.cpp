// What the format has but this version does not put into effect: refused by name.
#include "diagnostic_case.hpp"

namespace lockstep {
namespace {

const DiagnosticCase later_cases[] = {
    {"keys",
     R"~(version = 1
[defaults]
granularity = "suite"
batch_time = "3s"
verify_batch = true
[run]
measure = true
jobs = 4
deadline = "1h"
[[phase]]
name = "core"
tests = "all()"
stagger = "1s"
budget = "8m"
[marker.a]
setup = ["x", "${worker_dir}"]
cleanup = ["x", "${port.http}"]
granularity = "file"
)~",
     R"~(lockstep.toml:3:1: error: 'granularity' is not in effect in this version of Lockstep [not-in-effect-yet]
    3 | granularity = "suite"
      | ^^^^^^^^^^^
  help: leave it out: what would not hold is refused rather than ignored
lockstep.toml:4:1: error: 'batch_time' is not in effect in this version of Lockstep [not-in-effect-yet]
    4 | batch_time = "3s"
      | ^^^^^^^^^^
  help: leave it out: what would not hold is refused rather than ignored
lockstep.toml:5:1: error: 'verify_batch' is not in effect in this version of Lockstep [not-in-effect-yet]
    5 | verify_batch = true
      | ^^^^^^^^^^^^
  help: leave it out: what would not hold is refused rather than ignored
lockstep.toml:7:1: error: 'measure' is not in effect in this version of Lockstep [not-in-effect-yet]
    7 | measure = true
      | ^^^^^^^
  help: leave it out: what would not hold is refused rather than ignored
lockstep.toml:8:1: error: 'jobs' is not in effect in this version of Lockstep [not-in-effect-yet]
    8 | jobs = 4
      | ^^^^
  help: leave it out: what would not hold is refused rather than ignored
lockstep.toml:9:1: error: 'deadline' is not in effect in this version of Lockstep [not-in-effect-yet]
    9 | deadline = "1h"
      | ^^^^^^^^
  help: leave it out: what would not hold is refused rather than ignored
lockstep.toml:13:1: error: 'stagger' is not in effect in this version of Lockstep [not-in-effect-yet]
   13 | stagger = "1s"
      | ^^^^^^^
  help: leave it out: what would not hold is refused rather than ignored
lockstep.toml:14:1: error: 'budget' is not in effect in this version of Lockstep [not-in-effect-yet]
   14 | budget = "8m"
      | ^^^^^^
  help: leave it out: what would not hold is refused rather than ignored
lockstep.toml:16:1: error: 'setup' is not in effect in this version of Lockstep [not-in-effect-yet]
   16 | setup = ["x", "${worker_dir}"]
      | ^^^^^
  help: leave it out: what would not hold is refused rather than ignored
lockstep.toml:17:1: error: 'cleanup' is not in effect in this version of Lockstep [not-in-effect-yet]
   17 | cleanup = ["x", "${port.http}"]
      | ^^^^^^^
  help: leave it out: what would not hold is refused rather than ignored
lockstep.toml:18:1: error: 'granularity' is not in effect in this version of Lockstep [not-in-effect-yet]
   18 | granularity = "file"
      | ^^^^^^^^^^^
  help: leave it out: what would not hold is refused rather than ignored
)~"},
    {"tables",
     R"~(version = 1
[rate_limit.ofs]
[retry.busy]
[service.users]
tests = "all()"
start = ["x", "${port.http}"]
[worker]
setup = ["x", "${worker}"]
)~",
     R"~(lockstep.toml:2:2: error: 'rate_limit.ofs' is not in effect in this version of Lockstep [not-in-effect-yet]
    2 | [rate_limit.ofs]
      |  ^^^^^^^^^^^^^^
  help: leave it out: what would not hold is refused rather than ignored
lockstep.toml:3:2: error: 'retry.busy' is not in effect in this version of Lockstep [not-in-effect-yet]
    3 | [retry.busy]
      |  ^^^^^^^^^^
  help: leave it out: what would not hold is refused rather than ignored
lockstep.toml:4:2: error: 'service.users' is not in effect in this version of Lockstep [not-in-effect-yet]
    4 | [service.users]
      |  ^^^^^^^^^^^^^
  help: leave it out: what would not hold is refused rather than ignored
lockstep.toml:7:2: error: 'worker' is not in effect in this version of Lockstep [not-in-effect-yet]
    7 | [worker]
      |  ^^^^^^
  help: leave it out: what would not hold is refused rather than ignored
)~"},
    {"variables",
     R"~(version = 1
[marker.a.env]
A = "${worker}"
B = "x${worker_dir}"
C = "${port.http}"
)~",
     R"~(lockstep.toml:3:6: error: '${worker}' is not in effect in this version of Lockstep [not-in-effect-yet]
    3 | A = "${worker}"
      |      ^^^^^^^^^
  help: leave it out: what would not hold is refused rather than ignored
lockstep.toml:4:7: error: '${worker_dir}' is not in effect in this version of Lockstep [not-in-effect-yet]
    4 | B = "x${worker_dir}"
      |       ^^^^^^^^^^^^^
  help: leave it out: what would not hold is refused rather than ignored
lockstep.toml:5:6: error: '${port.http}' is not in effect in this version of Lockstep [not-in-effect-yet]
    5 | C = "${port.http}"
      |      ^^^^^^^^^^^^
  help: leave it out: what would not hold is refused rather than ignored
)~"},
    {"in_profiles",
     R"~(version = 1
[[phase]]
name = "core"
tests = "all()"
[rate_limit.ofs]
[profile.ci]
run.deadline = "20m"
rate_limit.ofs.rate = "5/s"
rate_limit.ofs.burst = 2
worker.setup = ["x"]
phase.core.stagger = "1s"
)~",
     R"~(lockstep.toml:5:2: error: 'rate_limit.ofs' is not in effect in this version of Lockstep [not-in-effect-yet]
    5 | [rate_limit.ofs]
      |  ^^^^^^^^^^^^^^
  help: leave it out: what would not hold is refused rather than ignored
lockstep.toml:7:5: error: 'deadline' is not in effect in this version of Lockstep [not-in-effect-yet]
    7 | run.deadline = "20m"
      |     ^^^^^^^^
  help: leave it out: what would not hold is refused rather than ignored
lockstep.toml:8:1: error: 'rate_limit.ofs' is not in effect in this version of Lockstep [not-in-effect-yet]
    8 | rate_limit.ofs.rate = "5/s"
      | ^^^^^^^^^^^^^^
  help: leave it out: what would not hold is refused rather than ignored
lockstep.toml:10:1: error: 'worker' is not in effect in this version of Lockstep [not-in-effect-yet]
   10 | worker.setup = ["x"]
      | ^^^^^^
  help: leave it out: what would not hold is refused rather than ignored
lockstep.toml:11:12: error: 'stagger' is not in effect in this version of Lockstep [not-in-effect-yet]
   11 | phase.core.stagger = "1s"
      |            ^^^^^^^
  help: leave it out: what would not hold is refused rather than ignored
)~"},
};
INSTANTIATE_TEST_SUITE_P(later, PlanDiagnostics, testing::ValuesIn(later_cases), case_name);

}  // namespace
}  // namespace lockstep
