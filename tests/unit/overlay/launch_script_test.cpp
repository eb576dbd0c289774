// What a real ctest starts after it has read launch.cmake: of launched tests the launcher with all that the test was
// registered with behind it, of all others that alone.
#include <nlohmann/json.hpp>

#include "../os/scratch.hpp"
#include "filling.hpp"
#include "os/processes.hpp"
#include "overlay/launch.hpp"
#include "text/quote.hpp"

namespace lockstep {
namespace {

using namespace testing;
using nlohmann::json;

/// Arguments that mean something to CMake, to its lists or to its lexer.
const Names& hostile_arguments() {
    static const Names arguments{
        "",       ";",        "a;b;",   ";;",        "]==]",     "]]",     "]",       "[",      "[q;b",   "a]",
        "]=",     "]",        "\\",     "\\;",       "a\\",      "\\\\n",  "#x",      "\"q\"",  "${x}",   "$ENV{HOME}",
        "@x@",    "@PATH@",   " ",      "two words", "\xc3\xa9", "*",      "$<1:x>",  "\n",     "nl\nnl", "\nfirst",
        "last\n", "tab\tbed", "(paren", ")",         "--",       "NAME",   "COMMAND", "[[\n]]", "]\n]",   "'single'",
        "%",      "`x`",      "a=b",    "[=[x]=]",   "cr\rx",    "cr\r\nx"};
    return arguments;
}

class LaunchScript : public Scratch {
protected:
    std::string program(const std::string& name) const {
        put(name, "#!/bin/sh\n");
        std::filesystem::permissions(at(name), std::filesystem::perms::owner_all);
        return at(name);
    }

    /// Words as a test file of CMake's has them.
    static std::string add_test(const std::string& name, const Names& words) {
        std::string line = "add_test(" + cmake_bracket(name);
        for (const auto& word : words) line += " " + cmake_bracket(word);
        return line + ")\n";
    }

    /// Commands by the test files' order, as ctest starts them. `before` is read before the tests.
    std::vector<Names> commands(const std::string& before, const std::string& tests) const {
        put("CTestTestfile.cmake", before + tests);
        os::RunOptions options;
        options.command = {LOCKSTEP_CTEST, "--show-only=json-v1"};
        options.working_directory = folder();
        options.merge_stderr = false;
        const auto result = os::run(options);
        EXPECT_EQ(result.status, 0) << result.output;
        const auto listing = json::parse(result.output, nullptr, false);
        if (!listing.is_object()) throw std::runtime_error("no listing: " + result.output);
        std::vector<Names> commands;
        for (const auto& test : listing.at("tests")) commands.push_back(test.value("command", Names{}));
        return commands;
    }

    /// launch.cmake for tests of these names, as ctest would list them, of which those with the label "m" are launched.
    std::string including(const std::vector<NewTest>& tests) const {
        const auto r = resolve_text("[marker.m]\nretry = \"r\"\n[retry.r]\non_exit = [75]\n", tests);
        Diagnostics diagnostics;
        const auto launch = make_launch(*r.schedule, plain_run(), fill_values(), diagnostics);
        EXPECT_EQ(shown(diagnostics), "");
        auto options = overlay_options();
        options.launcher = launcher;
        put("launch.cmake", launch_script(*r.schedule, *launch, options, table));
        // As session.cmake does: within the policies of open.cmake.
        return "cmake_policy(PUSH)\ncmake_policy(VERSION 3.25)\ninclude(" + cmake_bracket(at("launch.cmake")) +
               ")\ncmake_policy(POP)\n";
    }

    Names launched(const std::string& name, std::size_t number, const std::string& started, const Names& words) const {
        Names all{launcher, "--table", table, "--kind", "0", "--test", std::to_string(number),
                  "--name", name,      "--",  started};
        all.insert(all.end(), words.begin(), words.end());
        return all;
    }

