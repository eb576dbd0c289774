// Unknown, missing, repeated and impossible names, and variables in texts.
#include "diagnostic_case.hpp"

namespace lockstep {
namespace {

const DiagnosticCase names_cases[] = {
    {"a_key_with_a_near_one",
     R"~(version = 1
[defaults]
isolat = ["tmp"]
)~",
     R"~(lockstep.toml:3:1: error: unknown key 'isolat' in [defaults] [unknown-key]
    3 | isolat = ["tmp"]
      | ^^^^^^
  help: did you mean 'isolate'?
)~"},
    {"a_key_without_a_near_one",
     R"~(version = 1
[pool.db]
slots = 1
colour = "red"
)~",
     R"~(lockstep.toml:4:1: error: unknown key 'colour' in [pool.db] [unknown-key]
    4 | colour = "red"
      | ^^^^^^
  help: its keys are: slots
)~"},
    {"a_table_with_a_near_one",
     R"~(version = 1
[markers.a]
lock = ["x"]
)~",
     R"~(lockstep.toml:2:2: error: unknown key 'markers' in the plan [unknown-key]
    2 | [markers.a]
      |  ^^^^^^^
  help: did you mean 'marker'?
)~"},
    {"keys_at_every_depth",
     R"~(version = 1
[[phase]]
name = "core"
tests = "all()"
untestd = "fail"
[[phase.checkpoint]]
name = "a"
comand = ["x"]
[service.users]
tests = "all()"
ready = { ulr = "x" }
)~",
     R"~(lockstep.toml:5:1: error: unknown key 'untestd' in [[phase]] [unknown-key]
    5 | untestd = "fail"
      | ^^^^^^^
  help: did you mean 'untested'?
lockstep.toml:6:1: error: [[phase.checkpoint]] has no 'command' [missing-key]
    6 | [[phase.checkpoint]]
      | ^^^^^^^^^^^^^^^^^^^^
lockstep.toml:8:1: error: unknown key 'comand' in [[phase.checkpoint]] [unknown-key]
    8 | comand = ["x"]
      | ^^^^^^
  help: did you mean 'command'?
lockstep.toml:11:9: error: 'ready' has none of 'url', 'tcp' and 'command' [missing-key]
   11 | ready = { ulr = "x" }
      |         ^^^^^^^^^^^^^
lockstep.toml:11:11: error: unknown key 'ulr' in 'ready' [unknown-key]
   11 | ready = { ulr = "x" }
      |           ^^^
  help: did you mean 'url'?
)~"},
    {"missing_keys",
     R"~(version = 1
[[phase]]
[[phase.checkpoint]]
[pool.db]
[service.users]
)~",
     R"~(lockstep.toml:2:1: error: [[phase]] has no 'name' [missing-key]
    2 | [[phase]]
      | ^^^^^^^^^
lockstep.toml:2:1: error: [[phase]] has no 'tests' [missing-key]
    2 | [[phase]]
      | ^^^^^^^^^
lockstep.toml:3:1: error: [[phase.checkpoint]] has no 'name' [missing-key]
    3 | [[phase.checkpoint]]
      | ^^^^^^^^^^^^^^^^^^^^
lockstep.toml:3:1: error: [[phase.checkpoint]] has no 'command' [missing-key]
    3 | [[phase.checkpoint]]
      | ^^^^^^^^^^^^^^^^^^^^
lockstep.toml:4:1: error: [pool.db] has no 'slots' [missing-key]
    4 | [pool.db]
      | ^^^^^^^^^
lockstep.toml:5:1: error: [service.users] has no 'tests' [missing-key]
    5 | [service.users]
      | ^^^^^^^^^^^^^^^
)~"},
    {"a_phase_twice",
     R"~(version = 1
[[phase]]
name = "core"
tests = "all()"
[[phase]]
name = "core"
tests = "none()"
)~",
     R"~(lockstep.toml:6:8: error: the phase 'core' is written twice [duplicate-name]
    6 | name = "core"
      |        ^^^^^^
