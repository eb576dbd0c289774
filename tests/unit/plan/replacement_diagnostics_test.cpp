// Profiles and LOCKSTEP_SET.
#include "diagnostic_case.hpp"

namespace lockstep {
namespace {

const DiagnosticCase replacement_cases[] = {
    {"an_unknown_profile",
     R"~(version = 1
[profile.ci]
[profile.night]
)~",
     R"~(LOCKSTEP_PROFILE:1:1: error: unknown profile 'c1' [unknown-profile]
    1 | c1
      | ^^
  help: did you mean 'ci'?
)~",
     "c1"},
    {"an_unknown_profile_far_from_all",
     R"~(version = 1
[profile.ci]
[profile.night]
)~",
     R"~(LOCKSTEP_PROFILE:1:1: error: unknown profile 'weekly' [unknown-profile]
    1 | weekly
      | ^^^^^^
  help: the plan's profiles are: ci, night
)~",
     "weekly"},
    {"an_unknown_profile_where_there_is_none",
     R"~(version = 1
)~",
     R"~(LOCKSTEP_PROFILE:1:1: error: unknown profile 'ci' [unknown-profile]
    1 | ci
      | ^^
  help: the plan declares no profile
)~",
     "ci"},
    {"a_profile_not_chosen_is_checked",
     R"~(version = 1
[[phase]]
name = "core"
tests = "all()"
[profile.ci]
run.wrkers = 4
phase.core.order = "chian"
defaults.timeout = 5
)~",
     R"~(lockstep.toml:6:5: error: unknown key 'wrkers' in 'run' [unknown-key]
    6 | run.wrkers = 4
      |     ^^^^^^
  help: did you mean 'workers'?
lockstep.toml:7:20: error: unknown value 'chian' of 'order' [unknown-value]
    7 | phase.core.order = "chian"
      |                    ^^^^^^^
  help: did you mean 'chain'?
lockstep.toml:8:20: error: 'timeout' must be a duration such as "30s", not an integer [wrong-type]
    8 | defaults.timeout = 5
      |                    ^
)~"},
    {"a_profile_creates_nothing",
     R"~(version = 1
[[phase]]
name = "core"
tests = "all()"
[marker.a]
[pool.db]
slots = 1
[profile.ci]
phase.cor.order = "chain"
marker.b.lock = ["x"]
pool.dbs.slots = 1
retry.busy.attempts = 2
)~",
     R"~(lockstep.toml:9:7: error: unknown phase 'cor' [unknown-phase]
    9 | phase.cor.order = "chain"
      |       ^^^
  help: did you mean 'core'?
lockstep.toml:10:8: error: unknown marker 'b' [unknown-marker]
   10 | marker.b.lock = ["x"]
      |        ^
  help: a profile and LOCKSTEP_SET only replace values of what the plan declares
lockstep.toml:11:6: error: unknown pool 'dbs' [unknown-pool]
   11 | pool.dbs.slots = 1
      |      ^^^
  help: did you mean 'db'?
lockstep.toml:12:7: error: unknown retry rule 'busy' [unknown-retry]
   12 | retry.busy.attempts = 2
      |       ^^^^
  help: a profile and LOCKSTEP_SET only replace values of what the plan declares
)~"},
    {"what_a_profile_cannot_replace",
     R"~(version = 1
[[phase]]
name = "core"
tests = "all()"
[marker.a]
[service.users]
tests = "all()"
[profile.ci]
version = 1
phase.core.name = "x"
phase.core.tests = "none()"
marker.a.tests = "none()"
service.users.tests = "none()"
profile.x = 1
)~",
     R"~(lockstep.toml:9:1: error: 'version' cannot be replaced [not-overridable]
    9 | version = 1
      | ^^^^^^^
  help: a profile and LOCKSTEP_SET replace values, but neither names nor which tests a table is about
lockstep.toml:10:12: error: 'name' cannot be replaced [not-overridable]
   10 | phase.core.name = "x"
      |            ^^^^
  help: a profile and LOCKSTEP_SET replace values, but neither names nor which tests a table is about
lockstep.toml:11:12: error: 'tests' cannot be replaced [not-overridable]
   11 | phase.core.tests = "none()"
      |            ^^^^^
  help: a profile and LOCKSTEP_SET replace values, but neither names nor which tests a table is about
