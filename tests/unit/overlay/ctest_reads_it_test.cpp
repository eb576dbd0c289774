// What a real ctest makes of the overlay is what the schedule says, whatever the names.
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "../os/scratch.hpp"
#include "filling.hpp"
#include "os/processes.hpp"
#include "text/quote.hpp"

namespace lockstep {
namespace {

using namespace testing;
using nlohmann::json;
using Set = std::set<std::string>;

std::string toml_literal(const std::string& text) {
    return json(text).dump();  // TOML's basic strings have JSON's escapes
}

class CTestReads : public Scratch {
protected:
    /// The tests as ctest lists them after the overlay, in order.
    std::vector<json> read(const Resolved& r) {
        std::string file = "set(_lockstep_temp " + cmake_bracket(temp) + ")\nset(_lockstep_add_test add_test)\n";
        for (const auto& test : r.inventory->tests) {
            file += "add_test(" + cmake_bracket(test.name) + " /bin/true)\n";
            const auto add = [&](const char* property, const Names& values) {
                for (const auto& value : values) {
                    file += "set_tests_properties(" + cmake_bracket(test.name) + " PROPERTIES " + property + " " +
                            cmake_bracket(value) + ")\n";
                }
            };
            add("ENVIRONMENT", test.environment);
            add("DEPENDS", test.depends);
            add("FIXTURES_SETUP", test.fixtures_setup);
            add("FIXTURES_REQUIRED", test.fixtures_required);
            add("FIXTURES_CLEANUP", test.fixtures_cleanup);
        }
        put("CTestTestfile.cmake", file + "include(overlay.cmake)\n");
        put("overlay.cmake", script_of(r, overlay_options(tool)));
        os::RunOptions options;
        options.command = {LOCKSTEP_CTEST, "--show-only=json-v1"};
        options.working_directory = folder();
        options.set_environment = {{"LOCKSTEP_SESSION", "session-1"}};
        options.merge_stderr = false;
        const auto result = os::run(options);
        EXPECT_EQ(result.status, 0) << result.output;
        const auto listing = json::parse(result.output, nullptr, false);
        if (!listing.is_object()) throw std::runtime_error("no listing: " + result.output);
        return listing.at("tests").get<std::vector<json>>();
    }

    static json property(const json& test, const std::string& name) {
        for (const auto& entry : test.at("properties")) {
            if (entry.at("name") == name) return entry.at("value");
        }
        return nullptr;
    }
    static Set set(const json& test, const std::string& name) {
        const auto value = property(test, name);
        return value.is_null() ? Set{} : value.get<Set>();
    }
    static std::map<std::string, std::string> environment(const json& test) {
        std::map<std::string, std::string> variables;
        for (const auto& entry : property(test, "ENVIRONMENT")) {
            const auto text = entry.get<std::string>();
            variables[text.substr(0, text.find('='))] = text.substr(text.find('=') + 1);
        }
        return variables;
    }
    static Set values(const std::vector<Cause>& causes) {
        Set result;
        for (const auto& cause : causes) result.insert(cause.value);
        return result;
    }
    /// {"lockstep_worker": 1, …}: slots in all of each type, and how many groups.
    static std::pair<std::size_t, std::map<std::string, int>> groups(const json& test) {
        std::map<std::string, int> slots;
        const auto value = property(test, "RESOURCE_GROUPS");
        for (const auto& group : value) {
            for (const auto& need : group.at("requirements")) slots[need.at(".type")] += need.at("slots").get<int>();
        }
        return {value.size(), slots};
    }

    /// ctest's listing has fixtures resolved: DEPENDS names all that a test waits for.
    static Set waits(const Resolved& r, const std::string& name) {
        Set names;
        if (name == "lockstep.end") {  // for everything, which waits_of does not tell
            for (const auto& test : r.inventory->tests) names.insert(test.name);
            for (const auto& test : r.schedule->generated) names.insert(test.name);
            names.erase(name);
            return names;
        }
        for (const auto& wait : waits_of(*r.schedule, name).waits_for) names.insert(wait.name);
        return names;
    }