lockstep.toml:3:8: note: first written here
)~"},
    {"a_verification_twice",
     R"~(version = 1
[[phase]]
name = "core"
tests = "all()"
[[phase.checkpoint]]
name = "up"
command = ["a"]
[[phase.checkpoint]]
name = "up"
command = ["b"]
)~",
     R"~(lockstep.toml:9:8: error: the verification 'up' is written twice in one phase [duplicate-name]
    9 | name = "up"
      |        ^^^^
lockstep.toml:6:8: note: first written here
)~"},
    {"phase_names",
     R"~(version = 1
[[phase]]
name = "core api"
tests = "all()"
[[phase]]
name = ""
tests = "all()"
)~",
     R"~(lockstep.toml:3:8: error: 'core api' cannot be the name of a phase [bad-name]
    3 | name = "core api"
      |        ^^^^^^^^^^
  help: letters, digits, '_', '.' and '-': it becomes part of test names and labels
lockstep.toml:6:8: error: '' cannot be the name of a phase [bad-name]
    6 | name = ""
      |        ^^
  help: letters, digits, '_', '.' and '-': it becomes part of test names and labels
)~"},
    {"marker_names",
     R"~(version = 1
[marker."needs db"]
[marker.lockstep]
[marker."lockstep.end"]
)~",
     R"~(lockstep.toml:2:9: error: 'needs db' cannot be the name of a marker [bad-name]
    2 | [marker."needs db"]
      |         ^^^^^^^^^^
  help: letters, digits, '_', '.' and '-': it becomes part of test names and labels
lockstep.toml:3:9: error: the name 'lockstep' belongs to Lockstep itself [bad-name]
    3 | [marker.lockstep]
      |         ^^^^^^^^
  help: names beginning with 'lockstep.' and 'lockstep_' are taken
lockstep.toml:4:9: error: the name 'lockstep.end' belongs to Lockstep itself [bad-name]
    4 | [marker."lockstep.end"]
      |         ^^^^^^^^^^^^^^
  help: names beginning with 'lockstep.' and 'lockstep_' are taken
)~"},
    {"pool_names",
     R"~(version = 1
[pool.DB]
slots = 1
[pool.lockstep_worker]
slots = 1
[pool.2nd]
slots = 1
)~",
     R"~(lockstep.toml:2:7: error: 'DB' cannot be the name of a pool [bad-name]
    2 | [pool.DB]
      |       ^^
  help: small letters, digits and '_', not beginning with a digit: CTest's rule for resource types
lockstep.toml:4:7: error: the name 'lockstep_worker' belongs to Lockstep itself [bad-name]
    4 | [pool.lockstep_worker]
      |       ^^^^^^^^^^^^^^^
  help: resource types beginning with 'lockstep_' are taken
lockstep.toml:6:7: error: '2nd' cannot be the name of a pool [bad-name]
    6 | [pool.2nd]
      |       ^^^
  help: small letters, digits and '_', not beginning with a digit: CTest's rule for resource types
)~"},
    {"profile_names",
     R"~(version = 1
[profile."a b"]
)~",
     R"~(lockstep.toml:2:10: error: 'a b' cannot be the name of a profile [bad-name]
    2 | [profile."a b"]
      |          ^^^^^
  help: letters, digits, '_', '.' and '-': it becomes part of test names and labels
)~"},
    {"lock_names",
     R"~(version = 1
[marker.a]
lock = ["", "a;b", "a[", "lockstep.x", "a\\", "a\nb"]
labels = ["phase:core", "lockstep"]
)~",
     R"~(lockstep.toml:3:9: error: an entry of 'lock' cannot stand in a list of CMake's [bad-name]
    3 | lock = ["", "a;b", "a[", "lockstep.x", "a\\", "a\nb"]
      |         ^^
  help: not empty, without control characters, ';', unbalanced brackets and a backslash at the end
