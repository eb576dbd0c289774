// The reader of `ctest --show-only=json-v1`: real listings, every property, and what it says of listings that are none.
#include "inventory/ctest_json.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace lockstep {
namespace {

std::string read_file(const std::filesystem::path& name) {
    std::ifstream file(std::filesystem::path(__FILE__).parent_path() / name, std::ios::binary);
    EXPECT_TRUE(file) << name;
    return {std::istreambuf_iterator<char>(file), {}};
}

struct Reading {
    std::optional<Inventory> inventory;
    std::vector<std::string> errors;
};

Reading read(const std::string& text, const CTestJsonOptions& options = {}) {
    Diagnostics diagnostics;
    Reading reading;
    reading.inventory = read_ctest_json(std::make_shared<const Source>("tests.json", text), options, diagnostics);
    for (const auto& error : diagnostics.all()) {
        EXPECT_EQ(error.severity, Severity::error);
        EXPECT_EQ(error.code, "bad-inventory");
        EXPECT_EQ(error.help, "make such a file with: ctest --show-only=json-v1 > tests.json");
        reading.errors.push_back(fmt::format("{}:{}: {}", error.place.line, error.place.column, error.message));
    }
    EXPECT_EQ(reading.inventory.has_value(), reading.errors.empty());
    return reading;
}

/// A listing around the text of its tests and, before or after them, of its backtrace graph.
std::string listing(const std::string& tests, const std::string& graph = R"("files":[],"nodes":[])") {
    return fmt::format(
        R"({{"backtraceGraph":{{{}}},"kind":"ctestInfo","tests":[{}],"version":{{"major":1,"minor":0}}}})", graph,
        tests);
}

using Words = std::vector<std::string>;

// --- listings of real projects ---

struct Project {
    const char* name;
    std::size_t tests;
    const char* first;
    std::set<std::string> dirs;
};

class RealListing : public ::testing::TestWithParam<Project> {};

TEST_P(RealListing, EveryTestHasItsDirectoryAndProgram) {
    const auto& project = GetParam();
    const auto reading = read(read_file(fmt::format("../../data/inventories/{}.json", project.name)),
                              {fmt::format("/src/{}", project.name), true});
    ASSERT_TRUE(reading.inventory);
    const auto& tests = reading.inventory->tests;
    ASSERT_EQ(tests.size(), project.tests);
    EXPECT_EQ(tests[0].name, project.first);
    std::set<std::string> dirs;
    for (const auto& test : tests) {
        ASSERT_TRUE(test.dir && test.target && !test.command.empty()) << test.name;
        EXPECT_GT(test.added_line, 0U) << test.name;
        dirs.insert(*test.dir);
    }
    EXPECT_EQ(dirs, project.dirs);
}

INSTANTIATE_TEST_SUITE_P(
    Projects, RealListing,
    ::testing::Values(Project{"filesystem", 209, "\"filesystem_test:Temporary Directory\"", {"test"}},
                      Project{"gflags", 51, "strip_flags_help", {"test"}},
                      Project{"h3", 315, "testLatLngToCell_test1", {"."}}, Project{"jansson", 215, "test_array", {"."}},
                      Project{"libarchive",
                              1033,
                              "libarchive_test_archive_crc32",
                              {"cat/test", "cpio/test", "libarchive/test", "tar/test", "unzip/test"}}),
    [](const auto& instance) { return std::string(instance.param.name); });

TEST(CTestJson, WithoutASourceDirTheCommonParentOfTheListFilesIsTheTop) {
    const auto reading = read(read_file("../../data/inventories/libarchive.json"));
    EXPECT_EQ(reading.inventory->tests[0].dir, "libarchive/test");
    EXPECT_EQ(read(read_file("../../data/inventories/gflags.json")).inventory->tests[0].dir, ".");
}

// --- every property, as two versions list it ---

class EveryProperty : public ::testing::TestWithParam<const char*> {
protected:
    Inventory inventory_ = *read(read_file(GetParam()), {"/source", true}).inventory;

