// run.json, which sessions read back, and schedule.json, which others read.
#include <nlohmann/json.hpp>

#include "filling.hpp"

namespace lockstep {
namespace {

using namespace testing;
using nlohmann::json;

Resolved resolved() {
    return resolve_text(
        "[marker.m]\nlock = [\"db\"]\nmax_parallel = 2\ntimeout = \"2s\"\nprocessors = 2\nenv = { A = \"1\" }\n"  // 2..7
        "[[phase]]\nname = \"p\"\norder = \"chain\"\nuntested = \"fail\"\ntests = \"suite(p)\"\n"      // 8..12
        "cleanup = [\"drop\", \"a${temp_dir}b\", \"${session}\"]\n"                                    // 13
        "[[phase.checkpoint]]\nname = \"v\"\ncommand = [\"${build_dir}/check\", \"${source_dir}\"]\n"  // 14..
        "[[phase]]\nname = \"q\"\noptional = true\ngate = \"recorded\"\ntests = \"suite(q)\"\n",       // 17..
        {NewTest("p.1").labels({"m"}), NewTest("p.off").disabled(), NewTest("p_NOT_BUILT").command({}),
         NewTest("q.stop").cleans_up({"f"}), NewTest("q.\"ä\";").labels({"exclusive"})});
}

RunTable table_of(const Resolved& r) {
    Diagnostics diagnostics;
    auto table = make_run_table(*r.schedule, fill_values(), diagnostics);
    EXPECT_EQ(shown(diagnostics), "");
    return table.value_or(RunTable{});
}

TEST(RunTable, holds_what_a_session_needs) {
    const auto r = resolved();
    ASSERT_TRUE(r.schedule) << r.diagnostics;
    const auto table = table_of(r);
    EXPECT_EQ(table.build_dir, "/b");
    ASSERT_EQ(table.tests.size(), 5U);
    EXPECT_EQ(table.tests[0].phase, 0U);
    EXPECT_EQ(table.tests[2].phase, std::nullopt);
    EXPECT_TRUE(table.tests[1].disabled);
    EXPECT_FALSE(table.tests[0].disabled);
    EXPECT_TRUE(table.tests[2].not_built);
    EXPECT_FALSE(table.tests[3].gated);
    EXPECT_TRUE(table.tests[4].gated);
    EXPECT_TRUE(table.tests[0].temp);
    EXPECT_FALSE(table.tests[0].home);
    EXPECT_EQ(table.tests[0].command_hash, table.tests[1].command_hash);
    EXPECT_NE(table.tests[0].command_hash, table.tests[2].command_hash);
    EXPECT_EQ(table.generated, (Names{"checkpoint.p", "cleanup.p", "checkpoint.q", "lockstep.end"}));
    EXPECT_EQ(table.name_of(1), "p.1");
    EXPECT_EQ(table.name_of(6), "checkpoint.p");
    EXPECT_EQ(table.name_of(9), "lockstep.end");
    EXPECT_EQ(table.name_of(0), "");
    EXPECT_EQ(table.name_of(10), "");
    EXPECT_EQ(table.generated_index("checkpoint.q"), 8U);
    EXPECT_EQ(table.generated_index("p.1"), std::nullopt);
    EXPECT_EQ(table.phase_index("q"), 1U);
    EXPECT_EQ(table.phase_index("r"), std::nullopt);

    using Indices = std::vector<std::size_t>;
    const auto& p = table.phases.at(0);
    EXPECT_EQ(p.name + " " + p.place, "p lockstep.toml:8");
    EXPECT_EQ(p.tests, (Indices{0, 1}));
    EXPECT_TRUE(p.untested_fails);
    EXPECT_FALSE(p.optional);
    EXPECT_EQ(p.needed_by, (Indices{0, 1}));
    EXPECT_EQ(p.waits_for, Indices{});
    EXPECT_EQ(table.phases.at(1).waits_for, Indices{6}) << "checkpoint.p";
    ASSERT_EQ(p.verifications.size(), 1U);
    EXPECT_EQ(p.verifications[0].place, "lockstep.toml:16");
    EXPECT_EQ(p.verifications[0].command.at(0).fill("/t", "9"), "/b/check");
    EXPECT_EQ(p.verifications[0].command.at(1).fill("/t", "9"), "/s");
    ASSERT_TRUE(p.cleanup);
    EXPECT_EQ(p.cleanup->at(1).fill("/t", "9"), "a/tb");
    EXPECT_EQ(p.cleanup->at(2).fill("/t", "9"), "9");
    const auto& q = table.phases.at(1);
    EXPECT_EQ(q.judges, (Indices{0, 1}));
    EXPECT_TRUE(q.optional);
    EXPECT_FALSE(q.cleanup);
}

TEST(RunTable, variables_of_commands_are_filled_in) {
    const std::pair<const char*, const char*> cases[] = {
        {"", ""},
        {"plain", "plain"},
        {"${build_dir}/x", "/b/x"},
        {"${source_dir}${temp_dir}${session}", "/s/t17"},
        {"a$$b$$${session}$$", "a$b$17$"},
        {"<${env:SET}>", "<set>"},
        {"<${env:EMPTY}>", "<>"},
        {"<${env:SET:-no}>", "<set>"},
        {"<${env:EMPTY:-fallback}>", "<fallback>"},
        {"<${env:NOT_SET:-a:-$b}>", "<a:-$b>"},
        {"<${env:NOT_SET:-}>", "<>"},
    };
    for (const auto& [text, expected] : cases) {
        const auto r = resolve_well(
            fmt::format("[[phase]]\nname = \"p\"\ntests = \"all()\"\ncleanup = [\"drop\", \"{}\"]\n", text), {"t"});
        Diagnostics diagnostics;
        const auto table = make_run_table(*r.schedule, fill_values({{"SET", "set"}, {"EMPTY", ""}}), diagnostics);
        ASSERT_TRUE(table) << text;
        EXPECT_EQ(table->phases.at(0).cleanup->at(1).fill("/t", "17"), expected) << text;
    }
}

TEST(RunTable, a_test_of_a_program_that_is_there_stands_in_for_none) {
    const auto table =
        table_of(resolve_well("", {NewTest("a_NOT_BUILT").command({}), "b_NOT_BUILT", NewTest("c").command({})}));
    EXPECT_TRUE(table.tests[0].not_built);
    EXPECT_FALSE(table.tests[1].not_built);
    EXPECT_FALSE(table.tests[2].not_built);
    const auto others = table_of(resolve_well(
        "", {NewTest("a_NOT_BUILT-b12d07c").command({}),  // of Catch2 and doctest
             NewTest("b_NOT_BUILT-").command({}), NewTest("c_NOT_BUILT-x").command({}), "d_NOT_BUILT-b12d07c"}));
    EXPECT_TRUE(others.tests[0].not_built);
    for (const std::size_t other : {1, 2, 3}) EXPECT_FALSE(others.tests[other].not_built) << other;
}

TEST(RunTable, words_of_a_command_stay_apart_in_its_hash) {
    const auto table =
        table_of(resolve_well("", {NewTest("a").command({"x", "y z"}), NewTest("b").command({"x y", "z"}),
                                   NewTest("c").command({"x", "y z"})}));
    EXPECT_NE(table.tests[0].command_hash, table.tests[1].command_hash);
    EXPECT_EQ(table.tests[0].command_hash, table.tests[2].command_hash);
}

TEST(RunTable, isolation_decides_about_directories) {
    const auto r =
        resolve_text("[defaults]\nisolate = []\n[marker.h]\nisolate = [\"home\"]\n[marker.c]\nisolate = [\"cwd\"]\n",
                     {"none", NewTest("home").labels({"h"}), NewTest("cwd").labels({"c"}),
                      NewTest("own").labels({"c"}).dir("x").works_in("/elsewhere")});
    ASSERT_TRUE(r.schedule);
    const auto table = table_of(r);
    std::vector<std::pair<bool, bool>> flags;
    for (const auto& test : table.tests) flags.emplace_back(test.temp, test.home);
    EXPECT_EQ(flags, (std::vector<std::pair<bool, bool>>{{false, false}, {true, true}, {true, false}, {false, false}}));
}

TEST(RunTable, survives_the_way_through_json) {
    const auto text = to_json(table_of(resolved()));
    const auto back = run_table_from_json(text);
    ASSERT_TRUE(back);
    EXPECT_EQ(to_json(*back), text);
    // to_json could lose the same thing twice; so what came back is looked at as well.
    EXPECT_EQ(back->tests.at(4).name, "q.\"ä\";");
    EXPECT_EQ(back->tests.at(0).phase, 0U);
    EXPECT_EQ(back->tests.at(2).phase, std::nullopt);
    EXPECT_TRUE(back->tests.at(1).disabled && back->tests.at(2).not_built && !back->tests.at(3).gated);
    EXPECT_TRUE(back->tests.at(1).temp && !back->tests.at(1).home && !back->tests.at(1).not_built);
    EXPECT_EQ(back->phases.at(0).cleanup->at(1).fill("/t", "9"), "a/tb");
    EXPECT_EQ(back->phases.at(0).cleanup->at(2).fill("/t", "9"), "9");
    EXPECT_EQ(back->phases.at(0).verifications.at(0).name, "v");
    EXPECT_TRUE(back->phases.at(0).untested_fails && back->phases.at(1).optional);
    EXPECT_EQ(back->phases.at(1).judges, (std::vector<std::size_t>{0, 1}));
    EXPECT_EQ(back->phases.at(1).waits_for, table_of(resolved()).phases.at(1).waits_for);
    EXPECT_EQ(back->phases.at(0).needed_by, (std::vector<std::size_t>{0, 1}));
    EXPECT_EQ(back->generated.size(), 4U);
}

TEST(RunTable, knows_the_test_that_makes_the_resource_spec_file) {
    auto table = table_of(resolved());
    EXPECT_EQ(table.spec_maker, "");
    table.spec_maker = "maker";
    EXPECT_EQ(run_table_from_json(to_json(table))->spec_maker, "maker");
}

TEST(RunTable, a_text_that_is_none_is_refused) {
    const auto whole = to_json(table_of(resolved()));
    auto other_version = json::parse(whole);
    other_version["version"] = 2;
    auto text_version = json::parse(whole);
    text_version["version"] = "1";
    auto wrong_type = json::parse(whole);
    wrong_type["tests"][0][0] = 7;
    auto lacking = json::parse(whole);
    lacking["phases"][0].erase("judges");
    std::vector<std::string> beyond;
    for (const char* list : {"tests", "judges", "needed_by", "waits_for"}) {
        auto table = json::parse(whole);
        table["phases"][0][list].push_back(list == std::string_view("tests") ? table["tests"].size()
                                                                             : table["phases"].size());
        beyond.push_back(table.dump());
    }
    auto phase = json::parse(whole);
    phase["tests"][0][1] = phase["phases"].size();
    beyond.push_back(phase.dump());
    for (const auto& text : beyond) EXPECT_FALSE(run_table_from_json(text)) << text;
    for (const auto& text : {std::string(), std::string("{}"), std::string("[1]"), whole.substr(0, whole.size() / 2),
                             other_version.dump(), text_version.dump(), wrong_type.dump(), lacking.dump()}) {
        EXPECT_FALSE(run_table_from_json(text)) << text;
    }
}

TEST(ScheduleJson, is_json_and_says_what_came_from_where) {
    const auto r = resolved();
    const auto j = json::parse(schedule_json(*r.schedule, "1.2.3"));
    EXPECT_EQ(j["version"], 1);
    EXPECT_EQ(j["lockstep"], "1.2.3");
    EXPECT_EQ(j["plan"], "lockstep.toml");
    EXPECT_EQ(j["worker_ids"], true);
    EXPECT_EQ(j["phases"], json::parse(R"([
        {"name": "p", "from": "lockstep.toml:8", "order": "chain", "tests": [1, 2], "needs": []},
        {"name": "q", "from": "lockstep.toml:17", "order": "parallel", "tests": [4, 5],
         "needs": [{"phase": "p", "gate": "recorded"}]}])"));
    EXPECT_EQ(j["resources"], json::parse(R"([{"type": "lockstep_max_marker_m", "ids": 1, "slots_each": 2,
        "for": "max_parallel of marker m"}])"));
    ASSERT_EQ(j["tests"].size(), 5U);
    EXPECT_EQ(j["tests"][0], json::parse(R"({"number": 1, "name": "p.1",
        "phase": {"name": "p", "from": "lockstep.toml:12"},
        "markers": [{"name": "m", "from": "lockstep.toml:2"}],
        "locks": [{"name": "db", "from": "lockstep.toml:3"}],
        "resources": [{"type": "lockstep_max_marker_m", "slots": 1, "for": "max_parallel of marker m",
                       "from": "lockstep.toml:4"}],
        "labels": [{"name": "phase:p", "from": "lockstep.toml:12"}],
        "environment": [{"name": "A", "from": "lockstep.toml:7"}],
        "timeout": {"seconds": "2", "from": "lockstep.toml:5"},
        "processors": {"count": "2", "from": "lockstep.toml:6"},
        "isolate": ["tmp"], "chain_position": 1})"));
    EXPECT_EQ(j["tests"][4], json::parse(R"({"number": 5, "name": "q.\"ä\";",
        "phase": {"name": "q", "from": "lockstep.toml:21"}, "markers": [{"name": "exclusive"}],
        "labels": [{"name": "phase:q", "from": "lockstep.toml:21"}], "alone": true, "isolate": ["tmp"]})"));
    ASSERT_EQ(j["generated"].size(), 4U);
    EXPECT_EQ(j["generated"][0], json::parse(R"({"number": 6, "name": "checkpoint.p",
        "why": "fails unless every test of phase 'p' is all right", "labels": ["lockstep", "phase:p"], "phase": "p"})"));
    EXPECT_EQ(j["generated"][3]["name"], "lockstep.end");
    EXPECT_FALSE(j["generated"][3].contains("phase"));
}

TEST(ScheduleJson, every_isolation_and_hostile_name_is_json) {
    std::vector<NewTest> tests(hostile_names().begin(), hostile_names().end());
    for (const auto& [written, expected] :
         std::vector<std::pair<std::string, json>>{{"[]", json::array()},
                                                   {"[\"tmp\", \"home\"]", {"tmp", "home"}},
                                                   {"[\"home\", \"cwd\"]", {"home", "cwd"}},
                                                   {"[\"tmp\", \"cwd\"]", {"tmp", "cwd"}},
                                                   {"[\"cwd\"]", json::array({"cwd"})},
                                                   {"[\"tmp\", \"home\", \"cwd\"]", {"tmp", "home", "cwd"}}}) {
        const auto r = resolve_well("[defaults]\nisolate = " + written + "\n", tests);
        const auto j = json::parse(schedule_json(*r.schedule, "1"));
        for (std::size_t t = 0; t < tests.size(); ++t) {
            EXPECT_EQ(j["tests"][t]["name"], hostile_names()[t]);
            EXPECT_EQ(j["tests"][t]["isolate"], expected);
        }
    }
}

}  // namespace
}  // namespace lockstep
