// overlay.cmake as text.
#include "filling.hpp"

namespace lockstep {
namespace {

using namespace testing;

constexpr const char* small_plan = R"toml([marker.db]
lock = ["db"]
use = { slots = 2 }
timeout = "1500ms"
processors = 2
env = { URL = "${env:URL:-http://x;y}", WHERE = "${temp_dir}/w", WHO = "${session}", B = "${build_dir}" }
[pool.slots]
slots = 4
[[phase]]
name = "p"
tests = "name(a*)"
cleanup = ["drop", "${temp_dir}", "$$"]
[[phase]]
name = "q"
gate = "strict"
tests = "name(z)"
)toml";

TEST(Overlay, whole_text) {
    const auto r = resolve_well(small_plan, {NewTest("a;1").labels({"db"}), NewTest("a]]\\").labels({"exclusive"}),
                                             NewTest("z").environment({"TMP=mine"}), "free"});
    EXPECT_EQ(script_of(r),
              R"cmake(# Made by Lockstep 1.2.3 from lockstep.toml; made anew when that changes, so do not edit.
# Read by ctest after all tests: adds to the properties they have. LOCKSTEP_DISABLE=1 leaves all of it out.
cmake_policy(VERSION 3.25)

# 1 test: phase p (lockstep.toml:12), marker db (lockstep.toml:2)
set_tests_properties(
  [[a;1]]
  PROPERTIES
  FIXTURES_REQUIRED "lockstep.use.p;lockstep.session"
  FIXTURES_SETUP "lockstep.strict.p"
  LABELS "phase:p"
  RESOURCE_LOCK "db"
  PROCESSORS "2"
  RESOURCE_GROUPS "lockstep_worker:1,slots:1,slots:1"
  TIMEOUT "1.500")

# 1 test: phase p (lockstep.toml:12), marker exclusive
set_tests_properties(
  [=[a]]\]=]
  PROPERTIES
  FIXTURES_REQUIRED "lockstep.use.p;lockstep.session"
  FIXTURES_SETUP "lockstep.strict.p"
  LABELS "phase:p"
  RUN_SERIAL "TRUE"
  RESOURCE_GROUPS "lockstep_worker:1")

# 1 test: phase q (lockstep.toml:17)
set_tests_properties(
  [[z]]
  PROPERTIES
  FIXTURES_REQUIRED "lockstep.barrier.p;lockstep.use.p;lockstep.session"
  LABELS "phase:q"
  RESOURCE_GROUPS "lockstep_worker:1")

# 1 test: no phase, no marker
set_tests_properties(
  [[free]]
  PROPERTIES
  FIXTURES_REQUIRED "lockstep.session"
  RESOURCE_GROUPS "lockstep_worker:1")

# What each test has of its own: its temp directory, its context.
set_tests_properties([[a;1]] PROPERTIES
  ENVIRONMENT "LOCKSTEP_TEST=a\\;1;LOCKSTEP_PHASE=p;LOCKSTEP_MARKERS=db;LOCKSTEP_TEMP_DIR=${_lockstep_temp}/1;TMPDIR=${_lockstep_temp}/1;TMP=${_lockstep_temp}/1;TEMP=${_lockstep_temp}/1;B=/b;URL=http://x\\;y;WHERE=${_lockstep_temp}/1/w;WHO=$ENV{LOCKSTEP_SESSION}")
set_tests_properties([=[a]]\]=] PROPERTIES
  ENVIRONMENT "LOCKSTEP_PHASE=p;LOCKSTEP_MARKERS=exclusive;LOCKSTEP_TEMP_DIR=${_lockstep_temp}/2;TMPDIR=${_lockstep_temp}/2;TMP=${_lockstep_temp}/2;TEMP=${_lockstep_temp}/2")
set_tests_properties([=[a]]\]=] PROPERTIES ENVIRONMENT "LOCKSTEP_TEST=a]]\\")
set_tests_properties([[z]] PROPERTIES
  ENVIRONMENT "LOCKSTEP_TEST=z;LOCKSTEP_PHASE=q;LOCKSTEP_MARKERS=;LOCKSTEP_TEMP_DIR=${_lockstep_temp}/3;TMPDIR=${_lockstep_temp}/3;TEMP=${_lockstep_temp}/3")