    const InventoryTest& named(const std::string& name) const {
        for (const auto& test : inventory_.tests) {
            if (test.name == name) return test;
        }
        throw std::out_of_range(name);
    }
};

TEST_P(EveryProperty, IsRead) {
    const auto& test = named("Every.property");
    EXPECT_EQ(test.command, (Words{"/usr/bin/sh", "-c", "true;x", "semi;colon", "new\nline"}));
    EXPECT_EQ(test.command_line, "/usr/bin/sh -c true;x semi;colon new\nline");
    EXPECT_EQ(test.target, "sh");
    EXPECT_EQ(test.suite, "Every");
    EXPECT_EQ(test.labels, (Words{"l1", "l2", "ünï"}));
    EXPECT_EQ(test.depends, (Words{"plain", "other"}));
    EXPECT_EQ(test.resource_lock, (Words{"lock1", "lock2"}));
    EXPECT_EQ(test.required_files, (Words{"/etc/passwd", "/etc/group"}));
    EXPECT_EQ(test.fixtures_setup, (Words{"s1", "s2"}));
    EXPECT_EQ(test.fixtures_required, (Words{"r1", "r2"}));
    EXPECT_EQ(test.fixtures_cleanup, (Words{"c1", "c2"}));
    EXPECT_EQ(test.environment, (Words{"A=1", "B=two words"}));
    EXPECT_EQ(test.environment_modification, (Words{"PATH=path_list_prepend:/x", "Q=unset:"}));
    EXPECT_EQ(test.timeout, 30.5);
    EXPECT_EQ(test.processors, 4);
    EXPECT_TRUE(test.run_serial);
    EXPECT_TRUE(test.disabled);
    EXPECT_TRUE(test.will_fail);
    EXPECT_TRUE(test.has_resource_groups);
    EXPECT_EQ(test.resource_group_count, 3U);  // "2,gpus:2,crypto:1;cpus:4": two processes and one
    EXPECT_EQ(test.working_directory, "/source/build");
}

TEST_P(EveryProperty, IsAbsentWhereNothingIsSet) {
    const auto& test = named("plain");
    EXPECT_EQ(test.suite, "plain");
    EXPECT_EQ(test.command, (Words{"/usr/bin/true"}));
    EXPECT_EQ(test.timeout, std::nullopt);
    EXPECT_EQ(test.processors, std::nullopt);
    EXPECT_FALSE(test.run_serial || test.disabled || test.will_fail || test.has_resource_groups);
    EXPECT_TRUE(test.labels.empty());
    EXPECT_EQ(named("empties").timeout, 0.0);
}

TEST_P(EveryProperty, AProgramThatIsNotFoundLeavesNoCommand) {
    const auto& test = named("gone");
    EXPECT_TRUE(test.command.empty());
    EXPECT_EQ(test.command_line, "");
    EXPECT_EQ(test.target, std::nullopt);
}

TEST_P(EveryProperty, EmptyWordsOfACommandStay) {
    EXPECT_EQ(named("empties").command, (Words{"/usr/bin/true", "", "a b"}));
    EXPECT_EQ(named("empties").command_line, "/usr/bin/true  a b");
}

TEST_P(EveryProperty, PlacesComeFromTheBacktrace) {
    const auto& included = named("inc.one");  // a function of an included file, called there
    EXPECT_EQ(included.added_file, "/source/inc/some.cmake");
    EXPECT_EQ(included.added_line, 2U);
    EXPECT_EQ(included.dir, ".");
    EXPECT_EQ(named("sub.one").dir, "sub");
    EXPECT_EQ(named("sub.two").added_file, "/source/sub/CMakeLists.txt");
    EXPECT_EQ(named("out.side").dir, "/elsewhere");
    const auto& script = named("from late");  // added while ctest reads: no backtrace
    EXPECT_EQ(script.dir, std::nullopt);
    EXPECT_EQ(script.added_file, "");
}

INSTANTIATE_TEST_SUITE_P(Versions, EveryProperty,
                         ::testing::Values("data/every-property-3.25.json", "data/every-property-4.3.json"));

TEST(CTestJson, SourceIsListedFromVersion330On) {
    const CTestJsonOptions options{"/source", true};
    EXPECT_EQ(read(read_file("data/every-property-3.25.json"), options).inventory->tests[0].source, std::nullopt);
    EXPECT_EQ(read(read_file("data/every-property-4.3.json"), options).inventory->tests[0].source, "/x/y.cpp");
}

// --- small listings ---

TEST(CTestJson, ABuildTreeWithoutTests) {
    EXPECT_TRUE(read(listing("")).inventory->tests.empty());
}

TEST(CTestJson, MembersMayComeInAnyOrder) {
    const auto reading = read(R"({"version":{"minor":0,"major":1},"tests":[
        {"properties":[{"value":["a"],"name":"LABELS"},{"value":3,"name":"PROCESSORS"},{"value":true,"name":"DISABLED"},
                       {"value":"/w","name":"WORKING_DIRECTORY"}],
         "name":"t","backtrace":1}],
        "kind":"ctestInfo",
        "backtraceGraph":{"nodes":[{"file":0},{"parent":0,"line":7,"file":1}],"files":["/s/a/CMakeLists.txt","/s/x.cmake"]}})",
                              {"/s", true});
    ASSERT_TRUE(reading.inventory);
    const auto& test = reading.inventory->tests.at(0);
    EXPECT_EQ(test.labels, Words{"a"});
    EXPECT_EQ(test.processors, 3);
    EXPECT_TRUE(test.disabled);
    EXPECT_EQ(test.working_directory, "/w");
    EXPECT_EQ(test.added_file, "/s/x.cmake");
    EXPECT_EQ(test.added_line, 7U);
    EXPECT_EQ(test.dir, "a");
}