    const std::string launcher = program("the launcher;x");
    const std::string table = "/b/lock ]] step/launch.txt";
    const std::string test = program("test");
};

TEST_F(LaunchScript, hostile_arguments_arrive_as_they_are) {
    std::vector<NewTest> tests;
    std::string file;
    std::vector<Names> words;
    for (const bool is_launched : {true, false}) {
        for (const auto& argument : hostile_arguments()) {
            for (const auto& more : {Names{argument}, Names{argument, "", "last"}, Names{"a", argument}}) {
                const auto name = "t" + std::to_string(tests.size());
                tests.push_back(NewTest(name).command({test}).labels(is_launched ? Names{"m"} : Names{}));
                words.push_back(more);
                Names command{test};
                command.insert(command.end(), more.begin(), more.end());
                file += add_test(name, command);
            }
        }
    }
    const auto plain = commands("", file);
    const auto started = commands(including(tests), file);
    ASSERT_EQ(started.size(), tests.size());
    for (std::size_t t = 0; t < tests.size(); ++t) {
        const Names arguments(plain[t].begin() + 1, plain[t].end());
        EXPECT_EQ(arguments, words[t]) << "the test's own quoting";
        EXPECT_EQ(started[t],
                  t < tests.size() / 2 ? launched("t" + std::to_string(t), t + 1, test, words[t]) : plain[t])
            << json(words[t]);
    }
}

TEST_F(LaunchScript, hostile_names_are_told_apart) {
    std::vector<NewTest> tests;
    std::string file;
    auto names = hostile_names();
    for (const auto* name : {"a", "a_program", "2_a", "_a", "ENV{x}", "a_inside"}) names.emplace_back(name);
    for (std::size_t n = 0; n < names.size(); ++n) {
        tests.push_back(NewTest(names[n]).command({test}).labels(n % 2 == 0 ? Names{"m"} : Names{}));
        file += add_test(names[n], {test, "x"});
    }
    const auto started = commands(including(tests), file);
    ASSERT_EQ(started.size(), names.size());
    for (std::size_t n = 0; n < names.size(); ++n)
        EXPECT_EQ(started[n], n % 2 == 0 ? launched(names[n], n + 1, test, {"x"}) : (Names{test, "x"})) << names[n];
}

TEST_F(LaunchScript, of_tests_that_share_a_name_each_has_its_own_number) {
    const auto started = commands(
        including({NewTest("t").command({test}).labels({"m"}), NewTest("u").command({test}),
                   NewTest("t").command({test}), NewTest("t").command({test}).labels({"m"})}),
        add_test("t", {test, "1"}) + add_test("u", {test}) + add_test("t", {test, "2"}) + add_test("t", {test, "3"}));
    EXPECT_EQ(started,
              (std::vector<Names>{launched("t", 1, test, {"1"}), {test}, {test, "2"}, launched("t", 4, test, {"3"})}));
}

TEST_F(LaunchScript, a_project_may_define_add_test_too) {
    const std::string theirs =
        "function(add_test name)\nif(NOT name STREQUAL \"skipped\")\n_add_test(${ARGV})\nendif()\nendfunction()\n";
    const auto before = including({NewTest("t").command({test}).labels({"m"}), NewTest("u").command({test})});
    const auto file = add_test("t", {test, "x"}) + add_test("skipped", {test}) + add_test("u", {test, "y"});
    const std::vector<Names> expected{launched("t", 1, test, {"x"}), {test, "y"}};
    EXPECT_EQ(commands(before + theirs, file), expected);
    // What calls _add_test without defining anything comes by the launcher as well, and the command itself is named.
    EXPECT_EQ(commands(before, "_add_test(t [[" + test + "]] x)\ncmake_language(CALL ${_lockstep_add_test} t [[" +
                                   test + "]])\n"),
              (std::vector<Names>{launched("t", 1, test, {"x"}), {test}}));
}

TEST_F(LaunchScript, programs_are_found_as_ctest_finds_them) {
    const auto below = std::filesystem::create_directory(at("below"));
    ASSERT_TRUE(below);
    program("below/one");
    const auto sh = commands("", add_test("x", {"sh"}))[0][0];
    std::vector<NewTest> tests;
    const auto launch = [&](const std::string& name, const std::string& found) {
        auto made = NewTest(name).labels({"m"}).works_in(folder());
        made.command(found.empty() ? Names{} : Names{found});
        tests.push_back(made);
    };
    launch("relative", at("below/one"));
    launch("by name", test);
    launch("by PATH", sh);
    launch("gone", at("gone"));  // it was there when the tests were listed
    launch("folder", at("below"));
    launch("moved", "/elsewhere/bin/sh");  // PATH was another then
    launch("never", "");
    const auto started =
        commands(including(tests), add_test("relative", {"below/one"}) + add_test("by name", {"test"}) +
                                       add_test("by PATH", {"sh"}) + add_test("gone", {at("gone"), "x"}) +
                                       add_test("folder", {at("below"), "x"}) + add_test("moved", {"sh"}) +
                                       add_test("never", {"never-there"}));
    EXPECT_EQ(started, (std::vector<Names>{launched("relative", 1, at("below/one"), {}),
                                           launched("by name", 2, test, {}),
                                           launched("by PATH", 3, sh, {}),
                                           {},
                                           {},
                                           launched("moved", 6, sh, {}),
                                           {}}));
}

}  // namespace
}  // namespace lockstep