    const std::string temp = "/t/1";
    const std::string tool = program("lock step");  ///< ctest lists the command of a program that it finds

private:
    std::string program(const std::string& name) const {
        put(name, "");
        std::filesystem::permissions(at(name), std::filesystem::perms::owner_all);
        return at(name);
    }
};

TEST_F(CTestReads, hostile_names_of_tests) {
    std::vector<NewTest> tests(hostile_names().begin(), hostile_names().end());
    const auto r = resolve_well(
        "[[phase]]\nname = \"p\"\norder = \"chain\"\ntests = \"all() - name(=last)\"\n"
        "[[phase]]\nname = \"q\"\ngate = \"strict\"\ntests = \"name(=last)\"\n",
        [&] {
            tests.emplace_back("last");
            return tests;
        }());
    const auto listed = read(r);
    ASSERT_EQ(listed.size(), tests.size() + r.schedule->generated.size());
    for (std::size_t t = 0; t < tests.size(); ++t) {
        const auto& test = r.schedule->tests[t];
        const auto& name = r.inventory->tests[t].name;
        EXPECT_EQ(listed[t].at("name"), name);
        EXPECT_EQ(set(listed[t], "LABELS"), values(test.labels)) << name;
        EXPECT_EQ(set(listed[t], "FIXTURES_REQUIRED"), values(test.fixtures_required)) << name;
        EXPECT_EQ(set(listed[t], "FIXTURES_SETUP"), values(test.fixtures_setup)) << name;
        EXPECT_EQ(set(listed[t], "DEPENDS"), waits(r, name)) << name;
        const auto directory = temp + "/" + std::to_string(t + 1);
        const std::map<std::string, std::string> expected{
            {"LOCKSTEP_TEST", name},  {"LOCKSTEP_PHASE", name == "last" ? "q" : "p"},
            {"LOCKSTEP_MARKERS", ""}, {"LOCKSTEP_TEMP_DIR", directory},
            {"TMPDIR", directory},    {"TMP", directory},
            {"TEMP", directory}};
        EXPECT_EQ(environment(listed[t]), expected) << name;
        EXPECT_EQ(groups(listed[t]), (std::pair{std::size_t{1}, std::map<std::string, int>{{"lockstep_worker", 1}}}));
    }
    for (std::size_t g = 0; g < r.schedule->generated.size(); ++g) {
        const auto& test = r.schedule->generated[g];
        const auto& entry = listed[tests.size() + g];
        EXPECT_EQ(entry.at("name"), test.name);
        EXPECT_EQ(set(entry, "DEPENDS"), waits(r, test.name)) << test.name;
        EXPECT_EQ(set(entry, "FIXTURES_REQUIRED"), Set(test.fixtures_required.begin(), test.fixtures_required.end()));
        EXPECT_EQ(set(entry, "FIXTURES_SETUP"), Set(test.fixtures_setup.begin(), test.fixtures_setup.end()));
        EXPECT_EQ(set(entry, "FIXTURES_CLEANUP"), Set(test.fixtures_cleanup.begin(), test.fixtures_cleanup.end()));
        EXPECT_EQ(set(entry, "LABELS"), Set(test.labels.begin(), test.labels.end()));
    }
    const auto& checkpoint = listed[tests.size()];
    EXPECT_EQ(checkpoint.at("command"),
              (json{tool, "checkpoint", "--state", "/b/lockstep", "--graph", "0123abcd", "--phase", "p"}));
    const auto& barrier = listed[tests.size() + 1];
    EXPECT_EQ(barrier.at("name"), "barrier.p");
    EXPECT_EQ(barrier.at("command").back(), "--only-wait");
}

TEST_F(CTestReads, who_waits_for_whom) {
    const auto r = resolve_text(
        "[[phase]]\nname = \"p\"\norder = \"chain\"\ntests = \"suite(p)\"\ncleanup = [\"/bin/true\"]\n"
        "[[phase]]\nname = \"q\"\ngate = \"recorded\"\ntests = \"suite(q)\"\n"
        "[[phase]]\nname = \"o\"\ngate = \"order\"\ntests = \"suite(o)\"\n"
        "[[phase]]\nname = \"s\"\ngate = \"strict\"\nneeds = [\"q\", \"o\"]\ntests = \"suite(s)\"\n",
        {NewTest("start").sets_up({"server"}), NewTest("start2").sets_up({"server"}).depends({"start"}),
         NewTest("stop").cleans_up({"server"}), NewTest("unused.start").sets_up({"unused"}),
         NewTest("unused.stop").cleans_up({"unused"}), NewTest("p.1").requires_fixtures({"server"}), "p.2",
         NewTest("load").sets_up({"data"}).requires_fixtures({"server"}),
         NewTest("drop").cleans_up({"data"}).requires_fixtures({"server"}),
         NewTest("q.1").requires_fixtures({"data", "nobody's"}).depends({"p.2", "free"}), "q.2", "o.1", "s.1", "free"});
    ASSERT_TRUE(r.schedule) << r.diagnostics;
    const auto listed = read(r);
    ASSERT_EQ(listed.size(), r.inventory->tests.size() + r.schedule->generated.size());
    for (const auto& test : listed) {
        const auto name = test.at("name").get<std::string>();
        EXPECT_EQ(set(test, "DEPENDS"), waits(r, name)) << name;
    }
    EXPECT_EQ(waits(r, "unused.stop"), Set{"unused.start"});
}

TEST_F(CTestReads, hostile_values_of_the_plan) {
    std::string locks, variables;
    Set accepted;  // the plan refuses others as names of locks and labels
    const auto& names = hostile_names();
    for (std::size_t n = 0; n < names.size(); ++n) {
        if (cmake_list_safe(names[n]) && names[n].find_first_of(";\t") == std::string::npos) {
            locks += (accepted.empty() ? "" : ", ") + toml_literal(names[n]);
            accepted.insert(names[n]);
        }
        std::string value;
        for (const char c : names[n]) value += c == '$' ? std::string("$$") : std::string(1, c);
        variables += fmt::format("V{} = {}, ", n, toml_literal(value + "${temp_dir}" + value));
    }
    const auto r = resolve_well("[marker.m]\nlock = [" + locks + "]\nlabels = [" + locks + "]\nenv = { " + variables +
                                    "S = \"${session};${source_dir}\" }\n",
                                {NewTest("a").labels({"m"}), NewTest("b")});
    const auto listed = read(r);
    EXPECT_GT(accepted.size(), 10U);
    EXPECT_EQ(set(listed[0], "RESOURCE_LOCK"), accepted);
    EXPECT_EQ(set(listed[0], "LABELS"), accepted) << "the test's own, m, is not in this test file";
    EXPECT_EQ(set(listed[1], "RESOURCE_LOCK"), Set{});
    auto found = environment(listed[0]);
    for (std::size_t n = 0; n < names.size(); ++n) {
        EXPECT_EQ(found["V" + std::to_string(n)], names[n] + temp + "/1" + names[n]);
    }
    EXPECT_EQ(found["S"], "session-1;/s");
    EXPECT_EQ(found["LOCKSTEP_MARKERS"], "m");
}

TEST_F(CTestReads, locks_that_take_the_name_of_a_test) {
    std::vector<NewTest> tests(hostile_names().begin(), hostile_names().end());
    tests.insert(tests.end(), hostile_names().begin(), hostile_names().end());
    auto facts = plain_run();
    facts.sequential = true;  // a second lock, which a hostile one beside it must not swallow
    const auto r = resolve_text("", tests, facts);
    ASSERT_TRUE(r.schedule);
    const auto listed = read(r);
    for (std::size_t t = 0; t < tests.size(); ++t) {
        EXPECT_EQ(set(listed[t], "RESOURCE_LOCK"),
                  (Set{"lockstep.sequential", "lockstep.same-name." + r.inventory->tests[t].name}));
    }
}

TEST_F(CTestReads, single_values_and_resources) {
    const auto r = resolve_well(
        "[pool.db]\nslots = 4\n"
        "[marker.m]\nuse = { db = 2 }\nmax_parallel = 3\nmemory = \"1GiB\"\ntimeout = \"1500ms\"\nprocessors = 3\n"
        "alone = true\nisolate = [\"home\", \"cwd\"]\n",
        {NewTest("a").labels({"m"}), "b"});
    const auto listed = read(r);
    EXPECT_EQ(property(listed[0], "TIMEOUT"), 1.5);
    EXPECT_EQ(property(listed[0], "PROCESSORS"), 3);
    EXPECT_EQ(property(listed[0], "RUN_SERIAL"), true);
    EXPECT_EQ(property(listed[0], "WORKING_DIRECTORY"), "/t/1/1");
    EXPECT_EQ(groups(listed[0]), (std::pair{std::size_t{1}, std::map<std::string, int>{{"lockstep_worker", 1},
                                                                                       {"db", 2},
                                                                                       {"lockstep_max_marker_m", 1},
                                                                                       {"lockstep_memory", 1024}}}));
    auto variables = environment(listed[0]);
    EXPECT_EQ(variables["HOME"], "/t/1/1/home");
    EXPECT_EQ(variables["XDG_DATA_HOME"], "/t/1/1/home/.local/share");
    EXPECT_EQ(variables.count("TMPDIR"), 0U);
    EXPECT_EQ(property(listed[1], "TIMEOUT"), nullptr);
    EXPECT_EQ(property(listed[1], "RUN_SERIAL"), nullptr);
    EXPECT_EQ(property(listed[1], "WORKING_DIRECTORY"), folder());
}

TEST_F(CTestReads, a_variable_of_the_test_itself_stands) {
    const auto r = resolve_well("", {NewTest("a").environment({"TMPDIR=/mine", "LOCKSTEP_TESTER=x"})});
    auto variables = environment(read(r)[0]);
    EXPECT_EQ(variables["TMPDIR"], "/mine");
    EXPECT_EQ(variables["TMP"], "/t/1/1");
    EXPECT_EQ(variables["LOCKSTEP_TEST"], "a") << "its name only begins like that of the test's variable";
}

// ctest appends a group at each mention of a name, to all tests of that name: with a worker a mention, `ctest -j1`
// would not run them ("insufficient resources").
TEST_F(CTestReads, tests_of_one_name_get_one_group_with_what_they_need_together) {
    const auto r = resolve_text("[marker.m]\nmax_parallel = 2\n[marker.n]\nmemory = \"5MiB\"\n",
                                {NewTest("twin").labels({"m"}), "single", NewTest("twin").labels({"n"}), "twin"});
    ASSERT_TRUE(r.schedule);
    const auto listed = read(r);
    for (const std::size_t t : {0U, 2U, 3U}) {
        EXPECT_EQ(groups(listed[t]), (std::pair{std::size_t{1}, std::map<std::string, int>{{"lockstep_worker", 1},
                                                                                           {"lockstep_max_marker_m", 1},
                                                                                           {"lockstep_memory", 5}}}));
        EXPECT_EQ(set(listed[t], "RESOURCE_LOCK"), Set{"lockstep.same-name.twin"});
    }
    EXPECT_EQ(groups(listed[1]), (std::pair{std::size_t{1}, std::map<std::string, int>{{"lockstep_worker", 1}}}));
}

TEST_F(CTestReads, a_clean_ups_command_and_the_place_of_generated_tests) {
    const auto r = resolve_well(
        "[[phase]]\nname = \"p\"\ntests = \"all()\"\ncleanup = [\"/bin/echo\", \"${build_dir}/x\", \"${temp_dir};x\", "
        "\"\\\"$$PATH\\\\\", \"\"]\n",
        {"a"});
    const auto listed = read(r);
    ASSERT_EQ(listed.size(), 4U);
    EXPECT_EQ(listed[2].at("name"), "cleanup.p");
    EXPECT_EQ(listed[2].at("command"), (json{"/bin/echo", "/b/x", "/t/1/3;x", "\"$PATH\\", ""}));
    EXPECT_EQ(property(listed[2], "WORKING_DIRECTORY"), folder());
}

}  // namespace
}  // namespace lockstep