lockstep.toml:3:13: error: an entry of 'lock' cannot stand in a list of CMake's [bad-name]
    3 | lock = ["", "a;b", "a[", "lockstep.x", "a\\", "a\nb"]
      |             ^^^^^
  help: not empty, without control characters, ';', unbalanced brackets and a backslash at the end
lockstep.toml:3:20: error: an entry of 'lock' cannot stand in a list of CMake's [bad-name]
    3 | lock = ["", "a;b", "a[", "lockstep.x", "a\\", "a\nb"]
      |                    ^^^^
  help: not empty, without control characters, ';', unbalanced brackets and a backslash at the end
lockstep.toml:3:26: error: the name 'lockstep.x' belongs to Lockstep itself [bad-name]
    3 | lock = ["", "a;b", "a[", "lockstep.x", "a\\", "a\nb"]
      |                          ^^^^^^^^^^^^
  help: names beginning with 'lockstep.', 'lockstep_', 'phase:' and 'service:' are taken
lockstep.toml:3:40: error: an entry of 'lock' cannot stand in a list of CMake's [bad-name]
    3 | lock = ["", "a;b", "a[", "lockstep.x", "a\\", "a\nb"]
      |                                        ^^^^^
  help: not empty, without control characters, ';', unbalanced brackets and a backslash at the end
lockstep.toml:3:47: error: an entry of 'lock' cannot stand in a list of CMake's [bad-name]
    3 | lock = ["", "a;b", "a[", "lockstep.x", "a\\", "a\nb"]
      |                                               ^^^^^^
  help: not empty, without control characters, ';', unbalanced brackets and a backslash at the end
lockstep.toml:4:11: error: the name 'phase:core' belongs to Lockstep itself [bad-name]
    4 | labels = ["phase:core", "lockstep"]
      |           ^^^^^^^^^^^^
  help: names beginning with 'lockstep.', 'lockstep_', 'phase:' and 'service:' are taken
lockstep.toml:4:25: error: the name 'lockstep' belongs to Lockstep itself [bad-name]
    4 | labels = ["phase:core", "lockstep"]
      |                         ^^^^^^^^^^
  help: names beginning with 'lockstep.', 'lockstep_', 'phase:' and 'service:' are taken
)~"},
    {"verification_names",
     R"~(version = 1
[[phase]]
name = "core"
tests = "all()"
[[phase.checkpoint]]
name = ""
command = ["a"]
[[phase.checkpoint]]
name = "a\nb"
command = ["a"]
)~",
     R"~(lockstep.toml:6:8: error: 'name' is empty [bad-text]
    6 | name = ""
      |        ^^
lockstep.toml:9:8: error: 'name' holds a control character [bad-text]
    9 | name = "a\nb"
      |        ^^^^^^
)~"},
    {"environment_names",
     R"~(version = 1
[marker.a.env]
"A B" = "x"
LOCKSTEP_TEST = "x"
CTEST_RESOURCE_GROUP_COUNT = "1"
)~",
     R"~(lockstep.toml:3:1: error: 'A B' is no name of an environment variable [bad-name]
    3 | "A B" = "x"
      | ^^^^^
  help: letters, digits and '_', not beginning with a digit
lockstep.toml:4:1: error: the environment variable 'LOCKSTEP_TEST' is set by Lockstep itself [bad-name]
    4 | LOCKSTEP_TEST = "x"
      | ^^^^^^^^^^^^^
lockstep.toml:5:1: error: the environment variable 'CTEST_RESOURCE_GROUP_COUNT' is set by CTest [bad-name]
    5 | CTEST_RESOURCE_GROUP_COUNT = "1"
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^
)~"},
    {"an_unknown_variable",
     R"~(version = 1
[[phase]]
name = "core"
tests = "all()"
cleanup = ["${bild_dir}/x", "${HOME}"]
)~",
     R"~(lockstep.toml:5:13: error: unknown variable '${bild_dir}' [unknown-variable]
    5 | cleanup = ["${bild_dir}/x", "${HOME}"]
      |             ^^^^^^^^^^^
  help: did you mean 'build_dir'?