TEST(CTestJson, WhatIsNotKnownIsPassedOver) {
    const auto reading = read(listing(
        R"({"name":"t","config":"Debug","new":{"deep":[{"name":1}]},"properties":[
            {"name":"NEW","value":{"tests":[1,[2],{"name":3}]}},{"name":"MEASUREMENT","value":[{"measurement":"m"}]},
            {"name":"TIMEOUT_AFTER_MATCH","value":{"regex":["a"],"timeout":1.5}},{"name":"NULL","value":null},
            {"name":"TIMEOUT","value":2,"extra":[1]}]})"));
    ASSERT_TRUE(reading.inventory);
    EXPECT_EQ(reading.inventory->tests.at(0).timeout, 2.0);
}

TEST(CTestJson, AValueIsNotLeftOverFromThePropertyBefore) {
    const auto reading = read(listing(R"({"name":"t","properties":[
        {"name":"LABELS","value":["a"]},{"name":"DEPENDS","value":[]},{"name":"DISABLED","value":true},
        {"name":"WILL_FAIL","value":false},{"name":"NAMELESS"}]},{"name":"u","properties":[]})"));
    const auto& test = reading.inventory->tests.at(0);
    EXPECT_EQ(test.labels, Words{"a"});
    EXPECT_TRUE(test.depends.empty());
    EXPECT_FALSE(test.will_fail);
    EXPECT_FALSE(reading.inventory->tests.at(1).disabled);
}

TEST(CTestJson, SourceIsTheFileOfItsSourceLine) {
    const auto source = [](const std::string& value) {
        return read(listing(fmt::format(R"({{"name":"t","properties":[{{"name":"DEF_SOURCE_LINE","value":"{}"}}]}})",
                                        value)))
            .inventory->tests.at(0)
            .source;
    };
    EXPECT_EQ(source("/a/b.cpp:12"), "/a/b.cpp");
    EXPECT_EQ(source("/a:b/c.cpp:12"), "/a:b/c.cpp");
    EXPECT_EQ(source("/a:b/c.cpp"), "/a:b/c.cpp");
    EXPECT_EQ(source(""), std::nullopt);
}

TEST(CTestJson, ATestThatMakesTheResourceSpecFile) {
    const auto reading = read(listing(R"({"name":"t","properties":[
        {"name":"GENERATED_RESOURCE_SPEC_FILE","value":"/b/spec.json"}]},{"name":"u"})"));
    EXPECT_TRUE(reading.inventory->tests.at(0).makes_resource_spec);
    EXPECT_FALSE(reading.inventory->tests.at(1).makes_resource_spec);
}

