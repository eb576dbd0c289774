// What names refer to: phases, pools, markers; circles.
#include "diagnostic_case.hpp"

namespace lockstep {
namespace {

const DiagnosticCase references_cases[] = {
    {"an_unknown_phase_in_needs",
     R"~(version = 1
[[phase]]
name = "core"
tests = "all()"
[[phase]]
name = "api"
tests = "none()"
needs = ["cor", "nothing"]
)~",
     R"~(lockstep.toml:8:10: error: unknown phase 'cor' [unknown-phase]
    8 | needs = ["cor", "nothing"]
      |          ^^^^^
lockstep.toml:3:8: note: phase 'core' is declared here
  help: did you mean 'core'?
lockstep.toml:8:17: error: unknown phase 'nothing' [unknown-phase]
    8 | needs = ["cor", "nothing"]
      |                 ^^^^^^^^^
  help: the phases are: core, api
)~"},
    {"an_unknown_pool",
     R"~(version = 1
[pool.db_connection]
slots = 16
[marker.a]
use = { db_conection = 1, licence = 2 }
)~",
     R"~(lockstep.toml:5:9: error: unknown pool 'db_conection' [unknown-pool]
    5 | use = { db_conection = 1, licence = 2 }
      |         ^^^^^^^^^^^^
lockstep.toml:2:7: note: pool 'db_connection' is declared here
  help: did you mean 'db_connection'?
lockstep.toml:5:27: error: unknown pool 'licence' [unknown-pool]
    5 | use = { db_conection = 1, licence = 2 }
      |                           ^^^^^^^
  help: declare it as [pool.licence] with its 'slots'
)~"},
    {"a_demand_above_the_pool",
     R"~(version = 1
[pool.db]
slots = 16
[marker.a]
use = { db = 17 }
)~",
     R"~(lockstep.toml:5:9: error: marker 'a' takes 17 slots of pool 'db', which has 16 [demand-above-pool]
    5 | use = { db = 17 }
      |         ^^
lockstep.toml:3:9: note: pool 'db' has its slots here
  help: a test with this marker could never start
)~"},
    {"an_unknown_phase_in_an_expression",
     R"~(version = 1
[[phase]]
name = "core"
tests = "all()"
[marker.a]
tests = "name(x) & phase(cord)"
)~",
     R"~(lockstep.toml:6:26: error: unknown phase 'cord' [unknown-phase]
    6 | tests = "name(x) & phase(cord)"
      |                          ^^^^
lockstep.toml:3:8: note: phase 'core' is declared here
  help: did you mean 'core'?
)~"},
    {"an_unknown_marker_in_an_expression",
     R"~(version = 1
[marker.slow]
[marker.a]
tests = "marker(=slwo) | marker(network)"
)~",
     R"~(lockstep.toml:4:18: error: unknown marker 'slwo' [unknown-marker]
    4 | tests = "marker(=slwo) | marker(network)"
      |                  ^^^^
lockstep.toml:2:9: note: marker 'slow' is declared here
  help: did you mean 'slow'?
lockstep.toml:4:33: error: unknown marker 'network' [unknown-marker]
    4 | tests = "marker(=slwo) | marker(network)"
      |                                 ^^^^^^^
  help: declare it as [marker.network], or ask for the label: label(network)
)~"},
    {"a_later_marker",
     R"~(version = 1
[marker.a]
tests = "marker(b)"
[marker.b]
)~",
     R"~(lockstep.toml:3:17: error: the expression of marker 'a' asks for the later marker 'b' [later-marker]
    3 | tests = "marker(b)"
      |                 ^
lockstep.toml:4:9: note: marker 'b' is declared here
  help: write [marker.b] above [marker.a]
)~"},
    {"a_marker_of_itself",
     R"~(version = 1
[marker.a]
tests = "!marker(a)"
)~",
     R"~(lockstep.toml:3:18: error: the expression of marker 'a' asks for the marker itself [marker-cycle]
    3 | tests = "!marker(a)"
      |                  ^
)~"},
    {"a_pattern_of_markers_in_a_marker",
     R"~(version = 1
[marker.a]
tests = "marker(~x)"
)~",
     R"~(lockstep.toml:3:10: error: the expression of marker 'a' asks for markers by a pattern, which could mean later ones [later-marker]
    3 | tests = "marker(~x)"
      |          ^^^^^^^^^^
  help: name the markers: marker(a) | marker(b)
)~"},
    {"phase_in_a_phase",
     R"~(version = 1
[[phase]]
name = "core"
tests = "!phase(core)"
)~",
     R"~(lockstep.toml:4:10: error: the tests of phase 'core' depend on phase() [testset-cycle]
    4 | tests = "!phase(core)"
      |          ^^^^^^^^^^^^
  help: which phase a test is in follows from these expressions; use label(), name() or dir()
)~"},
    {"a_marker_on_phases_in_a_phase",
     R"~(version = 1
[[phase]]
name = "core"
tests = ["all()", "label(x) & marker(b)"]
[marker.a]
tests = "phase(core)"
[marker.b]
tests = "marker(a)"
)~",
     R"~(lockstep.toml:4:38: error: the tests of phase 'core' depend on marker 'b', which depends on phase() [testset-cycle]
    4 | tests = ["all()", "label(x) & marker(b)"]
      |                                      ^