set_tests_properties([[free]] PROPERTIES
  ENVIRONMENT "LOCKSTEP_TEST=free;LOCKSTEP_PHASE=;LOCKSTEP_MARKERS=;LOCKSTEP_TEMP_DIR=${_lockstep_temp}/4;TMPDIR=${_lockstep_temp}/4;TMP=${_lockstep_temp}/4;TEMP=${_lockstep_temp}/4")

# Tests that Lockstep adds.

# 5: fails unless every test of phase 'p' is all right (lockstep.toml:10)
cmake_language(CALL ${_lockstep_add_test} [[checkpoint.p]] "/opt/lock step/lockstep" "checkpoint" "--state" "/b/lockstep" "--graph" "0123abcd" "--phase" "p")
set_tests_properties([[checkpoint.p]] PROPERTIES
  FIXTURES_REQUIRED "lockstep.session;lockstep.use.p"
  FIXTURES_SETUP "lockstep.phase.p"
  LABELS "lockstep;phase:p"
  DEPENDS "a\\;1"
  _BACKTRACE_TRIPLES "/s/lockstep.toml;10;lockstep")
set_tests_properties([[checkpoint.p]] PROPERTIES DEPENDS "a]]\\")

# 6: pulls in and waits for all of phase 'p', for phases that gate it strictly (lockstep.toml:10)
cmake_language(CALL ${_lockstep_add_test} [[barrier.p]] "/opt/lock step/lockstep" "checkpoint" "--state" "/b/lockstep" "--graph" "0123abcd" "--phase" "p" "--only-wait")
set_tests_properties([[barrier.p]] PROPERTIES
  FIXTURES_REQUIRED "lockstep.session;lockstep.strict.p;lockstep.phase.p"
  FIXTURES_SETUP "lockstep.barrier.p"
  LABELS "lockstep"
  _BACKTRACE_TRIPLES "/s/lockstep.toml;10;lockstep")

# 7: runs after the last test that needs phase 'p' (lockstep.toml:13)
cmake_language(CALL ${_lockstep_add_test} [[cleanup.p]] "drop" "${_lockstep_temp}/7" "\$")
set_tests_properties([[cleanup.p]] PROPERTIES
  FIXTURES_REQUIRED "lockstep.session"
  FIXTURES_CLEANUP "lockstep.use.p"
  LABELS "lockstep"
  _BACKTRACE_TRIPLES "/s/lockstep.toml;13;lockstep")

# 8: fails unless every test of phase 'q' is all right (lockstep.toml:14)
cmake_language(CALL ${_lockstep_add_test} [[checkpoint.q]] "/opt/lock step/lockstep" "checkpoint" "--state" "/b/lockstep" "--graph" "0123abcd" "--phase" "q")
set_tests_properties([[checkpoint.q]] PROPERTIES
  FIXTURES_REQUIRED "lockstep.session;lockstep.use.p"
  LABELS "lockstep;phase:q"
  DEPENDS "a\\;1;z;checkpoint.p"
  _BACKTRACE_TRIPLES "/s/lockstep.toml;14;lockstep")
set_tests_properties([[checkpoint.q]] PROPERTIES DEPENDS "a]]\\")

# 9: comes last: keeps verdicts, empties temp directories
cmake_language(CALL ${_lockstep_add_test} [[lockstep.end]] "/opt/lock step/lockstep" "end" "--state" "/b/lockstep")
set_tests_properties([[lockstep.end]] PROPERTIES
  FIXTURES_CLEANUP "lockstep.session"
  LABELS "lockstep"
  TIMEOUT "86400")
)cmake");
}

TEST(Overlay, the_same_schedule_gives_the_same_text) {
    const auto make = [] {
        return script_of(resolve_well(small_plan, {NewTest("a;1").labels({"db"}), "a2", "z", "free"}));
    };
    EXPECT_EQ(make(), make());
}

TEST(Overlay, without_context_isolation_and_workers_little_is_left) {
    const auto r = resolve_well("[defaults]\ncontext = false\nisolate = []\n[run]\nworkers = 0\n", {"a", "b"});
    EXPECT_EQ(script_of(r),
              R"cmake(# Made by Lockstep 1.2.3 from lockstep.toml; made anew when that changes, so do not edit.
# Read by ctest after all tests: adds to the properties they have. LOCKSTEP_DISABLE=1 leaves all of it out.
cmake_policy(VERSION 3.25)

# 2 tests: no phase, no marker
set_tests_properties(
  [[a]]
  [[b]]
  PROPERTIES
  FIXTURES_REQUIRED "lockstep.session")

# Tests that Lockstep adds.

# 3: comes last: keeps verdicts, empties temp directories
cmake_language(CALL ${_lockstep_add_test} [[lockstep.end]] "/opt/lock step/lockstep" "end" "--state" "/b/lockstep")
set_tests_properties([[lockstep.end]] PROPERTIES
  FIXTURES_CLEANUP "lockstep.session"
  LABELS "lockstep"
  TIMEOUT "86400")
)cmake");
}