TEST(CTestJson, ABacktraceThatEndsOutsideAListFileCountsByItsInnermostFrame) {
    const auto reading = read(
        listing(
            R"({"name":"t","backtrace":1})",
            R"("files":["/s/cmake/all.cmake","/s/tests/more.cmake"],"nodes":[{"file":0},{"file":1,"line":3,"parent":0}])"),
        {"/s/", true});
    EXPECT_EQ(reading.inventory->tests.at(0).dir, "tests");
}

TEST(CTestJson, ACaseIsDefinedWhereItsOwnFrameIs) {
    const std::string graph =
        R"("commands":["TEST","lockstep_discover_tests"],"files":["/s/CMakeLists.txt","/s/more.cmake","/s/a.cpp"],)"
        R"("nodes":[{"file":0},{"file":1,"line":7,"command":1,"parent":0},{"file":2,"line":9,"command":0,"parent":1},)"
        R"({"file":2,"line":9,"command":1,"parent":1},{"file":2,"line":9,"command":5,"parent":1}])";
    const auto reading =
        read(listing(R"({"name":"t","backtrace":2},{"name":"u","backtrace":3},{"name":"v","backtrace":4})", graph),
             {"/s", true});
    const auto& tests = reading.inventory->tests;
    EXPECT_EQ(tests.at(0).source, "/s/a.cpp");
    EXPECT_EQ(tests.at(0).added_file, "/s/more.cmake");
    EXPECT_EQ(tests.at(0).added_line, 7U);
    EXPECT_EQ(tests.at(0).dir, ".");
    for (const std::size_t other : {1U, 2U}) {
        EXPECT_EQ(tests.at(other).source, std::nullopt);
        EXPECT_EQ(tests.at(other).added_file, "/s/a.cpp");
    }
}

TEST(CTestJson, ATestAddedByADeferredCallHasNoLine) {
    const auto graph = R"("files":["/s/CMakeLists.txt"],"nodes":[{"file":0},{"file":0,"line":-1,"parent":0}])";
    const auto reading = read(listing(R"({"name":"t","backtrace":1})", graph), {"/s", true});
    EXPECT_EQ(reading.errors, Words{});
    EXPECT_EQ(reading.inventory->tests.at(0).added_file, "/s/CMakeLists.txt");
    EXPECT_EQ(reading.inventory->tests.at(0).added_line, 0U);
    const auto below = R"("files":["/s/CMakeLists.txt"],"nodes":[{"file":0,"line":-2}])";
    EXPECT_EQ(read(listing("", below)).errors, Words{"1:76: 'line' is not a position"});
}

TEST(CTestJson, OfTestsWithOneNameAndOneBacktraceNoneIsKnownToBeThere) {
    const std::string graph =
        R"("files":["/s/a/CMakeLists.txt","/s/b/CMakeLists.txt"],"nodes":[{"file":0,"line":1},{"file":1,"line":2},{"file":1,"line":2}])";
    const std::string source = R"("properties":[{"name":"DEF_SOURCE_LINE","value":"/s/x.cpp:1"}])";
    const auto reading =
        read(listing(fmt::format(R"({{"name":"same","backtrace":1,{0}}},{{"name":"same","backtrace":2,{0}}},
        {{"name":"own","backtrace":0,{0}}},{{"name":"own","backtrace":1}},{{"name":"other","backtrace":1}})",
                                 source),
                     graph),
             {"/s", true});
    ASSERT_TRUE(reading.inventory);
    Words places;
    for (const auto& test : reading.inventory->tests) {
        places.push_back(fmt::format("{} {} {}:{} {}", test.name, test.dir.value_or("?"), test.added_file,
                                     test.added_line, test.source.value_or("?")));
    }
    EXPECT_EQ(places, (Words{"same ? :0 ?", "same ? :0 ?", "own a /s/a/CMakeLists.txt:1 /s/x.cpp",
                             "own b /s/b/CMakeLists.txt:2 ?", "other b /s/b/CMakeLists.txt:2 ?"}));
}

