// What a ctest command line, its environment and its presets say of the run.
#include "session/invocation.hpp"

#include <gtest/gtest.h>

#include <map>
#include <ostream>
#include <string>
#include <vector>

namespace lockstep {
namespace {

using Words = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

Invocation read(const Words& words, const Variables& variables = {}) {
    return read_invocation(words, [&](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
}

/// What differs from a plain `ctest`, in words.
std::string shown(const Invocation& i) {
    std::string text;
    const auto add = [&](bool is, const std::string& what) {
        if (is) text += (text.empty() ? "" : " ") + what;
    };
    add(i.listing, "listing");
    add(i.script, "script");
    add(i.jobs != 1, "jobs=" + (i.jobs ? std::to_string(*i.jobs) : "unknown"));
    add(i.resource_spec, "spec");
    add(i.timeout, "timeout");
    add(i.repeat, "repeat");
    add(i.resume, "resume");
    add(i.no_tests_error, "no-tests-error");
    add(i.exclude.has_value(), "exclude=" + i.exclude.value_or(""));
    add(i.include, "include");
    add(i.memcheck, "memcheck");
    add(i.preset.has_value(), "preset=" + i.preset.value_or(""));
    return text;
}

struct Row {
    Words words;
    Variables variables;
    std::string expected;
};

void PrintTo(const Row& row, std::ostream* out) {
    for (const auto& [name, value] : row.variables) *out << name << "='" << value << "' ";
    *out << "ctest";
    for (const auto& word : row.words) *out << " '" << word << "'";
}

class CommandLines : public ::testing::TestWithParam<Row> {};

TEST_P(CommandLines, Row) {
    EXPECT_EQ(shown(read(GetParam().words, GetParam().variables)), GetParam().expected);
}

const Variables level_8{{"CTEST_PARALLEL_LEVEL", "8"}}, level_empty{{"CTEST_PARALLEL_LEVEL", ""}},
    level_0{{"CTEST_PARALLEL_LEVEL", "0"}}, none_is_error{{"CTEST_NO_TESTS_ACTION", "error"}},
    none_is_fine{{"CTEST_NO_TESTS_ACTION", "ignore"}};

INSTANTIATE_TEST_SUITE_P(
    Listing, CommandLines,
    ::testing::Values(Row{{}, {}, ""}, Row{{"-N"}, {}, "listing"}, Row{{"-VV", "--show-only"}, {}, "listing"},
                      Row{{"--show-only=json-v1"}, {}, "listing"}, Row{{"--print-labels"}, {}, "listing"},
                      Row{{"-R", "-N"}, {}, "include"},  // a regular expression
                      Row{{"-R", "x", "-N"}, {}, "listing include"}, Row{{"-L", "-N"}, {}, ""},
                      Row{{"-LE", "-N"}, {}, ""}, Row{{"--test-dir", "-N"}, {}, ""}, Row{{"-O", "-N"}, {}, ""},
                      Row{{"-I", "-N"}, {}, ""}, Row{{"-C", "-N"}, {}, ""}, Row{{"-FA", "-N"}, {}, ""},
                      Row{{"--stop-time", "-N"}, {}, ""}, Row{{"-V", "-N"}, {}, "listing"}, Row{{"--nice"}, {}, ""},
                      Row{{"--show-onlyx"}, {}, ""}));

INSTANTIATE_TEST_SUITE_P(Jobs, CommandLines,
                         ::testing::Values(Row{{"-j4"}, {}, "jobs=4"}, Row{{"-j", "4"}, {}, "jobs=4"},
                                           Row{{"--parallel", "4"}, {}, "jobs=4"}, Row{{"--parallel=4"}, {}, "jobs=4"},
                                           Row{{"-j"}, {}, "jobs=unknown"},
                                           Row{{"-j", "-N"}, {}, "listing jobs=unknown"},
                                           Row{{"-j", "-R", "x"}, {}, "jobs=unknown include"},
                                           Row{{"-j0"}, {}, "jobs=unknown"}, Row{{"-j1"}, {}, ""},
                                           Row{{"-j2", "-j8"}, {}, "jobs=8"}, Row{{}, level_8, "jobs=8"},
                                           Row{{"-j2"}, level_8, "jobs=2"}, Row{{}, level_empty, "jobs=unknown"},
                                           Row{{}, level_0, "jobs=unknown"}, Row{{"-j"}, level_8, "jobs=unknown"},
                                           Row{{"-R", "-j8"}, {}, "include"}));

INSTANTIATE_TEST_SUITE_P(
    Switches, CommandLines,
    ::testing::Values(Row{{"-E", "a|b"}, {}, "exclude=a|b"}, Row{{"--exclude-regex", "a"}, {}, "exclude=a"},
                      Row{{"--exclude-regex=a"}, {}, "exclude=a"}, Row{{"-E", "a", "-R", "b"}, {}, "exclude=a include"},
                      Row{{"--tests-regex", "b"}, {}, "include"}, Row{{"--tests-regex=b"}, {}, "include"},
                      Row{{"-E"}, {}, "exclude="}, Row{{"--timeout", "5"}, {}, "timeout"},
                      Row{{"--timeout=5"}, {}, "timeout"}, Row{{"--test-timeout", "5"}, {}, ""},
                      Row{{"--repeat", "until-pass:3"}, {}, "repeat"}, Row{{"--repeat=until-fail:3"}, {}, "repeat"},
                      Row{{"--repeat-until-fail", "3"}, {}, "repeat"}, Row{{"-F"}, {}, "resume"},
                      Row{{"-FA", "-F"}, {}, ""}, Row{{"-R", "-F"}, {}, "include"}, Row{{"--rerun-failed"}, {}, ""},
                      Row{{"--resource-spec-file", "f"}, {}, "spec"}, Row{{"--resource-spec-file=f"}, {}, "spec"},
                      Row{{"--no-tests=error"}, {}, "no-tests-error"}, Row{{"--no-tests=ignore"}, {}, ""},
                      Row{{}, none_is_error, "no-tests-error"}, Row{{}, none_is_fine, ""},
                      Row{{"--no-tests", "error"}, {}, "no-tests-error"}, Row{{"--no-tests=ignore"}, none_is_error, ""},
                      Row{{"--no-tests=error"}, none_is_fine, "no-tests-error"}));

INSTANTIATE_TEST_SUITE_P(
    Dashboards, CommandLines,
    ::testing::Values(
        Row{{"-T", "Test"}, {}, ""}, Row{{"-T", "MemCheck"}, {}, "memcheck"},
        Row{{"-T", "memcheck", "-T", "Coverage"}, {}, "memcheck"}, Row{{"--test-action", "MemCheck"}, {}, "memcheck"},
        Row{{"-D", "Experimental"}, {}, ""}, Row{{"-D", "ExperimentalMemCheck"}, {}, "memcheck"},
        Row{{"-D", "NightlyMemoryCheck"}, {}, "memcheck"}, Row{{"--dashboard", "ContinuousMemCheck"}, {}, "memcheck"},
        Row{{"-S", "run.cmake", "-V"}, {}, "script jobs=unknown"}, Row{{"-S", "-N"}, {}, "script jobs=unknown"},
        Row{{"--script", "run.cmake"}, level_8, "script jobs=8"}, Row{{"-SP", "run.cmake"}, {}, "script jobs=unknown"},
        Row{{"-D", "CTEST_RESOURCE_SPEC_FILE:FILEPATH=f", "-S", "run.cmake"}, {}, "script jobs=unknown spec"},
        Row{{"-DCTEST_RESOURCE_SPEC_FILE=f", "-S", "run.cmake"}, {}, "script jobs=unknown spec"},
        Row{{"-DCTEST_RESOURCE_SPEC_FILES=f", "-S", "run.cmake"}, {}, "script jobs=unknown"},
        Row{{"--preset", "ci"}, {}, "jobs=unknown preset=ci"}, Row{{"--preset=ci", "-j3"}, {}, "jobs=3 preset=ci"}));

// Seen on 3.25 and 3.31: the process that reads the test files has all of this on its command line.
INSTANTIATE_TEST_SUITE_P(
    BuildAndTest, CommandLines,
    ::testing::Values(
        Row{{"--build-and-test", "s", "b", "--build-options", "-E", "x", "-N", "--test-command", "ctest", "-j4"},
            {},
            "jobs=4"},
        Row{{"-j8", "--build-and-test", "s", "b", "--test-command", "/bin/ctest"}, {}, ""},
        Row{{"--build-and-test", "s", "b", "--test-command", "ctest", "--test-command", "-R", "x"}, {}, "include"},
        Row{{"--build-and-test", "s", "b", "-N", "--test-command"}, {}, ""},
        Row{{"--build-and-test", "s", "b", "-N"}, {}, ""}));

TEST(Invocation, scripts_are_known_without_what_they_are_given) {
    EXPECT_EQ(read({"-V", "-S", "run.cmake,nightly,2", "-SP", "/a/b.cmake"}).scripts,
              (Words{"run.cmake", "/a/b.cmake"}));
    EXPECT_EQ(read({"-S"}).scripts, Words{});
}

TEST(Invocation, a_script_may_name_a_resource_spec_file) {
    const std::map<std::string, std::string> files{{"/here/run.cmake", "ctest_test()"},
                                                   {"/there/run.cmake", "ctest_test(RESOURCE_SPEC_FILE f)"}};
    const auto with = [&](const Words& words, const Words& directories) {
        auto invocation = read(words);
        apply_scripts(invocation, directories, [&](const std::string& path) -> std::optional<std::string> {
            const auto found = files.find(path);
            return found == files.end() ? std::nullopt : std::optional(found->second);
        });
        return invocation.resource_spec;
    };
    EXPECT_TRUE(with({"-S", "/there/run.cmake,x"}, {"/here"}));
    EXPECT_TRUE(with({"-S", "run.cmake"}, {"/nowhere", "/there", "/here"}));
    EXPECT_FALSE(with({"-S", "run.cmake"}, {"/here", "/there"})) << "the first that is there";
    EXPECT_FALSE(with({"-S", "run.cmake"}, {}));
    EXPECT_TRUE(with({"-S", "run.cmake", "--resource-spec-file", "f"}, {"/here"}));
}

TEST(Invocation, only_an_exclusion_without_an_inclusion_takes_tests_away) {
    EXPECT_EQ(*read({"-E", "x"}).takes_away(), "x");
    EXPECT_EQ(read({"-E", "x", "-R", "y"}).takes_away(), nullptr);
    EXPECT_EQ(read({"-R", "y"}).takes_away(), nullptr);
}

// Each of these was tried on ctest 3.25.
class Presets : public ::testing::Test {
protected:
    std::string with(const Words& words, const Variables& variables = {}) {
        auto invocation = read(words, variables);
        apply_preset(invocation, "/s", [&](const std::string& path) -> std::optional<std::string> {
            const auto found = files.find(path);
            return found == files.end() ? std::nullopt : std::optional(found->second);
        });
        return shown(invocation);
    }
    std::map<std::string, std::string> files;
};

TEST_F(Presets, say_what_the_command_line_does_not) {
    files["/s/CMakePresets.json"] = R"({"version": 3, "testPresets": [ // a comment, as CMake allows
        {"name": "all", "execution": {"jobs": 4, "showOnly": "human", "timeout": 5, "repeat": {"mode": "until-fail"},
         "resourceSpecFile": "f", "noTestsAction": "error"},
         "filter": {"include": {"name": "a"}, "exclude": {"name": "b"}}},
        {"name": "little", "filter": {"include": {"label": "x"}}, "execution": {"noTestsAction": "ignore"}},
        {"name": "unlimited", "execution": {"jobs": 0}}]})";
    EXPECT_EQ(with({"--preset", "all"}),
              "listing jobs=4 spec timeout repeat no-tests-error exclude=b include preset=all");
    EXPECT_EQ(with({"--preset", "all", "-E", "mine", "--no-tests=ignore"}),
              "listing jobs=4 spec timeout repeat exclude=mine include preset=all");
    EXPECT_EQ(with({"--preset", "little"}), "preset=little");
    EXPECT_EQ(with({"--preset", "unknown"}), "jobs=unknown preset=unknown");
    EXPECT_EQ(with({}), "") << "no preset was asked for";
}

TEST_F(Presets, jobs_stand_behind_the_command_line_and_before_the_environment) {
    files["/s/CMakePresets.json"] = R"({"testPresets": [{"name": "p", "execution": {"jobs": 4}}, {"name": "q"},
        {"name": "unlimited", "execution": {"jobs": 0}}]})";
    EXPECT_EQ(with({"--preset", "p", "-j2"}), "jobs=2 preset=p");
    EXPECT_EQ(with({"--preset", "p", "-j"}), "jobs=unknown preset=p");
    EXPECT_EQ(with({"--preset", "p"}, level_8), "jobs=4 preset=p");
    EXPECT_EQ(with({"--preset", "unlimited"}, level_8), "jobs=unknown preset=unlimited");
    EXPECT_EQ(with({"--preset", "q"}, level_8), "jobs=8 preset=q");
}

