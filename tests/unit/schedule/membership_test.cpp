// Which tests are in which phase and carry which marker, and by which line of the plan.
#include "resolving.hpp"

namespace lockstep {
namespace {

using namespace testing;

TEST(Membership, marker_by_label_and_by_expression) {
    const auto r = resolve_well(
        "[marker.slow]\n"            // 2
        "tests = \"name(big.*)\"\n"  // 3
        "[marker.net]\n",            // 4
        {NewTest("a").labels({"slow"}), "big.1", NewTest("big.2").labels({"slow", "net"}), "other"});
    EXPECT_EQ(membership(r, "a"), "- [slow@2]");
    EXPECT_EQ(membership(r, "big.1"), "- [slow@3]");
    EXPECT_EQ(membership(r, "big.2"), "- [slow@3 net@4]") << "the expression says more than the label";
    EXPECT_EQ(membership(r, "other"), "- []");
}

TEST(Membership, predeclared_markers_come_by_label_and_have_no_line) {
    const auto r = resolve_well("", {NewTest("a").labels({"exclusive", "serial"}), "b"});
    EXPECT_EQ(membership(r, "a"), "- [serial@0 exclusive@0]");
    EXPECT_EQ(membership(r, "b"), "- []");
}

TEST(Membership, a_label_is_a_marker_only_whole) {
    const auto r = resolve_well("[marker.slow]\n", {NewTest("a").labels({"slower", "slo", "Slow"})});
    EXPECT_EQ(membership(r, "a"), "- []");
}

TEST(Membership, markers_keep_the_plans_order_whenever_they_are_resolved) {
    const auto r = resolve_well(
        "[marker.late]\ntests = \"phase(p)\"\n"       // 2, 3: after the phases
        "[marker.later]\ntests = \"marker(late)\"\n"  // 4, 5: through the marker
        "[marker.early]\ntests = \"name(t)\"\n"       // 6, 7
        "[[phase]]\nname = \"p\"\ntests = \"marker(early)\"\n",
        {"t", "u"});
    EXPECT_EQ(membership(r, "t"), "p@10 [late@3 later@5 early@7]");
    EXPECT_EQ(membership(r, "u"), "- []");
}

TEST(Membership, phase_in_a_markers_expression_can_be_negated) {
    const auto r = resolve_well("[marker.rest]\ntests = \"!phase(p)\"\n[[phase]]\nname = \"p\"\ntests = \"name(t)\"\n",
                                {"t", "u"});
    EXPECT_EQ(membership(r, "t"), "p@6 []");
    EXPECT_EQ(membership(r, "u"), "- [rest@3]");
}

TEST(Membership, a_phase_lists_its_tests_by_entry_and_then_by_number) {
    const auto r = resolve_well("[[phase]]\nname = \"p\"\ntests = [\"name(z*)\", \"name(*1)\"]\n",
                                {"a1", NewTest("by_label").labels({"phase:p"}), "z1", "z0"});
    EXPECT_EQ(r.schedule->phases[0].tests, (std::vector<std::size_t>{2, 3, 0, 1}));
    EXPECT_EQ(membership(r, "by_label"), "p@2 []") << "the label itself has no line: that of the phase";
}

TEST(Membership, a_test_matched_twice_by_one_phase_is_in_it_once) {
    const auto r = resolve_well("[[phase]]\nname = \"p\"\ntests = [\"name(a)\", \"all()\"]\n",
                                {NewTest("a").labels({"phase:p"}), "b"});
    EXPECT_EQ(r.schedule->phases[0].tests, (std::vector<std::size_t>{0, 1}));
    EXPECT_EQ(membership(r, "a"), "p@4 []");
}

TEST(Membership, two_phases_is_one_error_a_pair_with_both_lines) {
    const auto r = resolve_text(
        "[[phase]]\nname = \"p\"\ntests = \"name(t*)\"\n"
        "[[phase]]\nname = \"q\"\ntests = [\n\"name(t*)\",\n\"name(q)\"]\n",
        {"t1", "t2", "t3", "t4", "t5", "t6", NewTest("q").labels({"phase:p"})});
    EXPECT_FALSE(r.schedule);
    EXPECT_EQ(r.diagnostics,
              "8: error: 't1', 't2', 't3', 't4', 't5' and 1 more would be in two phases, 'p' and 'q' [two-phases]\n"
              "  4: the other match\n"
              "  help: a test is in at most one phase: take it out of one, for example with '- name(…)'\n"
              "2: error: 'q' would be in two phases, 'q' and 'p' [two-phases]\n"
              "  9: the other match\n"
              "  help: a test is in at most one phase: take it out of one, for example with '- name(…)'\n");
}

TEST(Membership, what_ctest_does_not_say_is_an_error_where_the_answer_depends_on_it) {
    const auto r =
        resolve_text("[marker.m]\ntests = \"source(x.cpp)\"\n", {NewTest("known").source("x.cpp"), "unknown", "too"});
    EXPECT_FALSE(r.schedule);
    EXPECT_EQ(r.diagnostics,
              "3: error: 'source(x.cpp)' cannot be told of 'unknown', 'too' [cannot-tell]\n"
              "  help: ctest does not say what the expression asks for (a source file, a directory, a program); use "
              "name() or label() for these tests\n");
}

TEST(Membership, what_ctest_does_not_say_is_fine_where_the_answer_is_known_without_it) {
    const auto r = resolve_well("[marker.m]\ntests = \"source(x.cpp) & label(y) | name(a)\"\n",
                                {"a", "b", NewTest("c").labels({"y"}).source("x.cpp")});
    EXPECT_EQ(membership(r, "a"), "- [m@3]");
    EXPECT_EQ(membership(r, "b"), "- []");
    EXPECT_EQ(membership(r, "c"), "- [m@3]");
}

TEST(Membership, a_test_whose_program_is_not_built_has_no_command_and_no_target) {
    const auto lost = NewTest("lost").command({});
    EXPECT_EQ(resolve_text("[marker.m]\ntests = \"command(#*--slow*)\"\n", {lost, "b"}).schedule, std::nullopt);
    EXPECT_EQ(resolve_text("[marker.m]\ntests = \"target(x)\"\n", {lost, "b"}).schedule, std::nullopt);
    EXPECT_EQ(membership(resolve_well("[marker.m]\ntests = \"name(lost)\"\n", {lost, "b"}), "lost"), "- [m@3]");
}

TEST(Membership, an_expression_that_matches_nothing_is_a_warning) {
    const auto r = resolve_text(
        "[marker.m]\ntests = \"name(nope)\"\n"
        "[marker.quiet]\ntests = \"none()\"\n"
        "[[phase]]\nname = \"p\"\ntests = [\"name(a)\", \"suite(Nope)\"]\n"
        "[[phase]]\nname = \"q\"\noptional = true\ntests = \"name(neither)\"\n",
        {"a"});
    EXPECT_TRUE(r.schedule);
    EXPECT_EQ(r.diagnostics,
              "3: warning: 'name(nope)' of marker 'm' matches no test [matches-nothing]\n"
              "  help: `lockstep list -E EXPR` shows what an expression matches\n"
              "8: warning: 'suite(Nope)' of phase 'p' matches no test [matches-nothing]\n"
              "  help: `lockstep list -E EXPR` shows what an expression matches\n");
}

TEST(Membership, a_marker_given_in_cmake_that_the_plan_does_not_have_is_an_error) {
    Diagnostics reading, diagnostics;
    const auto plan =
        read_plan(std::make_shared<const Source>("lockstep.toml", "version = 1\n[marker.database]\nlock = [\"db\"]\n"),
                  {}, reading);
    ASSERT_TRUE(plan);
    Inventory inventory{{NewTest("a").labels({"seriall"}), NewTest("b").labels({"serial", "databse", "gpu"}),
                         NewTest("c").labels({"seriall", "mine"})},
                        {"seriall", "databse", "gpu", "serial", "exclusive", "unused"}};
    EXPECT_FALSE(resolve(*plan, inventory, plain_run(), diagnostics));
    EXPECT_EQ(
        shown(diagnostics),
        "-: error: 'a', 'c' have the marker 'seriall' in CMake, and the plan has no such marker [unknown-marker]\n"
        "  help: did you mean 'serial'?\n"
        "-: error: 'b' has the marker 'databse' in CMake, and the plan has no such marker [unknown-marker]\n"
        "  help: did you mean 'database'?\n"
        "-: error: 'b' has the marker 'gpu' in CMake, and the plan has no such marker [unknown-marker]\n"
        "  help: declare [marker.gpu] in the plan, or change MARKERS where the test is added; a label that is no "
        "marker is set with LABELS\n");
    // Of the same labels set with LABELS nothing is known to be meant.
    inventory.markers.clear();
    Diagnostics none;
    EXPECT_TRUE(resolve(*plan, inventory, plain_run(), none));
}

TEST(Membership, a_phase_label_that_the_plan_does_not_know_is_an_error) {
    const auto r = resolve_text("", {NewTest("a").labels({"phase:core"}), NewTest("b").labels({"phases:core"})});
    EXPECT_FALSE(r.schedule);
    EXPECT_EQ(r.diagnostics,
              "-: error: test 'a' has the label 'phase:core', and the plan has no such phase [unknown-phase]\n"
              "  help: declare the phase in the plan, or change PHASE where the test is added\n");
}

// What ctest makes of such a plan: e2e, test_names.py.
TEST(Membership, a_phase_cannot_have_a_test_whose_name_others_have) {
    const std::string core = "[[phase]]\nname = \"core\"\n", api = "[[phase]]\nname = \"api\"\n";
    const auto twin = [](const char* name, const char* program) { return NewTest(name).command({program}); };
    const std::vector<NewTest> tests{twin("smoke", "/u"), twin("lint", "/u"), twin("smoke", "/a"), twin("lint", "/a"),
                                     "alone"};
    const auto duplicate = [](const char* name) {
        return fmt::format("-: warning: 2 tests have the name '{}' [duplicate-test]\n", name) +
               "  help: properties reach both (CTest finds tests by name), so they never run at the same time; give "
               "each a name of its own\n";
    };
    const auto refused = [&](int line, const std::string& names, const char* phase) {
        return fmt::format(
                   "{}: error: several tests have {}, and phase '{}' would wait for the first of them only "
                   "[repeated-name]\n",
                   line, names, phase) +
               "  help: ctest finds tests by name: give each a name of its own, or take them out of the phase, for "
               "example with '- name(…)'\n" +
               duplicate("smoke") + duplicate("lint");
    };
    struct Row {
        std::string plan, diagnostics;
    };
    for (const auto& [plan, diagnostics] : std::vector<Row>{
             // all in one phase; in two; in a chain; one of them in none
             {core + "tests = \"all()\"\n", refused(4, "each of the names 'smoke', 'lint'", "core")},
             {core + "tests = \"command(=/u)\"\n" + api + "tests = \"command(=/a)\"\n",
              refused(4, "each of the names 'smoke', 'lint'", "core")},
             {core + "order = \"chain\"\ntests = \"name(smoke)\"\n", refused(5, "the name 'smoke'", "core")},
             {core + "tests = \"command(=/a) - name(lint)\"\n", refused(4, "the name 'smoke'", "core")},
         }) {
        const auto r = resolve_text(plan, tests);
        EXPECT_FALSE(r.schedule) << plan;
        EXPECT_EQ(r.diagnostics, diagnostics);
    }
    EXPECT_TRUE(resolve_text(core + "tests = \"name(alone)\"\n", tests).schedule);
}

TEST(Membership, names_of_generated_tests_are_refused) {
    const std::string plan = "[[phase]]\nname = \"core\"\ntests = \"none()\"\noptional = true\n";
    for (const auto* name : {"checkpoint.core", "barrier.core", "order.core", "cleanup.core"}) {
        const auto r = resolve_text(plan, {name, "free"});
        EXPECT_FALSE(r.schedule) << name;
        EXPECT_EQ(r.diagnostics,
                  fmt::format("3: error: test '{}' has a name that Lockstep gives to a test of its own, for phase "
                              "'core' [reserved-name]\n  help: rename the test or the phase\n",
                              name));
    }
    EXPECT_EQ(resolve_text("", {"lockstep.end"}).diagnostics,
              "-: error: test 'lockstep.end' has a name that Lockstep gives to a test of its own [reserved-name]\n"
              "  help: rename the test\n");
}

TEST(Membership, names_that_no_generated_test_of_the_plan_has_are_free) {
    const std::string plan = "[[phase]]\nname = \"core\"\ntests = \"all()\"\n";
    for (const auto* name :
         {"checkpoint.", "checkpoint.other", "checkpoint.core.x", "barrier.x", "order.create", "cleanup.tmp",
          "service.start", "service.users.stop", "lockstep.ending", "a.checkpoint.core", "Checkpoint.core"}) {
        EXPECT_TRUE(resolve_well(plan, {name}).schedule) << name;
    }
    EXPECT_TRUE(resolve_well("", {"checkpoint.core"}).schedule) << "without that phase";
}

TEST(Membership, names_that_ctest_cannot_pass_on_are_refused) {
    const std::string line_end =
        "' holds a line end [bad-test-name]\n"
        "  help: rename it: ctest's log has a line a name, and verdicts are read from there\n";
    const std::string replacement =
        "' holds U+FFFD [bad-test-name]\n"
        "  help: rename it: ctest lists bytes that are not UTF-8 as that, and no guard would reach such a test\n";
    const std::string keyword =
        "' is a word of set_tests_properties() [bad-test-name]\n"
        "  help: rename it: what is to be put onto it would not reach it, nor tests that get the same\n";
    for (const auto& [name, text] : std::vector<std::pair<std::string, std::string>>{
             {"a\nb", "a\\x0ab" + line_end},
             {"a\r", "a\\x0d" + line_end},
             {"a\xef\xbf\xbd", "a\xef\xbf\xbd" + replacement},
             {"PROPERTIES", "PROPERTIES" + keyword},
         }) {
        const auto r = resolve_text("", {NewTest(name)});
        EXPECT_FALSE(r.schedule);
        EXPECT_EQ(r.diagnostics, "-: error: the name of test '" + text);
    }
    EXPECT_TRUE(resolve_well("", {"a;b ]==] \" $x #\t \xc3\xa4", "properties", "PROPERTIES "}).schedule);
}

}  // namespace
}  // namespace lockstep
