// Which cases run together, how batches are cut, and what keeps a case out.
#include "resolving.hpp"

namespace lockstep {
namespace {

using namespace testing;

/// "unit.batch.1: a.1 a.2\n", a line a batch.
std::string batches(const Resolved& r) {
    std::string text;
    for (const auto& batch : r.schedule->batches) {
        text += r.schedule->generated[batch.generated].name + ":";
        for (const auto position : batch.cases) text += " " + r.inventory->tests[position].name;
        text += "\n";
    }
    return text;
}

std::vector<NewTest> cases(std::initializer_list<const char*> names) {
    std::vector<NewTest> tests;
    for (const auto* name : names) tests.push_back(NewTest(name).is_case());
    return tests;
}

RunFacts at(Granularity granularity, std::map<std::string, double, std::less<>> seconds = {}) {
    auto facts = plain_run();
    facts.granularity = granularity;
    facts.case_seconds = std::move(seconds);
    return facts;
}

RunFacts measured(const std::vector<NewTest>& tests, double each) {
    auto facts = at(Granularity::batch);
    for (const InventoryTest test : tests) facts.case_seconds[test.name] = each;
    return facts;
}

TEST(Batches, none_unless_somebody_says_so) {
    const auto tests = cases({"a.1", "a.2", "b.1"});
    EXPECT_EQ(batches(resolve_well("", tests)), "");
    EXPECT_EQ(batches(resolve_well("[defaults]\ngranularity = \"case\"\n", tests)), "");
    EXPECT_EQ(batches(resolve_well("[defaults]\ngranularity = \"batch\"\n", tests, at(Granularity::single))), "");
    EXPECT_EQ(batches(resolve_well("[defaults]\ngranularity = \"suite\"\n", {"plain.1", "plain.2"})), "")
        << "tests that nobody discovered";
}

TEST(Batches, of_suites_and_files) {
    const std::vector<NewTest> tests{NewTest("a.1").is_case("x/one.cpp"), NewTest("b.1").is_case("x/one.cpp"),
                                     NewTest("a.2").is_case("y/two.cpp"), NewTest("b.2").is_case("y/two.cpp")};
    EXPECT_EQ(batches(resolve_well("[defaults]\ngranularity = \"suite\"\n", tests)),
              "unit.suite.a: a.1 a.2\nunit.suite.b: b.1 b.2\n");
    EXPECT_EQ(batches(resolve_well("[defaults]\ngranularity = \"file\"\n", tests)),
              "unit.file.one.cpp: a.1 b.1\nunit.file.two.cpp: a.2 b.2\n");
}

TEST(Batches, the_marker_written_last_wins_and_the_project_before_it) {
    const std::string plan =
        "[marker.m]\ngranularity = \"suite\"\n[marker.n]\ngranularity = \"case\"\n[defaults]\ngranularity = "
        "\"suite\"\n";
    const auto r =
        resolve_well(plan, {NewTest("a.1").is_case().labels({"m"}), NewTest("a.2").is_case().labels({"m"}),
                            NewTest("b.1").is_case().labels({"m", "n"}), NewTest("b.2").is_case().labels({"m", "n"})});
    EXPECT_EQ(batches(r), "unit.suite.a: a.1 a.2\n");
    EXPECT_EQ(shown(std::vector{r.schedule->granularities[0].because}), "marker m@3");
    EXPECT_EQ(shown(std::vector{r.schedule->granularities[2].because}), "marker n@5");

    auto inventory = *r.inventory;
    inventory.programs.front().granularity = "file";
    Diagnostics none;
    const auto given = resolve(*r.plan, inventory, plain_run(), none);
    EXPECT_EQ(given->granularities[2].granularity, Granularity::file);
    EXPECT_EQ(shown(std::vector{given->granularities[2].because}), "lockstep_discover_tests() at CMakeLists.txt:7");
    const auto forced = resolve(*r.plan, inventory, at(Granularity::suite), none);
    EXPECT_EQ(shown(std::vector{forced->granularities[2].because}), "LOCKSTEP_GRANULARITY");
}

TEST(Batches, only_what_agrees_goes_together) {
    const std::vector<std::pair<const char*, std::function<void(NewTest&)>>> differences{
        {"labels", [](NewTest& t) { t.labels({"x"}); }},
        {"time-out", [](NewTest& t) { t.timeout(7); }},
        {"lock", [](NewTest& t) { t.locks({"l"}); }},
        {"environment", [](NewTest& t) { t.environment({"A=1"}); }},
        {"modification", [](NewTest& t) { t.modifies_environment({"A=set:1"}); }},
        {"depends", [](NewTest& t) { t.depends({"z"}); }},
        {"fixture", [](NewTest& t) { t.requires_fixtures({"f"}); }},
        {"processors", [](NewTest& t) { t.processors(2); }},
        {"serial", [](NewTest& t) { t.run_serial(); }},
        {"directory", [](NewTest& t) { t.works_in("/w"); }},
        {"property", [](NewTest& t) { t.property("COST", "3"); }},
        {"marker", [](NewTest& t) { t.labels({"guarded"}); }},
    };
    for (const auto& [what, differ] : differences) {
        auto tests = cases({"a.1", "a.2", "a.3", "a.4"});
        tests.emplace_back("z");
        differ(tests[1]);
        differ(tests[2]);
        EXPECT_EQ(batches(resolve_well("[marker.guarded]\nlock = [\"disk\"]\n", tests, at(Granularity::suite))),
                  "unit.suite.a: a.1 a.4\nunit.suite.a.2: a.2 a.3\n")
            << what;
    }
}

TEST(Batches, what_a_batch_cannot_have_stays_out) {
    const std::vector<std::pair<const char*, std::function<void(NewTest&)>>> obstacles{
        {"its command line holds --gtest_output=",
         [](NewTest& t) {
             t.command({"/b/unit", "--gtest_output=xml:a.2.xml"}).is_case();
         }},
        {"its command line holds --gtest_brief",
         [](NewTest& t) {
             t.command({"/b/unit", "--gtest_brief=1"}).is_case();
         }},
        {"it is disabled", [](NewTest& t) { t.disabled(); }},
        {"its program is not there", [](NewTest& t) { t.command({}); }},
        {"its exit status has a meaning of its own", [](NewTest& t) { t.will_fail(); }},
        {"its exit status has a meaning of its own", [](NewTest& t) { t.skips(77); }},
        {"CTest judges it by its output", [](NewTest& t) { t.passes_by_output(); }},
        {"CTest judges it by its output", [](NewTest& t) { t.skip_expressions({"none"}); }},
        {"it has TIMEOUT_AFTER_MATCH", [](NewTest& t) { t.timeout_after_match(); }},
        {"it has a property that a batch cannot have", [](NewTest& t) { t.more_properties(); }},
        {"it is part of a fixture", [](NewTest& t) { t.sets_up({"f"}); }},
        {"it starts through the launcher, for its setup of marker m", [](NewTest& t) { t.labels({"m"}); }},
    };
    for (const auto& [why, hinder] : obstacles) {
        auto tests = cases({"a.1", "a.2", "a.3"});
        hinder(tests[1]);
        const auto r = resolve_well("[marker.m]\nsetup = [\"x\"]\n", tests, at(Granularity::suite));
        EXPECT_EQ(batches(r), "unit.suite.a: a.1 a.3\n") << why;
        EXPECT_EQ(r.schedule->granularities[1].obstacle, why);
        EXPECT_EQ(r.schedule->granularities[0].obstacle, "");
    }
}

TEST(Batches, what_others_depend_on_by_name_keeps_its_name) {
    auto tests = cases({"a.1", "a.2", "a.3"});
    tests.push_back(NewTest("after").depends({"a.2"}));
    EXPECT_EQ(batches(resolve_well("", tests, at(Granularity::suite))), "unit.suite.a: a.1 a.3\n");
}

TEST(Batches, links_of_a_chain_stay_tests) {
    const auto r = resolve_well("[[phase]]\nname = \"p\"\ntests = \"name(b.*)\"\norder = \"chain\"\n",
                                cases({"a.1", "a.2", "b.1", "b.2"}), at(Granularity::suite));
    EXPECT_EQ(batches(r), "unit.suite.a: a.1 a.2\n");
}

TEST(Batches, a_case_that_would_be_alone_is_itself) {
    EXPECT_EQ(batches(resolve_well("", cases({"a.1", "b.1", "b.2"}), at(Granularity::suite))),
              "unit.suite.b: b.1 b.2\n");
}

TEST(Batches, names_that_are_taken_are_not_taken_twice) {
    auto tests = cases({"a.1", "a.2"});
    tests.emplace_back("unit.suite.a");
    EXPECT_EQ(batches(resolve_well("", tests, at(Granularity::suite))), "unit.suite.a.2: a.1 a.2\n");
}

TEST(Batches, checkpoints_wait_for_batches) {
    const auto r =
        resolve_well("[[phase]]\nname = \"p\"\ntests = \"name(a.*)\"\n[[phase]]\nname = \"q\"\ntests = \"name(b.*)\"\n",
                     cases({"a.1", "a.2", "b.1", "b.2"}), at(Granularity::suite));
    EXPECT_EQ(r.generated("checkpoint.p").depends, (Names{"unit.suite.a"}));
    EXPECT_EQ(r.generated("checkpoint.q").depends, (Names{"unit.suite.a", "unit.suite.b", "checkpoint.p"}));
    EXPECT_EQ(r.schedule->generated.front().name, "unit.suite.a") << "before what waits for them";
}

TEST(Batches, are_cut_by_time) {
    const auto tests = cases({"a.1", "a.2", "a.3", "a.4", "a.5", "a.6"});
    auto facts = measured(tests, 1);
    EXPECT_EQ(batches(resolve_well("", tests, facts)), "unit.batch.1: a.1 a.2\nunit.batch.2: a.4 a.5\n")
        << "four pieces for one processor, of which two are single cases";
    facts.case_seconds["a.1"] = 5;
    EXPECT_EQ(batches(resolve_well("", tests, facts)), "unit.batch.1: a.4 a.5\n")
        << "five pieces, so that none takes longer than two seconds but the one that must";
    EXPECT_EQ(batches(resolve_well("[defaults]\nbatch_time = \"500ms\"\n", tests, facts)), "")
        << "each takes longer than a batch should";
}

TEST(Batches, what_takes_no_time_is_not_divided) {
    const auto tests = cases({"a.1", "a.2", "a.3", "a.4", "a.5", "a.6"});
    EXPECT_EQ(batches(resolve_well("", tests, measured(tests, 0.001))), "unit.batch.1: a.1 a.2 a.3 a.4 a.5 a.6\n");
    std::vector<NewTest> many;
    for (int i = 0; i < 30; ++i) many.push_back(NewTest(fmt::format("a.{}", i)).is_case());
    EXPECT_EQ(resolve_well("", many, at(Granularity::batch)).schedule->batches.size(), 3U)
        << "unless there is much and nobody knows yet what it takes";
    EXPECT_EQ(resolve_well("", tests, at(Granularity::batch)).schedule->batches.size(), 1U);
}

TEST(Batches, hold_each_case_once_in_the_programs_order) {
    std::vector<NewTest> tests;
    auto facts = at(Granularity::batch);
    facts.processors = 8;
    for (int i = 0; i < 1000; ++i) {
        tests.push_back(NewTest(fmt::format("s.{}", i)).is_case());
        facts.case_seconds[fmt::format("s.{}", i)] = 0.001 * (i * 7919 % 101);
    }
    const auto r = resolve_well("", tests, facts);
    std::vector<std::size_t> seen;
    double least = 1e9, most = 0;
    for (const auto& batch : r.schedule->batches) {
        seen.insert(seen.end(), batch.cases.begin(), batch.cases.end());
        least = std::min(least, batch.expected);
        most = std::max(most, batch.expected);
    }
    EXPECT_TRUE(std::ranges::is_sorted(seen));
    EXPECT_EQ(seen.size(), 1000U);
    EXPECT_EQ(r.schedule->batches.size(), 32U);
    EXPECT_LT(most / least, 1.2) << "about equal";
}

TEST(Batches, know_the_time_out_of_their_cases) {
    auto facts = at(Granularity::suite);
    facts.default_timeout = 1500;
    const auto timeout = [&](const std::string& plan, std::vector<NewTest> tests) {
        return resolve_well(plan, tests, facts).schedule->batches.at(0).timeout;
    };
    EXPECT_EQ(timeout("", cases({"a.1", "a.2"})), 1500);
    EXPECT_EQ(timeout("[defaults]\ntimeout = \"3s\"\n", cases({"a.1", "a.2"})), 3);
    EXPECT_EQ(timeout("", {NewTest("a.1").is_case().timeout(9), NewTest("a.2").is_case().timeout(9)}), 9);
}

}  // namespace
}  // namespace lockstep
