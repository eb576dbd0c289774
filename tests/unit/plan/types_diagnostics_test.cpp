// Values of a wrong type, and the version.
#include "diagnostic_case.hpp"

namespace lockstep {
namespace {

const DiagnosticCase types_cases[] = {
    {"no_version",
     R"~([defaults]
)~",
     R"~(lockstep.toml:1:1: error: the plan does not say which version of the format it has [missing-version]
    1 | [defaults]
      | ^
  help: write version = 1 at its top
)~"},
    {"an_empty_file", "",
     R"~(lockstep.toml:1:1: error: the plan does not say which version of the format it has [missing-version]
  help: write version = 1 at its top
)~"},
    {"version_of_the_future",
     R"~(version = 2
new_key = true
)~",
     R"~(lockstep.toml:1:11: error: this version of Lockstep does not know version 2 of the format [unknown-version]
    1 | version = 2
      |           ^
  help: write version = 1, or use a Lockstep that knows it
)~"},
    {"version_as_a_string",
     R"~(version = "1"
)~",
     R"~(lockstep.toml:1:11: error: 'version' must be an integer, not a string [wrong-type]
    1 | version = "1"
      |           ^^^
)~"},
    {"a_string_for_a_boolean",
     R"~(version = 1
[defaults]
context = "true"
)~",
     R"~(lockstep.toml:3:11: error: 'context' must be true or false, not a string [wrong-type]
    3 | context = "true"
      |           ^^^^^^
)~"},
    {"an_integer_for_a_duration",
     R"~(version = 1
[defaults]
timeout = 300
)~",
     R"~(lockstep.toml:3:11: error: 'timeout' must be a duration such as "30s", not an integer [wrong-type]
    3 | timeout = 300
      |           ^^^
)~"},
    {"a_boolean_for_a_word",
     R"~(version = 1
[defaults]
unmarked = true
)~",
     R"~(lockstep.toml:3:12: error: 'unmarked' must be a string, not a boolean [wrong-type]
    3 | unmarked = true
      |            ^^^^
)~"},
    {"a_string_for_an_array",
     R"~(version = 1
[defaults]
isolate = "tmp"
)~",
     R"~(lockstep.toml:3:11: error: 'isolate' must be an array of "tmp", "home", "cwd", not a string [wrong-type]
    3 | isolate = "tmp"
      |           ^^^^^
)~"},
    {"an_integer_in_an_array",
     R"~(version = 1
[defaults]
isolate = ["tmp", 1]
)~",
     R"~(lockstep.toml:3:19: error: an entry of 'isolate' must be a string, not an integer [wrong-type]
    3 | isolate = ["tmp", 1]
      |                   ^
)~"},
    {"a_string_for_an_integer",
     R"~(version = 1
[run]
workers = "4"
)~",
     R"~(lockstep.toml:3:11: error: 'workers' must be an integer, not a string [wrong-type]
    3 | workers = "4"
      |           ^^^
)~"},
    {"a_fraction_for_an_integer",
     R"~(version = 1
[pool.db]
slots = 1.5
)~",
     R"~(lockstep.toml:3:9: error: 'slots' must be an integer, not a number with a fraction [wrong-type]
    3 | slots = 1.5
      |         ^^^
)~"},
    {"a_date_for_a_size",
     R"~(version = 1
[marker.a]
memory = 2026-01-01
)~",
     R"~(lockstep.toml:3:10: error: 'memory' must be a size such as "512MiB", not a date or time [wrong-type]
    3 | memory = 2026-01-01
      |          ^^^^^^^^^^
)~"},
    {"a_table_for_an_expression",
     R"~(version = 1
[marker.a]
tests = { name = "x" }
)~",
     R"~(lockstep.toml:3:9: error: 'tests' must be a test-set expression, not a table [wrong-type]
    3 | tests = { name = "x" }
      |         ^^^^^^^^^^^^^^
)~"},
    {"an_array_for_a_table",
     R"~(version = 1
[marker.a]
use = ["db"]
)~",
     R"~(lockstep.toml:3:7: error: 'use' must be a table, not an array [wrong-type]
    3 | use = ["db"]
      |       ^^^^^^
)~"},
    {"a_string_for_a_command",
     R"~(version = 1
[[phase]]
name = "core"
tests = "all()"
cleanup = "drop all"
)~",
     R"~(lockstep.toml:5:11: error: 'cleanup' must be a command, an array of strings, not a string [wrong-type]
    5 | cleanup = "drop all"
      |           ^^^^^^^^^^
)~"},
    {"a_single_phase_table",
     R"~(version = 1
[phase]
name = "core"
)~",
     R"~(lockstep.toml:2:1: error: 'phase' must be an array of tables, each begun by [[phase]], not a table [wrong-type]
    2 | [phase]
      | ^^^^^^^
)~"},
    {"phases_by_name",
     R"~(version = 1
[phase.core]
tests = "all()"
)~",
     R"~(lockstep.toml:2:1: error: 'phase' must be an array of tables, each begun by [[phase]], not a table [wrong-type]
    2 | [phase.core]
      | ^^^^^^^^^^^^
)~"},
    {"a_phase_that_is_no_table",
     R"~(version = 1
phase = ["core"]
)~",
     R"~(lockstep.toml:2:10: error: an entry of 'phase' must be a table, not a string [wrong-type]
    2 | phase = ["core"]
      |          ^^^^^^
)~"},
    {"a_value_for_a_table",
     R"~(version = 1
defaults = 5
run = []
marker = 1
pool = "x"
worker = 1
profile = 1
service = 1
)~",
     R"~(lockstep.toml:2:12: error: 'defaults' must be a table, not an integer [wrong-type]
    2 | defaults = 5
      |            ^
