// Values out of range and unknown words.
#include "diagnostic_case.hpp"

namespace lockstep {
namespace {

const DiagnosticCase ranges_cases[] = {
    {"durations",
     R"~(version = 1
[marker.a]
timeout = "0s"
[marker.b]
timeout = "31d"
[marker.c]
timeout = "5 minutes"
[marker.d]
timeout = "1m1h"
[marker.e]
timeout = ""
)~",
     R"~(lockstep.toml:3:11: error: 'timeout' must be from 1ms to 30d, not '0s' [out-of-range]
    3 | timeout = "0s"
      |           ^^^^
lockstep.toml:5:11: error: 'timeout' must be from 1ms to 30d, not '31d' [out-of-range]
    5 | timeout = "31d"
      |           ^^^^^
lockstep.toml:7:11: error: '5 minutes' is no duration [bad-duration]
    7 | timeout = "5 minutes"
      |           ^^^^^^^^^^^
  help: numbers with units d, h, m, s, ms, such as "200ms", "1.5s" or "1h30m"
lockstep.toml:9:11: error: '1m1h' is no duration [bad-duration]
    9 | timeout = "1m1h"
      |           ^^^^^^
  help: numbers with units d, h, m, s, ms, such as "200ms", "1.5s" or "1h30m"
lockstep.toml:11:11: error: '' is no duration [bad-duration]
   11 | timeout = ""
      |           ^^
  help: numbers with units d, h, m, s, ms, such as "200ms", "1.5s" or "1h30m"
)~"},
    {"sizes",
     R"~(version = 1
[marker.a]
memory = "0B"
[marker.b]
memory = "2000TiB"
[marker.c]
memory = "2 GiB"
[marker.d]
memory = "2G"
)~",
     R"~(lockstep.toml:3:10: error: 'memory' must be from 1B to 1024TiB, not '0B' [out-of-range]
    3 | memory = "0B"
      |          ^^^^
lockstep.toml:5:10: error: 'memory' must be from 1B to 1024TiB, not '2000TiB' [out-of-range]
    5 | memory = "2000TiB"
      |          ^^^^^^^^^
lockstep.toml:7:10: error: '2 GiB' is no size [bad-size]
    7 | memory = "2 GiB"
      |          ^^^^^^^
  help: a number with a unit B, KiB, MiB, GiB, TiB, kB, MB, GB, TB, such as "512MiB"
lockstep.toml:9:10: error: '2G' is no size [bad-size]
    9 | memory = "2G"
      |          ^^^^
  help: a number with a unit B, KiB, MiB, GiB, TiB, kB, MB, GB, TB, such as "512MiB"
)~"},
    {"slots",
     R"~(version = 1
[pool.a]
slots = 0
[pool.b]
slots = 65536
[pool.c]
slots = -9223372036854775808
)~",
     R"~(lockstep.toml:3:9: error: 'slots' must be from 1 to 65535, not 0 [out-of-range]
    3 | slots = 0
      |         ^
lockstep.toml:5:9: error: 'slots' must be from 1 to 65535, not 65536 [out-of-range]
    5 | slots = 65536
      |         ^^^^^
lockstep.toml:7:9: error: 'slots' must be from 1 to 65535, not -9223372036854775808 [out-of-range]
    7 | slots = -9223372036854775808
      |         ^^^^^^^^^^^^^^^^^^^^
)~"},
    {"processors",
     R"~(version = 1
[marker.a]
processors = 0
[marker.b]
processors = 4097
)~",
     R"~(lockstep.toml:3:14: error: 'processors' must be from 1 to 4096, not 0 [out-of-range]
    3 | processors = 0
      |              ^
lockstep.toml:5:14: error: 'processors' must be from 1 to 4096, not 4097 [out-of-range]
    5 | processors = 4097
      |              ^^^^
)~"},
    {"workers",
     R"~(version = 1
[run]
workers = -1
[profile.a]
run.workers = 65536
)~",
     R"~(lockstep.toml:3:11: error: 'workers' must be from 0 to 65535, not -1 [out-of-range]
    3 | workers = -1
      |           ^^
lockstep.toml:5:15: error: 'workers' must be from 0 to 65535, not 65536 [out-of-range]
    5 | run.workers = 65536
      |               ^^^^^
)~"},
    {"max_parallel",
     R"~(version = 1
[[phase]]
name = "core"
tests = "all()"
max_parallel = 0
[marker.a]
max_parallel = 65536
)~",
     R"~(lockstep.toml:5:16: error: 'max_parallel' must be from 1 to 65535, not 0 [out-of-range]
    5 | max_parallel = 0
      |                ^