TEST(CTestJson, TestsThatLockstepMadeAreLeftOut) {
    std::string tests;
    for (const char* name : {"lockstep.end", "checkpoint.core", "barrier.core", "order.core", "cleanup.core",
                             "service.users.start", "other", "lockstep.endless"}) {
        tests += fmt::format(R"({{"name":"{}","properties":[{{"name":"LABELS","value":["x","lockstep"]}}]}},)", name);
    }
    tests += R"({"name":"checkpoint.mine"})";
    std::vector<std::string> names;
    const auto reading = read(listing(tests));
    for (const auto& test : reading.inventory->tests) names.push_back(test.name);
    EXPECT_EQ(names, (Words{"other", "lockstep.endless", "checkpoint.mine"}));
    EXPECT_EQ(read(listing(tests), {"", false}).inventory->tests.size(), 9U);
}

// --- what is no listing ---

TEST(CTestJson, BadListingsAreRefusedWithThePlace) {
    const std::string ok = listing(R"({"name":"t"})");
    struct Case {
        std::string text, error;
    };
    for (const auto& [text, error] : {
             Case{"", "1:1: this is empty, where a listing of tests by ctest was expected"},
             Case{" \n", "1:1: this is empty, where a listing of tests by ctest was expected"},
             Case{ok.substr(0, 40), fmt::format("1:41: the listing ends before it is complete")},
             Case{"Test project /b\n", "1:1: from here on this is not JSON"},
             Case{ok + "\n{}", "2:1: from here on this is not JSON"},
             Case{"{\n \"kind\": x}", "2:10: from here on this is not JSON"},
             Case{"{\"kind\": \"\xff\"}", "1:11: from here on this is not JSON"},
             Case{"[]", "1:1: this is an array, CTest writes an object"},
             Case{"3", "1:1: this is a number, CTest writes an object"},
             Case{"{}", "1:1: this JSON is not a listing of tests by ctest: it has no 'kind'"},
             Case{R"({"kind":"plan"})", "1:1: this JSON is not a listing of tests by ctest: its kind is 'plan'"},
             Case{R"({"kind":"ctestInfo"})", "1:1: this JSON is not a listing of tests by ctest: it has no version"},
             Case{R"({"kind":"ctestInfo","version":{"major":2}})",
                  "1:1: version 2 of ctest's listing is not known, only 1"},
             Case{R"({"kind":"ctestInfo","version":{"major":1}})",
                  "1:1: this JSON is not a listing of tests by ctest: it has no 'tests'"},
             Case{"{\n \"tests\": {}}", "2:11: 'tests' is an object, CTest writes an array"},
             Case{"{\"kind\": \n  [3]}", "2:3: 'kind' is an array, CTest writes a string"},
             Case{R"({"version":{"major":"1"}})", "1:21: 'major' is a string, CTest writes a number"},
             Case{listing("4"), "1:71: this is a number, CTest writes an object"},
             Case{listing("{}"), "1:71: this test has no name"},
             Case{listing(R"({"name":4})"), "1:79: 'name' is a number, CTest writes a string"},
             Case{listing(R"({"name":"t","backtrace":0})"),
                  "1:71: test 't' names frame 0 of a backtrace graph that has 0"},
             Case{listing(R"({"name":"t","backtrace":-1})"), "1:95: 'backtrace' is not a position"},
             Case{listing("", R"("files":[],"nodes":[{"file":0}])"),
                  "1:1: the backtrace graph's node 0 names a frame or file that does not exist"},
             Case{listing("", R"("files":["f"],"nodes":[{"file":0,"parent":0}])"),
                  "1:1: the backtrace graph's node 0 names a frame or file that does not exist"},
         }) {
        const auto errors = read(text).errors;
        ASSERT_FALSE(errors.empty()) << text;
        EXPECT_EQ(errors[0], error) << text;
    }
}

