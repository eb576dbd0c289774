// What markers, phases and defaults put onto each test, and where they stand back.
#include "resolving.hpp"

namespace lockstep {
namespace {

using namespace testing;

std::string environment(const Resolved& r, std::string_view name) {
    std::string text;
    for (const auto& entry : r.test(name).environment) {
        text +=
            fmt::format("{}{}={}@{}", text.empty() ? "" : " ", entry.name, to_string(entry.value), entry.place.line);
    }
    return text;
}

TEST(Effects, a_test_that_the_plan_says_nothing_of_gets_nothing_but_a_temp_directory) {
    const auto r = resolve_well("", {"a"});
    const auto& a = r.test("a");
    EXPECT_EQ(shown(a.locks) + shown(a.labels) + environment(r, "a"), "");
    EXPECT_TRUE(a.demands.empty());
    EXPECT_EQ(shown(a.timeout) + shown(a.processors), "nonenone");
    EXPECT_FALSE(a.alone);
    EXPECT_EQ(a.isolate, Isolation{.tmp = true});
    EXPECT_EQ(shown(a.fixtures_required), "lockstep.session");
}

TEST(Effects, locks_labels_and_variables_of_several_markers_unite) {
    const auto r = resolve_well(
        "[marker.m]\ntests = \"all()\"\nlock = [\"db\", \"net\"]\nlabels = [\"l1\", \"l2\"]\nenv = { A = \"1\", B = "
        "\"1\" }\n"
        "[marker.n]\ntests = \"all()\"\nlock = [\"net\", \"gpu\"]\nlabels = [\"l2\", \"own\"]\nenv = { B = \"2\", C = "
        "\"${temp_dir}\" }\n",
        {NewTest("t").labels({"own"}).locks({"gpu"}), NewTest("u")});
    EXPECT_EQ(shown(r.test("t").locks), "db@4 net@4") << "what the test has itself is not added again";
    EXPECT_EQ(shown(r.test("u").locks), "db@4 net@4 gpu@9");
    EXPECT_EQ(shown(r.test("t").labels), "m@3 l1@5 l2@5 n@8");
    EXPECT_EQ(shown(r.test("u").labels), "m@3 l1@5 l2@5 n@8 own@10");
    EXPECT_EQ(environment(r, "t"), "A=1@6 B=2@11 C=${temp_dir}@11");
}

TEST(Effects, serial_and_exclusive_need_no_declaration) {
    const auto r = resolve_well("", {NewTest("s").labels({"serial"}), NewTest("x").labels({"exclusive"})});
    EXPECT_EQ(shown(r.test("s").locks), "serial");
    EXPECT_FALSE(r.test("s").alone);
    EXPECT_TRUE(r.test("x").alone);
    EXPECT_EQ(shown(r.test("x").locks), "");
}

TEST(Effects, of_single_values_the_marker_written_last_wins) {
    const std::string m =
        "[marker.m]\ntests = \"all()\"\ntimeout = \"30s\"\nprocessors = 4\nisolate = [\"home\"]\nmemory = \"4GiB\"\n";
    const std::string n =
        "[marker.n]\ntests = \"all()\"\ntimeout = \"1500ms\"\nprocessors = 2\nisolate = []\nmemory = \"1GiB\"\n";
    const auto first = resolve_well(m + n, {"t"});
    EXPECT_EQ(shown(first.test("t").timeout), "1.500@10");
    EXPECT_EQ(shown(first.test("t").processors), "2@11");
    EXPECT_EQ(first.test("t").isolate, Isolation{});
    ASSERT_EQ(first.test("t").demands.size(), 1U);
    EXPECT_EQ(first.test("t").demands[0].slots, 1024);
    const auto second = resolve_well(n + m, {"t"});
    EXPECT_EQ(shown(second.test("t").timeout), "30@10");
    EXPECT_EQ(shown(second.test("t").processors), "4@11");
    EXPECT_EQ(second.test("t").isolate, Isolation{.home = true});
    EXPECT_EQ(second.test("t").isolate_place.line, 12U);
    EXPECT_EQ(second.test("t").demands[0].slots, 4096);
}

TEST(Effects, a_marker_that_says_nothing_of_a_value_leaves_that_of_an_earlier_one) {
    const auto r =
        resolve_well("[marker.m]\ntests = \"all()\"\ntimeout = \"30s\"\n[marker.n]\ntests = \"all()\"\n", {"t"});
    EXPECT_EQ(shown(r.test("t").timeout), "30@4");
}

TEST(Effects, what_a_test_sets_itself_stands_and_each_line_that_has_no_effect_is_named_once) {
    const auto r = resolve_text(
        "[defaults]\ntimeout = \"5m\"\n"
        "[marker.m]\ntests = \"all()\"\ntimeout = \"30s\"\nprocessors = 4\nenv = { A = \"1\", B = \"2\" }\n",
        {NewTest("t").timeout(7).processors(2).environment({"A=x", "AB=y"}), NewTest("u").timeout(8), "v"});
    ASSERT_TRUE(r.schedule);
    EXPECT_EQ(r.diagnostics,
              "6: warning: timeout has no effect on 2 tests ('t' first): the project sets TIMEOUT itself [no-effect]\n"
              "7: warning: processors has no effect on test 't': the project sets PROCESSORS itself [no-effect]\n"
              "8: warning: env A has no effect on test 't': the project sets the variable itself [no-effect]\n");
    EXPECT_EQ(shown(r.test("t").timeout) + " " + shown(r.test("t").processors), "none none");
    EXPECT_EQ(environment(r, "t"), "B=2@8");
    EXPECT_EQ(shown(r.test("v").timeout) + " " + shown(r.test("v").processors), "30@6 4@7");
}

TEST(Effects, a_variable_that_the_project_modifies_afterwards_is_lost_unless_it_is_added_to) {
    const auto r =
        resolve_text("[marker.m]\ntests = \"all()\"\nenv = { A = \"1\", B = \"1\", C = \"1\", D = \"1\", E = \"1\" }\n",
                     {NewTest("t").modifies_environment(
                          {"A=set:x", "B=unset:", "C=reset:", "D=path_list_append:/set:", "E", "AB=set:x"}),
                      NewTest("u").modifies_environment({"A=string_append:y"})});
    ASSERT_TRUE(r.schedule);
    std::string expected;
    for (const auto* name : {"A", "B", "C"}) {
        expected += fmt::format(
            "4: warning: env {} has no effect on test 't': the project sets the variable itself "
            "[no-effect]\n",
            name);
    }
    EXPECT_EQ(r.diagnostics, expected);
    EXPECT_EQ(environment(r, "t"), "D=1@4 E=1@4");
    EXPECT_EQ(environment(r, "u"), "A=1@4 B=1@4 C=1@4 D=1@4 E=1@4");
}

TEST(Effects, a_default_timeout_is_for_tests_that_nobody_else_gives_one) {
    const std::string plan = "[defaults]\ntimeout = \"5m\"\n[marker.m]\ntimeout = \"30s\"\n";
    const std::vector<NewTest> tests{"plain", NewTest("own").timeout(7), NewTest("marked").labels({"m"})};
    const auto r = resolve_well(plan, tests);
    EXPECT_EQ(shown(r.test("plain").timeout), "300@3");
    EXPECT_EQ(shown(r.test("own").timeout), "none");
    EXPECT_EQ(shown(r.test("marked").timeout), "30@5");
    auto facts = plain_run();
    facts.timeout_on_command_line = true;
    const auto given = resolve_well(plan, tests, facts);
    EXPECT_EQ(shown(given.test("plain").timeout), "none");
    EXPECT_EQ(shown(given.test("marked").timeout), "30@5");
}

TEST(Effects, isolate_cwd_leaves_a_directory_that_the_project_chose) {
    const auto r = resolve_text(
        "[defaults]\nisolate = [\"cwd\"]\n",
        {NewTest("default").dir("unit").works_in("/b/unit", "/b/unit"),
         NewTest("elsewhere").dir("unit").works_in("/b/out", "/b/out"), NewTest("unset"),
         NewTest("source").dir("unit").works_in("/s/unit", "/b/unit"), NewTest("top").dir(".").works_in("/s", "/b"),
         NewTest("unknown").dir("unit").works_in("/b/unit")});
    ASSERT_TRUE(r.schedule);
    for (const auto* name : {"default", "elsewhere", "unset"}) {
        EXPECT_TRUE(r.test(name).own_working_directory) << name;
    }
    for (const auto* name : {"source", "top", "unknown"}) {
        EXPECT_FALSE(r.test(name).own_working_directory) << name;
    }
    EXPECT_EQ(
        r.diagnostics,
        "3: warning: isolate cwd has no effect on 2 tests ('source' first): the project sets WORKING_DIRECTORY "
        "itself [no-effect]\n"
        "3: warning: isolate cwd has no effect on test 'unknown': whether the project chose the directory it runs "
        "in is not known [no-effect]\n");
}

TEST(Effects, unmarked_serial_locks_tests_with_neither_phase_nor_marker) {
    const std::vector<NewTest> tests{"p", NewTest("safe").labels({"parallel_safe"}), "none"};
    const std::string phase = "[[phase]]\nname = \"p\"\ntests = \"name(p)\"\n";
    const auto r = resolve_well("[defaults]\nunmarked = \"serial\"\n" + phase, tests);
    EXPECT_EQ(shown(r.test("none").locks), "lockstep.unmarked@3");
    EXPECT_EQ(shown(r.test("p").locks) + shown(r.test("safe").locks), "");
    EXPECT_EQ(shown(resolve_well(phase, tests).test("none").locks), "");
}

TEST(Effects, parallel_safe_with_a_lock_is_reported_whoever_gave_the_lock) {
    const auto r = resolve_text(
        "[marker.m]\nlock = [\"db\"]\n",
        {NewTest("plan").labels({"parallel_safe", "m"}), NewTest("project").labels({"parallel_safe"}).locks({"x"}),
         NewTest("alone").labels({"parallel_safe", "exclusive"}), NewTest("fine").labels({"parallel_safe"})});
    EXPECT_TRUE(r.schedule);
    EXPECT_EQ(r.diagnostics,
              "3: warning: test 'plan' is marked parallel_safe and has lock 'db' [parallel-safe-locked]\n"
              "  help: the lock holds; take away one of the two\n"
              "-: warning: test 'project' is marked parallel_safe and has RESOURCE_LOCK 'x' [parallel-safe-locked]\n"
              "  help: the lock holds; take away one of the two\n"
              "-: warning: test 'alone' is marked parallel_safe and has alone [parallel-safe-locked]\n"
              "  help: the lock holds; take away one of the two\n");
}

TEST(Effects, tests_of_one_name_share_a_lock) {
    const auto r = resolve_text("", {"twin", "single", "twin", "twin"});
    ASSERT_TRUE(r.schedule);
    EXPECT_EQ(r.diagnostics,
              "-: warning: 3 tests have the name 'twin' [duplicate-test]\n"
              "  help: properties reach both (CTest finds tests by name), so they never run at the same time; give "
              "each a name of its own\n");
    for (const std::size_t t : {0U, 2U, 3U}) EXPECT_EQ(shown(r.schedule->tests[t].locks), "lockstep.same-name.twin");
    EXPECT_EQ(shown(r.schedule->tests[1].locks), "");
}

TEST(Effects, sequential_is_one_lock_for_everything_that_may_run_beside_something) {
    auto facts = plain_run();
    facts.sequential = true;
    const auto r = resolve_well("[[phase]]\nname = \"p\"\ntests = \"name(a)\"\n", {"a", "b"}, facts);
    EXPECT_EQ(shown(r.test("a").locks), "lockstep.sequential");
    EXPECT_EQ(shown(r.test("b").locks), "lockstep.sequential");
    EXPECT_EQ(r.generated("checkpoint.p").locks, Names{"lockstep.sequential"});
}

TEST(Effects, phases_become_labels_and_a_sequential_one_a_lock) {
    const std::string phases =
        "[[phase]]\nname = \"p\"\ntests = \"name(a)\"\norder = \"sequential\"\n[[phase]]\nname = \"q\"\ntests = "
        "\"name(b)\"\n";
    const std::vector<NewTest> tests{"a", "b", "c"};
    const auto r = resolve_well(phases, tests);
    EXPECT_EQ(shown(r.test("a").labels) + ", " + shown(r.test("a").locks), "phase:p@4, lockstep.phase.p@5");
    EXPECT_EQ(shown(r.test("b").labels) + ", " + shown(r.test("b").locks), "phase:q@8, ");
    EXPECT_EQ(shown(r.test("c").labels), "");
    const auto off = resolve_well("[defaults]\nlabels = false\n" + phases, tests);
    EXPECT_EQ(shown(off.test("a").labels), "");
    EXPECT_EQ(off.generated("checkpoint.p").labels, Names{"lockstep"});
}

TEST(Effects, a_phase_label_in_which_a_label_of_the_project_occurs_is_left_out) {
    const auto r = resolve_text(
        "[[phase]]\nname = \"rapid\"\ntests = \"name(a)\"\n[[phase]]\nname = \"core\"\ntests = \"name(b)\"\n",
        {"a", NewTest("b").labels({"phase:core", "Core", "corer"}), NewTest("c").labels({"api", "rapids"})});
    ASSERT_TRUE(r.schedule);
    EXPECT_EQ(r.diagnostics,
              "3: warning: label 'phase:rapid' is left out: the project's own label 'api' occurs in it "
              "[label-overlap]\n"
              "  help: `ctest -L api` would match more tests than before; rename the phase to have the label\n");
    EXPECT_EQ(shown(r.test("a").labels), "");
    EXPECT_EQ(shown(r.test("b").labels), "") << "it has the label";
    EXPECT_EQ(r.generated("checkpoint.rapid").labels, Names{"lockstep"});
    EXPECT_EQ(r.generated("checkpoint.core").labels, (Names{"lockstep", "phase:core"}));
}

}  // namespace
}  // namespace lockstep