lockstep.toml:7:16: error: 'max_parallel' must be from 1 to 65535, not 65536 [out-of-range]
    7 | max_parallel = 65536
      |                ^^^^^
)~"},
    {"use",
     R"~(version = 1
[marker.a]
use = { db = 0 }
[pool.db]
slots = 1
)~",
     R"~(lockstep.toml:3:14: error: 'db' must be from 1 to 65535, not 0 [out-of-range]
    3 | use = { db = 0 }
      |              ^
)~"},
    {"words",
     R"~(version = 1
[defaults]
unmarked = "seriel"
isolate = ["temp", "network"]
[run]
sessions = "share "
[[phase]]
name = "core"
tests = "all()"
order = "serial"
gate = "record"
untested = "FAIL"
)~",
     R"~(lockstep.toml:3:12: error: unknown value 'seriel' of 'unmarked' [unknown-value]
    3 | unmarked = "seriel"
      |            ^^^^^^^^
  help: did you mean 'serial'?
lockstep.toml:4:12: error: unknown value 'temp' in 'isolate' [unknown-value]
    4 | isolate = ["temp", "network"]
      |            ^^^^^^
  help: did you mean 'tmp'?
lockstep.toml:4:20: error: unknown value 'network' in 'isolate' [unknown-value]
    4 | isolate = ["temp", "network"]
      |                    ^^^^^^^^^
  help: any of: tmp, home, cwd
lockstep.toml:6:12: error: unknown value 'share ' of 'sessions' [unknown-value]
    6 | sessions = "share "
      |            ^^^^^^^^
  help: did you mean 'share'?
lockstep.toml:10:9: error: unknown value 'serial' of 'order' [unknown-value]
   10 | order = "serial"
      |         ^^^^^^^^
  help: one of: parallel, sequential, chain
lockstep.toml:11:8: error: unknown value 'record' of 'gate' [unknown-value]
   11 | gate = "record"
      |        ^^^^^^^^
  help: did you mean 'recorded'?
lockstep.toml:12:12: error: unknown value 'FAIL' of 'untested' [unknown-value]
   12 | untested = "FAIL"
      |            ^^^^^^
  help: one of: pass, fail
)~"},
    {"no_program_in_a_command",
     R"~(version = 1
[[phase]]
name = "core"
tests = "all()"
cleanup = []
[[phase.checkpoint]]
name = "a"
command = [""]
)~",
     R"~(lockstep.toml:5:11: error: 'cleanup' names no program [out-of-range]
    5 | cleanup = []
      |           ^^
  help: a command is an array of the program and its arguments, run without a shell
lockstep.toml:8:11: error: 'command' names no program [out-of-range]
    8 | command = [""]
      |           ^^^^
  help: a command is an array of the program and its arguments, run without a shell
)~"},
    {"no_expression_in_tests",
     R"~(version = 1
[[phase]]
name = "core"
tests = []
)~",
     R"~(lockstep.toml:4:9: error: 'tests' holds no expression [out-of-range]
    4 | tests = []
      |         ^^
  help: write "none()" for a phase without tests
)~"},
    {"values_of_limits_and_retries",
     R"~(version = 1
[rate_limit.ofs]
rate = "0/s"
burst = 0
[rate_limit.other]
rate = "10 per second"
[retry.busy]
attempts = 0
on_exit = [256]
give_up_after = 1.5
)~",
     R"~(lockstep.toml:3:8: error: 'rate' must be above 0 and at most 1000000/s, not '0/s' [out-of-range]
    3 | rate = "0/s"
      |        ^^^^^
lockstep.toml:4:9: error: 'burst' must be from 1 to 65535, not 0 [out-of-range]
    4 | burst = 0
      |         ^
lockstep.toml:6:8: error: '10 per second' is no rate [bad-rate]
    6 | rate = "10 per second"
      |        ^^^^^^^^^^^^^^^
  help: a number a second, minute or hour, such as "10/s", "0.5/m" or "100/h"
lockstep.toml:8:12: error: 'attempts' must be from 1 to 100, not 0 [out-of-range]
    8 | attempts = 0
      |            ^
lockstep.toml:9:12: error: an entry of 'on_exit' must be from 0 to 255, not 256 [out-of-range]
    9 | on_exit = [256]
      |            ^^^
lockstep.toml:10:17: error: 'give_up_after' must be above 0 and at most 1, not 1.5 [out-of-range]
   10 | give_up_after = 1.5
      |                 ^^^
)~"},
};
INSTANTIATE_TEST_SUITE_P(ranges, PlanDiagnostics, testing::ValuesIn(ranges_cases), case_name);

}  // namespace
}  // namespace lockstep