lockstep.toml:12:10: error: 'tests' cannot be replaced [not-overridable]
   12 | marker.a.tests = "none()"
      |          ^^^^^
  help: a profile and LOCKSTEP_SET replace values, but neither names nor which tests a table is about
lockstep.toml:13:15: error: 'tests' cannot be replaced [not-overridable]
   13 | service.users.tests = "none()"
      |               ^^^^^
  help: a profile and LOCKSTEP_SET replace values, but neither names nor which tests a table is about
lockstep.toml:14:1: error: 'profile' cannot be replaced [not-overridable]
   14 | profile.x = 1
      | ^^^^^^^
  help: a profile and LOCKSTEP_SET replace values, but neither names nor which tests a table is about
)~"},
    {"phases_as_an_array_in_a_profile",
     R"~(version = 1
[[phase]]
name = "core"
tests = "all()"
[[profile.ci.phase]]
name = "core"
)~",
     R"~(lockstep.toml:5:1: error: 'phase' must be a table here, phases by name as in phase.core.order, not an array [wrong-type]
    5 | [[profile.ci.phase]]
      | ^^^^^^^^^^^^^^^^^^^^
)~"},
    {"an_unknown_key_in_a_profile",
     R"~(version = 1
[profile.ci]
markers.a.lock = []
)~",
     R"~(lockstep.toml:3:1: error: unknown key 'markers' in [profile.ci] [unknown-key]
    3 | markers.a.lock = []
      | ^^^^^^^
  help: did you mean 'marker'?
)~"},
    {"a_profile_that_demands_too_much",
     R"~(version = 1
[marker.a]
use = { db = 2 }
[pool.db]
slots = 2
[profile.ci]
pool.db.slots = 1
)~",
     R"~(lockstep.toml:3:9: error: marker 'a' takes 2 slots of pool 'db', which has 1 [demand-above-pool]
    3 | use = { db = 2 }
      |         ^^
lockstep.toml:7:17: note: pool 'db' has its slots here
  help: a test with this marker could never start
)~",
     "ci"},
    {"settings_with_mistakes",
     R"~(version = 1
[[phase]]
name = "core"
tests = "all()"
)~",
     R"~(LOCKSTEP_SET:1:5: error: unknown key 'wrkers' in 'run' [unknown-key]
    1 | run.wrkers=4;phase.cor.order=chain;run.workers=70000; phase.core.untested = maybe
      |     ^^^^^^
  help: did you mean 'workers'?
LOCKSTEP_SET:1:20: error: unknown phase 'cor' [unknown-phase]
    1 | run.wrkers=4;phase.cor.order=chain;run.workers=70000; phase.core.untested = maybe
      |                    ^^^
  help: did you mean 'core'?
LOCKSTEP_SET:1:48: error: 'workers' must be from 0 to 65535, not 70000 [out-of-range]
    1 | run.wrkers=4;phase.cor.order=chain;run.workers=70000; phase.core.untested = maybe
      |                                                ^^^^^
LOCKSTEP_SET:1:77: error: unknown value 'maybe' of 'untested' [unknown-value]
    1 | run.wrkers=4;phase.cor.order=chain;run.workers=70000; phase.core.untested = maybe
      |                                                                             ^^^^^
  help: one of: pass, fail
)~",
     std::nullopt, "run.wrkers=4;phase.cor.order=chain;run.workers=70000; phase.core.untested = maybe"},
    {"settings_of_a_wrong_form",
     R"~(version = 1
)~",
     R"~(LOCKSTEP_SET:1:1: error: 'run.workers' is no setting [bad-override]
    1 | run.workers;=4;a b=c;run.labels="x
      | ^^^^^^^^^^^
  help: write key=value, such as run.workers=4, and ';' between settings
LOCKSTEP_SET:1:13: error: '' is no key [bad-override]
    1 | run.workers;=4;a b=c;run.labels="x
      |             ^
  help: parts of letters, digits, '_' and '-' with dots between; quotes around any other part
LOCKSTEP_SET:1:16: error: 'a b' is no key [bad-override]
    1 | run.workers;=4;a b=c;run.labels="x
      |                ^^^
  help: parts of letters, digits, '_' and '-' with dots between; quotes around any other part