TEST_F(Presets, inherit_value_by_value_and_of_several_parents_the_first_wins) {
    files["/s/CMakePresets.json"] = R"({"testPresets": [
        {"name": "base", "hidden": true, "execution": {"jobs": 4, "timeout": 9},
         "filter": {"include": {"name": "a"}, "exclude": {"name": "b"}}},
        {"name": "other", "execution": {"jobs": 9, "repeat": {}}, "filter": {"exclude": {"name": "c"}}},
        {"name": "kid", "inherits": "base", "execution": {"jobs": 2}, "filter": {"include": {"label": "L"}}},
        {"name": "two", "inherits": ["base", "other"]},
        {"name": "owt", "inherits": ["other", "base"]},
        {"name": "grandchild", "inherits": ["kid"]},
        {"name": "circle", "inherits": ["circle"], "execution": {"jobs": 3}}]})";
    EXPECT_EQ(with({"--preset", "kid"}), "jobs=2 timeout exclude=b include preset=kid");
    EXPECT_EQ(with({"--preset", "two"}), "jobs=4 timeout repeat exclude=b include preset=two");
    EXPECT_EQ(with({"--preset", "owt"}), "jobs=9 timeout repeat exclude=c include preset=owt");
    EXPECT_EQ(with({"--preset", "grandchild"}), "jobs=2 timeout exclude=b include preset=grandchild");
    EXPECT_EQ(with({"--preset", "circle"}), "jobs=3 preset=circle");
}