TEST(CTestJson, AValueOfATypeThatCTestNeverWritesIsAnError) {
    struct Case {
        const char *property, *error;
    };
    for (const auto& [property, error] : {
             Case{R"("TIMEOUT","value":"long")", "TIMEOUT is a string, CTest writes a number"},
             Case{R"("TIMEOUT","value":null)", "TIMEOUT is null, CTest writes a number"},
             Case{R"("LABELS","value":"a;b")", "LABELS is a string, CTest writes an array"},
             Case{R"("LABELS","value":["a",1])", "LABELS is an array that holds more than strings"},
             Case{R"("LABELS","value":["a",[]])", "LABELS is an array that holds more than strings"},
             Case{R"("LABELS","value":[{}])", "LABELS is an array that holds more than strings"},
             Case{R"("DISABLED","value":1)", "DISABLED is a number, CTest writes a boolean"},
             Case{R"("PROCESSORS","value":true)", "PROCESSORS is a boolean, CTest writes a number"},
             Case{R"("PROCESSORS","value":1.5)", "PROCESSORS is not a whole number that CTest could hold"},
             Case{R"("PROCESSORS","value":99999999999)", "PROCESSORS is not a whole number that CTest could hold"},
             Case{R"("RESOURCE_GROUPS","value":["gpus:1"])",
                  "RESOURCE_GROUPS is an array that holds more than objects"},
             Case{R"("WORKING_DIRECTORY","value":{})", "WORKING_DIRECTORY is an object, CTest writes a string"},
         }) {
        const auto errors =
            read(listing(fmt::format("\n{{\"name\":\"t\",\"properties\":[{{\"name\":{}}}]}}", property))).errors;
        ASSERT_EQ(errors.size(), 1U) << property;
        EXPECT_EQ(errors[0].substr(errors[0].find(' ') + 1), std::string("property ") + error);
        EXPECT_TRUE(errors[0].starts_with("2:")) << errors[0];
    }
}

TEST(CTestJson, EveryMistakeIsShownUpToTwenty) {
    std::string tests = R"({"name":"t","properties":[{"name":"TIMEOUT","value":"x"},{"name":"DEPENDS","value":1}]},{})";
    EXPECT_EQ(read(listing(tests)).errors.size(), 3U);
    for (int i = 0; i < 100; ++i) tests += ",{}";
    EXPECT_EQ(read(listing(tests)).errors.size(), 20U);
}

TEST(CTestJson, NestingHasNoLimitThatCrashes) {
    const std::string deep(100000, '[');
    EXPECT_EQ(read(deep).errors.size(), 2U);  // an array, and one that does not end
    EXPECT_TRUE(read(listing("{\"name\":\"t\",\"x\":" + deep + std::string(100000, ']') + "}")).inventory);
}

// --- time ---

/// Processor time of this program: unlike the time of day it does not depend on what else the machine does.
double cpu_seconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

TEST(CTestJson, TimeGrowsWithTheNumberOfTests) {
    const auto seconds = [](int count) {
        std::string nodes = "{\"file\":0}", tests;
        for (int i = 0; i < count; ++i) {
            // a chain of callers as long as the listing: each frame is looked at once, not once a test
            nodes += fmt::format(",{{\"file\":0,\"line\":{0},\"parent\":{0}}}", i);
            tests += fmt::format(
                R"({}{{"name":"S.t{}","backtrace":{},"command":["/b/p"],"properties":[{{"name":"LABELS","value":["a"]}}]}})",
                i == 0 ? "" : ",", i, i + 1);
        }
        const auto text = listing(tests, fmt::format("\"files\":[\"/s/CMakeLists.txt\"],\"nodes\":[{}]", nodes));
        double best = 1e9;
        for (int i = 0; i < 3; ++i) {
            const auto start = cpu_seconds();
            const auto reading = read(text);
            best = std::min(best, cpu_seconds() - start);
            EXPECT_EQ(reading.inventory->tests.size(), static_cast<std::size_t>(count));
        }
        return best;
    };
    const auto few = seconds(2000);
    EXPECT_LT(seconds(32000), 80 * few + 0.02);  // 16 times as many; squared it would be 256
}

}  // namespace
}  // namespace lockstep