lockstep.toml:3:7: error: 'run' must be a table, not an array [wrong-type]
    3 | run = []
      |       ^^
lockstep.toml:4:10: error: 'marker' must be a table, not an integer [wrong-type]
    4 | marker = 1
      |          ^
lockstep.toml:5:8: error: 'pool' must be a table, not a string [wrong-type]
    5 | pool = "x"
      |        ^^^
lockstep.toml:6:10: error: 'worker' must be a table, not an integer [wrong-type]
    6 | worker = 1
      |          ^
lockstep.toml:7:11: error: 'profile' must be a table, not an integer [wrong-type]
    7 | profile = 1
      |           ^
lockstep.toml:8:11: error: 'service' must be a table, not an integer [wrong-type]
    8 | service = 1
      |           ^
)~"},
    {"a_value_for_a_named_table",
     R"~(version = 1
[marker]
a = 1
[pool]
b = 2
[profile]
c = 3
)~",
     R"~(lockstep.toml:3:5: error: 'a' must be a table, not an integer [wrong-type]
    3 | a = 1
      |     ^
lockstep.toml:5:5: error: 'b' must be a table, not an integer [wrong-type]
    5 | b = 2
      |     ^
lockstep.toml:7:5: error: 'c' must be a table, not an integer [wrong-type]
    7 | c = 3
      |     ^
)~"},
    {"a_table_for_a_checkpoint",
     R"~(version = 1
[[phase]]
name = "core"
tests = "all()"
checkpoint = { name = "x" }
)~",
     R"~(lockstep.toml:5:14: error: 'checkpoint' must be an array of tables, [[phase.checkpoint]], not a table [wrong-type]
    5 | checkpoint = { name = "x" }
      |              ^^^^^^^^^^^^^^
)~"},
    {"an_integer_for_tests",
     R"~(version = 1
[[phase]]
name = "core"
tests = 1
)~",
     R"~(lockstep.toml:4:9: error: 'tests' must be a test-set expression or an array of them, not an integer [wrong-type]
    4 | tests = 1
      |         ^
)~"},
    {"a_string_for_jobs",
     R"~(version = 1
[run]
jobs = "many"
)~",
     R"~(lockstep.toml:3:8: error: unknown value 'many' of 'jobs' [unknown-value]
    3 | jobs = "many"
      |        ^^^^^^
  help: "auto" or an integer
)~"},
};
INSTANTIATE_TEST_SUITE_P(types, PlanDiagnostics, testing::ValuesIn(types_cases), case_name);

}  // namespace
}  // namespace lockstep