TEST_F(Presets, come_from_included_files_and_the_users_own) {
    files["/s/CMakePresets.json"] = R"({"include": ["ci/a.json", "/abs/b.json"], "testPresets": []})";
    files["/s/ci/a.json"] = R"({"include": ["../CMakePresets.json", "../more/c.json"],
        "testPresets": [{"name": "a", "execution": {"jobs": 2}}]})";
    files["/abs/b.json"] = R"({"testPresets": [{"name": "b", "execution": {"jobs": 3}}]})";
    files["/s/more/c.json"] = R"({"testPresets": [{"name": "c", "execution": {"jobs": 4}}]})";
    files["/s/CMakeUserPresets.json"] = R"({"testPresets": [{"name": "mine", "inherits": "c"}]})";
    EXPECT_EQ(with({"--preset", "a"}), "jobs=2 preset=a");
    EXPECT_EQ(with({"--preset", "b"}), "jobs=3 preset=b");
    EXPECT_EQ(with({"--preset", "c"}), "jobs=4 preset=c");
    EXPECT_EQ(with({"--preset", "mine"}), "jobs=4 preset=mine");
}

TEST_F(Presets, files_that_are_none_add_nothing) {
    for (const auto* text : {"", "{", "[]", "7", R"({"testPresets": 7, "include": 7})",
                             R"({"testPresets": [{"name": "p", "execution": {"jobs": "x", "noTestsAction": 7}}]})"}) {
        files["/s/CMakePresets.json"] = text;
        EXPECT_EQ(with({"--preset", "p"}), "jobs=unknown preset=p") << text;
    }
    // A preset that says nothing of jobs leaves ctest at one, or at what CTEST_PARALLEL_LEVEL says.
    for (const auto* text : {R"({"testPresets": [7, {}, {"name": 7}, {"name": "p", "execution": 7, "filter": 7}]})",
                             R"({"testPresets": [{"name": "p", "inherits": 7, "filter": {"include": 7}}]})"}) {
        files["/s/CMakePresets.json"] = text;
        EXPECT_EQ(with({"--preset", "p"}), "preset=p") << text;
        EXPECT_EQ(with({"--preset", "p"}, level_empty), "jobs=unknown preset=p") << text;
    }
}

TEST(Descriptions, say_what_the_run_is) {
    EXPECT_EQ(describe(read({})), "a run of 1 at once");
    EXPECT_EQ(describe(read({"-N", "-j4"})), "a listing");
    EXPECT_EQ(describe(read({"-j", "0"})), "a run of an unknown number at once");
    EXPECT_EQ(describe(read({"-j8", "-E", "slow", "--repeat", "until-pass:2", "--timeout", "9", "--no-tests=error",
                             "--resource-spec-file", "f", "--preset", "ci"})),
              "a run of 8 at once, with the settings of preset 'ci', of tests by name or number, in which tests may be "
              "repeated, with a --timeout, "
              "with a "
              "resource spec file of its own, which fails where no test is run, without tests named 'slow'");
}

}  // namespace
}  // namespace lockstep