lockstep.toml:8:10: note: the expression of marker 'b'
  help: use label(), name() or dir() in one of them
)~"},
    {"a_pattern_of_markers_in_a_phase",
     R"~(version = 1
[[phase]]
name = "core"
tests = "marker(~x)"
[marker.a]
tests = "phase(core)"
)~",
     R"~(lockstep.toml:4:10: error: the tests of phase 'core' depend on marker 'a', which depends on phase() [testset-cycle]
    4 | tests = "marker(~x)"
      |          ^^^^^^^^^^
lockstep.toml:6:10: note: the expression of marker 'a'
  help: use label(), name() or dir() in one of them
)~"},
    {"a_circle_of_phases",
     R"~(version = 1
[[phase]]
name = "a"
tests = "none()"
needs = ["c"]
[[phase]]
name = "b"
tests = "none()"
[[phase]]
name = "c"
tests = "none()"
needs = ["b"]
)~",
     R"~(lockstep.toml:5:10: error: phases need each other in a circle: a -> c -> b -> a [phase-cycle]
    5 | needs = ["c"]
      |          ^^^
lockstep.toml:12:10: note: 'c' needs 'b'
lockstep.toml:6:1: note: 'b' needs 'a', the phase above it
  help: take one phase out of a 'needs'; without 'needs' a phase needs the one above it, with [] none
)~"},
    {"a_phase_that_needs_itself",
     R"~(version = 1
[[phase]]
name = "core"
tests = "all()"
needs = ["core"]
)~",
     R"~(lockstep.toml:5:10: error: phase 'core' needs itself [phase-cycle]
    5 | needs = ["core"]
      |          ^^^^^^
  help: take one phase out of a 'needs'; without 'needs' a phase needs the one above it, with [] none
)~"},
    {"an_unknown_service_in_an_expression",
     R"~(version = 1
[marker.a]
tests = "service(user) | service(orders) | service(users)"
[service.users]
tests = "all()"
)~",
     R"~(lockstep.toml:3:18: error: unknown service 'user' [unknown-service]
    3 | tests = "service(user) | service(orders) | service(users)"
      |                  ^^^^
lockstep.toml:4:10: note: service 'users' is declared here
  help: did you mean 'users'?
lockstep.toml:3:34: error: unknown service 'orders' [unknown-service]
    3 | tests = "service(user) | service(orders) | service(users)"
      |                                  ^^^^^^
  help: declare it as [service.orders]
)~"},
    {"a_service_of_services",
     R"~(version = 1
[marker.a]
tests = "service(users)"
[service.users]
tests = "!service(orders)"
[service.orders]
tests = "name(x) & marker(a)"
)~",
     R"~(lockstep.toml:5:10: error: the tests of service 'users' depend on service() [testset-cycle]
    5 | tests = "!service(orders)"
      |          ^^^^^^^^^^^^^^^^
  help: which services a test talks to follows from these expressions; use label(), name() or dir()
lockstep.toml:7:27: error: the tests of service 'orders' depend on marker 'a', which depends on service() [testset-cycle]
    7 | tests = "name(x) & marker(a)"
      |                           ^
lockstep.toml:3:10: note: the expression of marker 'a'
  help: use label(), name() or dir() in one of them
)~"},
    {"a_phase_of_services_of_phases",
     R"~(version = 1
[[phase]]
name = "core"
tests = "marker(a)"
[marker.a]
tests = "service(users)"
[marker.b]
tests = "phase(core)"
[service.users]
tests = "marker(b)"
)~",
     R"~(lockstep.toml:4:10: error: the tests of phase 'core' depend on service(), and those of service 'users' on phase() [testset-cycle]
    4 | tests = "marker(a)"
      |          ^^^^^^^^^