LOCKSTEP_SET:1:33: error: a quote that is never closed [bad-override]
    1 | run.workers;=4;a b=c;run.labels="x
      |                                 ^
)~",
     std::nullopt, R"~(run.workers;=4;a b=c;run.labels="x)~"},
    {"a_setting_twice",
     R"~(version = 1
)~",
     R"~(LOCKSTEP_SET:1:34: error: 'run."workers"' is set twice [duplicate-name]
    1 | run.workers=4;run.sessions=share;run."workers"=5
      |                                  ^^^^^^^^^^^^^
LOCKSTEP_SET:1:1: note: first set here
)~",
     std::nullopt, R"~(run.workers=4;run.sessions=share;run."workers"=5)~"},
    {"settings_of_what_cannot_be_replaced",
     R"~(version = 1
[[phase]]
name = "core"
tests = "all()"
)~",
     R"~(LOCKSTEP_SET:1:1: error: 'version' cannot be replaced [not-overridable]
    1 | version=2;phase.core.name=x;phase.core.tests=all();profile.ci.run.workers=1
      | ^^^^^^^
  help: a profile and LOCKSTEP_SET replace values, but neither names nor which tests a table is about
LOCKSTEP_SET:1:22: error: 'name' cannot be replaced [not-overridable]
    1 | version=2;phase.core.name=x;phase.core.tests=all();profile.ci.run.workers=1
      |                      ^^^^
  help: a profile and LOCKSTEP_SET replace values, but neither names nor which tests a table is about
LOCKSTEP_SET:1:40: error: 'tests' cannot be replaced [not-overridable]
    1 | version=2;phase.core.name=x;phase.core.tests=all();profile.ci.run.workers=1
      |                                        ^^^^^
  help: a profile and LOCKSTEP_SET replace values, but neither names nor which tests a table is about
LOCKSTEP_SET:1:52: error: 'profile' cannot be replaced [not-overridable]
    1 | version=2;phase.core.name=x;phase.core.tests=all();profile.ci.run.workers=1
      |                                                    ^^^^^^^
  help: a profile and LOCKSTEP_SET replace values, but neither names nor which tests a table is about
)~",
     std::nullopt, "version=2;phase.core.name=x;phase.core.tests=all();profile.ci.run.workers=1"},
    {"settings_not_in_effect",
     R"~(version = 1
[rate_limit.ofs]
)~",
     R"~(LOCKSTEP_SET:1:29: error: 'jobs' is not in effect in this version of Lockstep [not-in-effect-yet]
    1 | rate_limit.ofs.rate=5/s;run.jobs=4
      |                             ^^^^
  help: leave it out: what would not hold is refused rather than ignored
)~",
     std::nullopt, "rate_limit.ofs.rate=5/s;run.jobs=4"},
    {"a_setting_that_makes_a_circle",
     R"~(version = 1
[[phase]]
name = "core"
tests = "all()"
)~",
     R"~(LOCKSTEP_SET:1:19: error: phase 'core' needs itself [phase-cycle]
    1 | phase.core.needs=["core"]
      |                   ^^^^^^
  help: take one phase out of a 'needs'; without 'needs' a phase needs the one above it, with [] none
)~",
     std::nullopt, R"~(phase.core.needs=["core"])~"},
    {"settings_on_two_lines",
     R"~(version = 1
)~",
     R"~(LOCKSTEP_SET:2:5: error: unknown key 'wrkers' in 'run' [unknown-key]
    2 | run.wrkers=5
      |     ^^^^^^
  help: did you mean 'workers'?
)~",
     std::nullopt,
     R"~(run.workers=4;
run.wrkers=5)~"},
    {"a_value_where_a_table_is",
     R"~(version = 1
[[phase]]
name = "core"
tests = "all()"
)~",
     R"~(LOCKSTEP_SET:1:5: error: 'run' must be a table, not an integer [wrong-type]
    1 | run=5;phase.core=1
      |     ^
LOCKSTEP_SET:1:18: error: 'core' must be a table, not an integer [wrong-type]
    1 | run=5;phase.core=1
      |                  ^
)~",
     std::nullopt, "run=5;phase.core=1"},
    {"settings_not_utf8",
     R"~(version = 1
)~",
     R"~(LOCKSTEP_SET:1:13: error: the value is not valid UTF-8 [bad-override]
    1 | run.workers=�
      |             ^
)~",
     std::nullopt, "run.workers=\377"},
};
INSTANTIATE_TEST_SUITE_P(replacement, PlanDiagnostics, testing::ValuesIn(replacement_cases), case_name);

}  // namespace
}  // namespace lockstep