lockstep.toml:5:30: error: unknown variable '${HOME}' [unknown-variable]
    5 | cleanup = ["${bild_dir}/x", "${HOME}"]
      |                              ^^^^^^^
  help: the variables are: build_dir, source_dir, temp_dir, session, worker, worker_dir, port.NAME, env:NAME, env:NAME:-default
)~"},
    {"variables_that_are_not_known_where_they_stand",
     R"~(version = 1
[[phase]]
name = "core"
tests = "all()"
cleanup = ["x", "${worker}", "${port.http}"]
[service.users]
tests = "all()"
start = ["${build_dir}/users", "${temp_dir}", "${worker_dir}"]
env = { DIR = "${worker_dir}" }
[worker]
setup = ["x", "${temp_dir}", "${worker}${port.http}"]
)~",
     R"~(lockstep.toml:5:18: error: '${worker}' is not known here [variable-not-known]
    5 | cleanup = ["x", "${worker}", "${port.http}"]
      |                  ^^^^^^^^^
  help: what a phase runs belongs to no worker
lockstep.toml:5:31: error: '${port.http}' is not known here [variable-not-known]
    5 | cleanup = ["x", "${worker}", "${port.http}"]
      |                               ^^^^^^^^^^^^
  help: a phase has no ports, services and their tests have
lockstep.toml:8:48: error: '${worker_dir}' is not known here [variable-not-known]
    8 | start = ["${build_dir}/users", "${temp_dir}", "${worker_dir}"]
      |                                                ^^^^^^^^^^^^^
  help: a service is there for tests of all workers
lockstep.toml:11:16: error: '${temp_dir}' is not known here [variable-not-known]
   11 | setup = ["x", "${temp_dir}", "${worker}${port.http}"]
      |                ^^^^^^^^^^^
  help: a worker runs many tests, each with a directory of its own
lockstep.toml:11:40: error: '${port.http}' is not known here [variable-not-known]
   11 | setup = ["x", "${temp_dir}", "${worker}${port.http}"]
      |                                        ^^^^^^^^^^^^
  help: a worker has no ports, services and their tests have
)~"},
    {"bad_templates",
     R"~(version = 1
[marker.a.env]
A = "$HOME"
B = "x${"
C = "${env:}"
D = "costs 5$"
E = "${env:A-b}"
)~",
     R"~(lockstep.toml:3:6: error: a '$' that begins no variable [bad-template]
    3 | A = "$HOME"
      |      ^
  help: write '$$' for a dollar, '${name}' for a variable
lockstep.toml:4:7: error: '${' without a '}' [bad-template]
    4 | B = "x${"
      |       ^^
  help: write '$$' for a dollar
lockstep.toml:5:6: error: '' is no name of an environment variable [bad-template]
    5 | C = "${env:}"
      |      ^^^^^^^
  help: write ${env:NAME} or ${env:NAME:-default}; a name has letters, digits and '_'
lockstep.toml:6:13: error: a '$' that begins no variable [bad-template]
    6 | D = "costs 5$"
      |             ^
  help: write '$$' for a dollar, '${name}' for a variable
lockstep.toml:7:6: error: 'A-b' is no name of an environment variable [bad-template]
    7 | E = "${env:A-b}"
      |      ^^^^^^^^^^
  help: write ${env:NAME} or ${env:NAME:-default}; a name has letters, digits and '_'
)~"},
    {"a_bad_template_in_a_string_with_escapes",
     R"~(version = 1
[marker.a.env]
A = "\t$HOME"
)~",
     R"~(lockstep.toml:3:5: error: a '$' that begins no variable [bad-template]
    3 | A = "\t$HOME"
      |     ^^^^^^^^^
  help: write '$$' for a dollar, '${name}' for a variable
)~"},
};
INSTANTIATE_TEST_SUITE_P(names, PlanDiagnostics, testing::ValuesIn(names_cases), case_name);

}  // namespace
}  // namespace lockstep