lockstep.toml:10:10: note: the expression of service 'users'
  help: use label(), name() or dir() in one of them
)~"},
    {"ports_that_nobody_has",
     R"~(version = 1
[service.users]
tests = "all()"
start = ["users", "${port.htp}"]
ports = ["http", "http"]
ready = { tcp = "127.0.0.1:${port.admin}" }
[service.mail]
tests = "all()"
ready = { tcp = "127.0.0.1:${port.smtp}" }
[marker.a]
setup = ["x", "${port.http}", "${port.https}"]
)~",
     R"~(lockstep.toml:4:19: error: service 'users' has no port 'htp' [unknown-port]
    4 | start = ["users", "${port.htp}"]
      |                   ^^^^^^^^^^^^^
  help: did you mean 'http'?
lockstep.toml:6:17: error: service 'users' has no port 'admin' [unknown-port]
    6 | ready = { tcp = "127.0.0.1:${port.admin}" }
      |                 ^^^^^^^^^^^^^^^^^^^^^^^^^
  help: add it to the service: ports = ["admin"]
lockstep.toml:9:17: error: service 'mail' has no port 'smtp': it has no 'start', so no port is chosen [unknown-port]
    9 | ready = { tcp = "127.0.0.1:${port.smtp}" }
      |                 ^^^^^^^^^^^^^^^^^^^^^^^^
  help: write the port that it listens on
lockstep.toml:11:31: error: no service has a port 'https' [unknown-port]
   11 | setup = ["x", "${port.http}", "${port.https}"]
      |                               ^^^^^^^^^^^^^^^
  help: did you mean 'http'?
)~"},
    {"two_ways_to_be_ready",
     R"~(version = 1
[service.users]
tests = "all()"
ready = { tcp = "127.0.0.1:80", within = "5s" }
[profile.ci]
service.users.ready.command = ["true"]
)~",
     R"~(lockstep.toml:6:31: error: 'ready' of service 'users' has more than one of 'url', 'tcp' and 'command' [conflicting-keys]
    6 | service.users.ready.command = ["true"]
      |                               ^^^^^^^^
lockstep.toml:4:17: note: 'tcp' is written here
  help: write ready = { … } as a whole to replace the plan's
)~",
     "ci"},
    {"an_output_that_cannot_be_looked_for",
     R"~(version = 1
[retry.busy]
on_output = ["busy", "/rate.?limit(/", "", "//", "/"]
)~",
     R"~(lockstep.toml:3:24: error: invalid regular expression: missing ): rate.?limit( [bad-regex]
    3 | on_output = ["busy", "/rate.?limit(/", "", "//", "/"]
      |                        ^^^^^^^^^^^^
  help: the syntax is RE2's (https://github.com/google/re2/wiki/Syntax): no look-around, no back-references
lockstep.toml:3:40: error: an entry of 'on_output' is empty, which every output holds [out-of-range]
    3 | on_output = ["busy", "/rate.?limit(/", "", "//", "/"]
      |                                        ^^
lockstep.toml:3:44: error: an entry of 'on_output' is empty, which every output holds [out-of-range]
    3 | on_output = ["busy", "/rate.?limit(/", "", "//", "/"]
      |                                            ^^^^
)~"},
    {"an_expression_with_a_mistake",
     R"~(version = 1
[marker.a]
tests = "ä" # x
env = { A = "" }
[marker.b]
tests = "name(x) & lable(y)"
)~",
     R"~(lockstep.toml:3:10: error: expected a predicate, found 'ä' [testset-syntax]
    3 | tests = "ä" # x
      |          ^
  help: a predicate is written as in label(slow)
lockstep.toml:6:20: error: unknown predicate 'lable' [unknown-predicate]
    6 | tests = "name(x) & lable(y)"
      |                    ^^^^^
  help: did you mean 'label'?
)~"},
    {"a_mistake_in_an_expression_with_escapes",
     R"~(version = 1
[marker.b]
tests = "\u006eame(x) & lable(y)"
)~",
     R"~(lockstep.toml:3:9: error: unknown predicate 'lable' [unknown-predicate]
    3 | tests = "\u006eame(x) & lable(y)"
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^
note: at character 11 of 'name(x) & lable(y)'
  help: did you mean 'label'?
)~"},
    {"unknown_rate_limit_and_retry_rule",
     R"~(version = 1
[marker.a]
rate_limit = "of"
retry = "busy"
[rate_limit.ofs]
)~",
     R"~(lockstep.toml:3:14: error: unknown rate limit 'of' [unknown-rate-limit]
    3 | rate_limit = "of"
      |              ^^^^
  help: did you mean 'ofs'?
lockstep.toml:4:9: error: unknown retry rule 'busy' [unknown-retry]
    4 | retry = "busy"
      |         ^^^^^^
  help: declare it as [retry.busy]
)~"},
};
INSTANTIATE_TEST_SUITE_P(references, PlanDiagnostics, testing::ValuesIn(references_cases), case_name);

}  // namespace
}  // namespace lockstep
