// The first plan of a project: that it changes nothing, and that what it suggests can be put into effect.
#include "adoption/first_plan.hpp"

#include <sstream>

#include "../schedule/resolving.hpp"
#include "../text/nasty_texts.hpp"
#include "adoption/labels.hpp"
#include "adoption/own_guards.hpp"

namespace lockstep {
namespace {

using namespace testing;

Inventory inventory_of(const std::vector<NewTest>& tests) {
    Inventory inventory;
    inventory.tests.assign(tests.begin(), tests.end());
    return inventory;
}

FirstPlan plan_for(const std::vector<NewTest>& tests) {
    return first_plan(inventory_of(tests));
}

/// What becomes of the tests under a whole plan file.
Resolved under(const std::string& plan, const std::vector<NewTest>& tests) {
    constexpr std::string_view version = "version = 1\n";
    const auto at = plan.find(version);
    // resolve_text() writes that line itself, first.
    return resolve_text(plan.substr(0, at) + plan.substr(at + version.size()), tests);
}

/// All that somebody can put into effect, in effect.
std::string with_all_suggestions(const std::string& plan) {
    std::stringstream lines(plan);
    std::string out;
    for (std::string line; std::getline(lines, line);) {
        if (line.size() > 1 && line[0] == '#' && line[1] != ' ') line.erase(0, 1);
        out += line + "\n";
    }
    return out;
}

/// What the plan adds to a test, in words; "" is what is wanted.
std::string added_to(const Resolved& r, const ScheduledTest& test) {
    std::string text;
    const auto add = [&](const char* what, bool there) { text += there ? std::string(" ") + what : ""; };
    add("phase", test.phase.has_value());
    add("locks", !test.locks.empty());
    add("demands", !test.demands.empty());
    add("labels", !test.labels.empty());
    add("environment", !test.environment.empty() || r.plan->defaults.context.value);
    add("fixtures", shown(test.fixtures_required) != "lockstep.session" || !test.fixtures_setup.empty());
    add("timeout", test.timeout.has_value());
    add("processors", test.processors.has_value());
    add("alone", test.alone.has_value());
    add("isolation", test.isolate != Isolation{} || test.own_working_directory);
    return text.empty() ? "" : r.inventory->tests[test.position].name + ":" + text;
}

/// What is not as it was without the plan; "" is what is wanted.
std::string changes(const Resolved& r) {
    if (!r.schedule) return "refused: " + r.diagnostics;
    std::string text;
    for (const auto& test : r.schedule->tests) text += added_to(r, test);
    if (all_generated(r) != "lockstep.end | cleans up lockstep.session | labels lockstep\n") text += " generated tests";
    if (!r.schedule->resources.empty() || r.schedule->worker_ids) text += " resources";
    if (r.plan->run.sessions.value != Sessions::share) text += " waiting";
    return text;
}

/// One test of each kind that a project can have.
std::vector<NewTest> every_kind() {
    return {NewTest("start").sets_up({"server"}),
            NewTest("api.a").labels({"unit", "serial", "slow tests"}).requires_fixtures({"server"}).timeout(3),
            NewTest("api.b").labels({"unit", "exclusive", "fs.path"}).requires_fixtures({"server"}),
            NewTest("stop").cleans_up({"server"}),
            NewTest("migrate.1").labels({"unit", "unit"}),
            NewTest("migrate.2").depends({"migrate.1"}),
            NewTest("db").locks({"db"}).labels({"parallel"}),
            NewTest("big").processors(4),
            NewTest("alone").run_serial()};
}

TEST(FirstPlan, changes_nothing) {
    const auto tests = every_kind();
    const auto r = under(plan_for(tests).text, tests);
    EXPECT_EQ(r.diagnostics, "");
    EXPECT_EQ(changes(r), "");
}

TEST(FirstPlan, has_no_line_that_could_be_left_out) {
    const auto tests = every_kind();
    const auto plan = plan_for(tests).text;
    for (const std::string line : {"isolate = []\n", "context = false\n", "workers = 0\n", "sessions = \"share\"\n",
                                   "lock = []\n", "alone = false\n"}) {
        const auto at = plan.find("\n" + line);
        ASSERT_NE(at, std::string::npos) << line;
        auto without = plan;
        EXPECT_NE(changes(under(without.erase(at + 1, line.size()), tests)), "") << line;
    }
}

TEST(FirstPlan, changes_nothing_where_tests_have_resource_groups) {
    const std::vector<NewTest> tests{NewTest("gpu").resource_groups(), "cpu"};
    const auto plan = plan_for(tests).text;
    const auto r = under(plan, tests);
    EXPECT_EQ(r.diagnostics, "");
    EXPECT_EQ(changes(r), "");
    EXPECT_EQ(under(with_all_suggestions(plan), tests).diagnostics, "") << "a pool would take the project's spec file";
    EXPECT_NE(plan.find("resource_spec = \"FILE\""), std::string::npos);
}

TEST(FirstPlan, declares_the_labels_as_markers) {
    const auto tests = every_kind();
    const auto plan = plan_for(tests);
    EXPECT_EQ(plan.markers, (Names{"unit", "exclusive", "fs.path", "parallel", "serial"}))
        << "those of many tests first";
    const auto r = under(plan.text, tests);
    for (const auto& [test, markers] :
         std::vector<std::pair<std::string, Names>>{{"start", {}},
                                                    {"api.a", {"unit", "serial"}},
                                                    {"api.b", {"unit", "exclusive", "fs.path"}},
                                                    {"migrate.1", {"unit"}}}) {
        Names found;
        for (const auto& [index, place] : r.test(test).markers) found.push_back(r.plan->markers[index].name.value);
        EXPECT_EQ(found, markers) << test;
    }
}

TEST(FirstPlan, what_it_suggests_can_be_put_into_effect) {
    const auto tests = every_kind();
    const auto r = under(with_all_suggestions(plan_for(tests).text), tests);
    EXPECT_EQ(r.diagnostics, "");
    ASSERT_TRUE(r.schedule);
    const auto phase_of = [&](const char* name) {
        const auto& phase = r.test(name).phase;
        return phase ? r.plan->phases[*phase].name.value : "none";
    };
    EXPECT_EQ(phase_of("api.a") + " " + phase_of("db") + " " + phase_of("start") + " " + phase_of("stop"),
              "first second none none");
    EXPECT_EQ(shown(r.test("start").locks).substr(0, 17), "lockstep.unmarked");
    EXPECT_EQ(shown(r.test("db").timeout).substr(0, 4), "300@");
    EXPECT_EQ(shown(r.test("api.a").timeout), "none");
    ASSERT_EQ(r.test("api.b").demands.size(), 1U);
    EXPECT_EQ(r.test("api.b").demands[0].shown, "pool connection");
    EXPECT_EQ(r.test("api.b").isolate, (Isolation{.tmp = true, .home = true}));
}

TEST(FirstPlan, says_how_many_tests_the_cautious_line_holds_for) {
    const auto in_phases = [](const char* name) { return NewTest(name).labels({"phase:p"}); };
    for (const auto& [tests, expected] : std::vector<std::pair<std::vector<NewTest>, std::string>>{
             {every_kind(),
              "5 of 9 tests; the others have a marker below. Take away the tables of labels that do not say "
              "what may run side by side."},
             {{"a", "b"}, ""},
             {{in_phases("a"), "b"}, "1 of 2 tests; the others are in a phase."},
             {{in_phases("a"), NewTest("b").labels({"m"}), "c", "d"},
              "2 of 4 tests; the others are in a phase or have a marker below. Take away the tables of labels that do "
              "not say what may run side by side."}}) {
        auto plan = plan_for(tests).text;
        std::string said = plan;
        for (auto at = said.find("\n# "); at != std::string::npos; at = said.find("\n# ", at)) said.replace(at, 3, " ");
        EXPECT_NE(said.find(expected.empty() ? "As it stands: every test." : "As it stands: " + expected),
                  std::string::npos)
            << plan;
        const auto r = under(plan.erase(plan.find("#unmarked"), 1), tests);
        ASSERT_TRUE(r.schedule);
        const auto held = std::ranges::count_if(r.schedule->tests, [](const auto& test) {
            return std::ranges::any_of(test.locks, [](const auto& lock) { return lock.value == "lockstep.unmarked"; });
        });
        EXPECT_EQ(held, expected.empty() ? 2 : expected.front() - '0');
    }
    const auto none = plan_for({NewTest("a").labels({"m"})}).text;
    EXPECT_NE(none.find("As it stands: no test;"), std::string::npos) << none;
}

TEST(FirstPlan, a_project_without_anything_gets_suggestions_about_its_tests) {
    const std::vector<NewTest> tests{"a", "b", "c"};
    const auto plan = plan_for(tests).text;
    EXPECT_EQ(changes(under(plan, tests)), "");
    const auto r = under(with_all_suggestions(plan), tests);
    EXPECT_EQ(r.diagnostics, "");
    EXPECT_EQ(membership(r, "a").substr(0, 6), "first@");
    EXPECT_EQ(membership(r, "c").substr(0, 7), "second@");
    EXPECT_EQ(shown(r.test("b").locks).substr(0, 7), "serial@");
    EXPECT_NE(plan.find("# What the project guards itself: nothing."), std::string::npos);
}

TEST(FirstPlan, one_test_or_none_is_enough) {
    for (const auto& tests : {std::vector<NewTest>{}, std::vector<NewTest>{"only"}}) {
        const auto plan = plan_for(tests).text;
        const auto r = under(plan, tests);
        EXPECT_EQ(r.diagnostics, "");
        EXPECT_EQ(changes(r), "");
        EXPECT_EQ(under(with_all_suggestions(plan), tests).diagnostics, "");
    }
}

std::string suggested_phase(const std::vector<NewTest>& tests) {
    const auto plan = plan_for(tests).text;
    constexpr std::string_view before = "#name = \"first\"\n#tests = ";
    const auto at = plan.find(before);
    if (at == std::string::npos) return "none";
    return plan.substr(at + before.size(), plan.find('\n', at + before.size()) - at - before.size());
}

TEST(FirstPlan, suggests_as_a_first_phase_what_people_tell_tests_apart_by) {
    EXPECT_EQ(
        suggested_phase({NewTest("a").labels({"net"}), NewTest("b").labels({"net"}), NewTest("c").labels({"unit"})}),
        "\"label(=unit)\"");
    EXPECT_EQ(suggested_phase({NewTest("a").labels({"all"}), NewTest("b").labels({"all", "net"})}), "\"label(=net)\"");
    EXPECT_EQ(suggested_phase({NewTest("a").dir("x"), NewTest("b").dir("y"), NewTest("c").dir("y")}), "\"dir(=y)\"");
    EXPECT_EQ(suggested_phase({NewTest("a").dir(std::nullopt), NewTest("b").dir("y"), NewTest("c").dir("y")}),
              "\"name(=a)\"")
        << "whose directory is not known cannot be asked for it";
    EXPECT_EQ(suggested_phase({"A.x", "B.x", "B.y"}), "\"suite(=B)\"");
    EXPECT_EQ(suggested_phase({"a)", "b"}), "'name(=a\\))'");
}

TEST(FirstPlan, suggests_no_phase_that_the_projects_own_order_contradicts) {
    // "unit" first would have u wait for n and n for u.
    EXPECT_EQ(suggested_phase({NewTest("n").labels({"net"}), NewTest("u").labels({"unit"}).depends({"n"})}),
              "\"label(=net)\"");
    EXPECT_EQ(suggested_phase({NewTest("only").labels({"unit"})}), "none");
}

TEST(FirstPlan, labels_that_cannot_name_a_marker_get_one_of_another_name) {
    const std::vector<NewTest> tests{NewTest("a").labels({"slow tests", "slow_tests", "größe", "\"q\"'", "lockstep",
                                                          "lockstep.x", "service:users", ")"}),
                                     NewTest("b").labels({"slow\ttests", "parallel safe", "x\ny"}).locks({"l"})};
    const auto plan = plan_for(tests);
    EXPECT_EQ(plan.markers, Names{"slow_tests"});
    const auto all = with_all_suggestions(plan.text);
    const auto r = under(all, tests);
    EXPECT_EQ(r.diagnostics, "");
    ASSERT_TRUE(r.schedule);
    Names a, b;
    for (const auto& [index, place] : r.test("a").markers) a.push_back(r.plan->markers[index].name.value);
    for (const auto& [index, place] : r.test("b").markers) b.push_back(r.plan->markers[index].name.value);
    std::ranges::sort(a);
    std::ranges::sort(b);
    EXPECT_EQ(a, (Names{"_q_", "connected", "gr_e", "isolated", "label__", "label_lockstep", "label_lockstep.x",
                        "serial", "service_users", "slow_tests", "slow_tests_3"}));
    EXPECT_EQ(b, (Names{"connected", "isolated", "parallel_safe_2", "serial", "slow_tests_2", "x_y"}));
    EXPECT_EQ(changes(under(plan.text, tests)), "");
}

TEST(FirstPlan, names_of_suggested_markers_are_no_labels) {
    const std::vector<NewTest> tests{NewTest("a").labels({"connected", "isolated", "isolated_2"}), "b"};
    const auto plan = plan_for(tests).text;
    EXPECT_NE(plan.find("#[marker.connected_2]"), std::string::npos);
    EXPECT_NE(plan.find("#[marker.isolated_3]"), std::string::npos);
    EXPECT_EQ(under(with_all_suggestions(plan), tests).diagnostics, "");
}

TEST(FirstPlan, labels_beyond_number_are_left_out_but_for_those_with_a_meaning) {
    Inventory inventory;
    for (int i = 0; i < 6; ++i) {
        InventoryTest test = NewTest("t" + std::to_string(i));
        test.labels = {"own" + std::to_string(i)};
        if (i == 0) test.labels.emplace_back("serial");
        inventory.tests.push_back(std::move(test));
    }
    inventory.markers = {"own4"};
    const auto labels = used_labels(inventory, 3);
    const auto names = [](const std::vector<UsedLabel>& list) {
        Names names;
        for (const auto& label : list) names.push_back(label.name);
        return names;
    };
    EXPECT_EQ(names(labels.markers), (Names{"own0", "own1", "own2", "own4", "serial"}));
    EXPECT_EQ(names(labels.left_out), (Names{"own3", "own5"}));

    std::vector<NewTest> tests;
    for (int i = 0; i < 210; ++i) tests.push_back(NewTest("t" + std::to_string(i)).labels({"own" + std::to_string(i)}));
    const auto plan = plan_for(tests);
    EXPECT_EQ(plan.markers.size(), 200U);
    EXPECT_NE(plan.text.find("# And 10 further labels of at most 1 test."), std::string::npos);
}

TEST(FirstPlan, labels_that_put_tests_into_phases_get_their_phases_without_an_order) {
    const std::vector<NewTest> tests{NewTest("b").labels({"phase:late", "late"}), NewTest("a").labels({"phase:early"}),
                                     "c"};
    const auto plan = plan_for(tests);
    EXPECT_EQ(plan.markers, Names{"late"});
    const auto r = under(plan.text, tests);
    EXPECT_EQ(r.diagnostics, "");
    EXPECT_EQ(membership(r, "a").substr(0, 6), "early@");
    for (const auto* name : {"a", "b", "c"}) {
        EXPECT_EQ(fixtures(r, name), "");
        EXPECT_EQ(shown(r.test(name).labels), "");
    }
    EXPECT_EQ(suggested_phase(tests), "none") << "they have phases";
    EXPECT_EQ(under(with_all_suggestions(plan.text), tests).diagnostics, "");
}

TEST(FirstPlan, describes_what_the_project_guards) {
    const std::vector<NewTest> tests{NewTest("start").sets_up({"server"}),
                                     NewTest("a").requires_fixtures({"server"}).locks({"db", "net"}),
                                     NewTest("stop").cleans_up({"server"}),
                                     NewTest("m3").depends({"m2"}),
                                     NewTest("m2").depends({"m1", "m1", "not there"}),
                                     NewTest("m1").locks({"db"}),
                                     NewTest("report").depends({"a", "m3"}),
                                     NewTest("after report").depends({"report"}),
                                     NewTest("big").processors(4).run_serial(),
                                     NewTest("gpu\n").resource_groups().processors(2)};
    const Names expected{"RUN_SERIAL, nothing runs beside them: 1 test: 'big'",
                         "RESOURCE_LOCK, one at a time:",
                         "  'db': 2 tests: 'a', 'm1'",
                         "  'net': 1 test: 'a'",
                         "DEPENDS, one after another:",
                         "  'm1', then 'm2', then 'm3'",
                         "  'report' after 'a', 'm3'",
                         "  'report', then 'after report'",
                         "Fixtures:",
                         "  'server': set up by 'start'; required by 'a'; cleaned up by 'stop'",
                         "RESOURCE_GROUPS, in effect where there is a resource spec file: 1 test: 'gpu\\x0a'",
                         "PROCESSORS, that many places of ctest's -j:",
                         "  2: 1 test: 'gpu\\x0a'",
                         "  4: 1 test: 'big'"};
    EXPECT_EQ(describe_own_guards(inventory_of(tests)), expected);
}

TEST(FirstPlan, cuts_long_descriptions_short) {
    std::vector<NewTest> tests;
    for (int i = 0; i < 22; ++i)
        tests.push_back(NewTest("t" + std::to_string(i)).locks({"l" + std::to_string(100 + i)}));
    const auto lines = describe_own_guards(inventory_of(tests));
    ASSERT_EQ(lines.size(), 22U);
    EXPECT_EQ(lines[20], "  'l119': 1 test: 't19'");
    EXPECT_EQ(lines[21], "  and 2 more locks");
}

TEST(FirstPlan, a_circle_of_depends_has_an_end) {
    const std::vector<NewTest> tests{NewTest("a").depends({"b"}), NewTest("b").depends({"a"}),
                                     NewTest("c").depends({"c"})};
    EXPECT_EQ(plan_for(tests).text, plan_for(tests).text);
}

TEST(FirstPlan, counts_tests_without_a_timeout) {
    EXPECT_NE(plan_for({"a", NewTest("b").timeout(1)}).text.find("no TIMEOUT themselves: 1 test.\n#timeout = "),
              std::string::npos);
    EXPECT_EQ(plan_for({NewTest("b").timeout(1)}).text.find("#timeout"), std::string::npos);
}

TEST(FirstPlan, names_programs_that_are_not_built) {
    EXPECT_EQ(plan_for({"a", NewTest("unit_NOT_BUILT").command({}),
                        NewTest("cases_NOT_BUILT-b12d07c").command({}),  // of Catch2 and doctest
                        "real_NOT_BUILT", NewTest("gone").command({})})
                  .not_built,
              (Names{"unit_NOT_BUILT", "cases_NOT_BUILT-b12d07c"}));
}

TEST(FirstPlan, texts_of_others_stay_texts) {
    const auto texts = nasty_texts();
    std::vector<NewTest> tests;
    for (std::size_t i = 0; i + 4 < texts.size(); ++i) {
        const auto test = NewTest(texts[i])
                              .labels({texts[i + 1], texts[i + 2]})
                              .locks({texts[i + 3]})
                              .depends({texts[i + 1]})
                              .requires_fixtures({texts[i + 4]});
        tests.push_back(test);
        Diagnostics diagnostics;
        const auto plan = with_all_suggestions(plan_for({test, "other"}).text);
        EXPECT_TRUE(read_plan(std::make_shared<const Source>("lockstep.toml", plan), {}, diagnostics))
            << shown(diagnostics) << plan;
    }
    Diagnostics diagnostics;
    EXPECT_TRUE(read_plan(std::make_shared<const Source>("lockstep.toml", plan_for(tests).text), {}, diagnostics))
        << shown(diagnostics);
}

}  // namespace
}  // namespace lockstep