TEST(Overlay, a_lone_bracket_in_the_build_path_swallows_no_variable) {
    const auto r =
        resolve_well("[marker.m]\nenv = { TMP = \"/mine\", B = \"${temp_dir}/b\" }\n", {NewTest("t").labels({"m"})});
    auto options = overlay_options();
    options.state = "/b[/lockstep";
    const auto script = script_of(r, options);
    const auto begin = script.find("# What each test has"), end = script.find("# Tests that Lockstep adds");
    EXPECT_EQ(script.substr(begin, end - begin),
              R"cmake(# What each test has of its own: its temp directory, its context.
set_tests_properties([[t]] PROPERTIES
  ENVIRONMENT "LOCKSTEP_TEST=t;LOCKSTEP_PHASE=;LOCKSTEP_MARKERS=m")
set_tests_properties([[t]] PROPERTIES ENVIRONMENT "LOCKSTEP_TEMP_DIR=${_lockstep_temp}/1")
set_tests_properties([[t]] PROPERTIES ENVIRONMENT "TMPDIR=${_lockstep_temp}/1")
set_tests_properties([[t]] PROPERTIES ENVIRONMENT "TMP=${_lockstep_temp}/1")
set_tests_properties([[t]] PROPERTIES ENVIRONMENT "TEMP=${_lockstep_temp}/1")
set_tests_properties([[t]] PROPERTIES ENVIRONMENT "B=${_lockstep_temp}/1/b")
set_tests_properties([[t]] PROPERTIES ENVIRONMENT "TMP=/mine")

)cmake");
}

TEST(Overlay, a_name_of_the_plan_file_stays_a_comment) {
    Diagnostics diagnostics;
    const auto source = std::make_shared<const Source>("a\nexecute_process(COMMAND b)",
                                                       "version = 1\n[[phase]]\nname = \"p\"\ntests = \"all()\"\n");
    const auto plan = read_plan(source, {}, diagnostics);
    ASSERT_TRUE(plan);
    const Inventory inventory{{NewTest("t")}};
    const auto schedule = resolve(*plan, inventory, plain_run(), diagnostics);
    ASSERT_TRUE(schedule);
    const auto script = overlay_script(*schedule, fill_values(), overlay_options(), diagnostics).value();
    EXPECT_NE(script.find("(a execute_process(COMMAND b):2)"), std::string::npos) << script;
    EXPECT_EQ(script.find("\nexecute_process"), std::string::npos) << script;
}

TEST(Overlay, an_unset_variable_is_an_error_at_its_place) {
    const auto r = resolve_well("[marker.m]\nenv = { A = \"${env:NOPE}\" }\n", {NewTest("t").labels({"m"})});
    Diagnostics diagnostics;
    EXPECT_EQ(overlay_script(*r.schedule, fill_values(), overlay_options(), diagnostics), std::nullopt);
    EXPECT_EQ(shown(diagnostics),
              "3: error: environment variable 'NOPE' is not set [unset-variable]\n"
              "  help: set it, or write a value for when it is not: ${env:NOPE:-value}\n");
    Diagnostics none;
    const auto script = overlay_script(*r.schedule, fill_values({{"NOPE", "yes"}}), overlay_options(), none);
    ASSERT_TRUE(script);
    EXPECT_NE(script->find("A=yes"), std::string::npos);
}

TEST(Overlay, a_default_stands_in_for_an_empty_variable_as_in_a_shell) {
    const auto r = resolve_well("[marker.m]\nenv = { A = \"<${env:X:-other}>\" }\n", {NewTest("t").labels({"m"})});
    for (const auto& [value, text] :
         std::vector<std::pair<std::string, std::string>>{{"", "A=<other>"}, {"set", "A=<set>"}}) {
        Diagnostics none;
        const auto script = overlay_script(*r.schedule, fill_values({{"X", value}}), overlay_options(), none);
        ASSERT_TRUE(script);
        EXPECT_NE(script->find(text), std::string::npos) << *script;
    }
}

}  // namespace
}  // namespace lockstep
