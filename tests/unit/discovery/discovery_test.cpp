// The file of cases, command lines, and the script that ctest reads.
#include "discovery/discovery.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace lockstep {
namespace {

using Words = std::vector<std::string>;

DiscoveredCase case_of(const std::string& filter, const std::string& file = "", std::uint32_t line = 0) {
    DiscoveredCase one;
    one.name = one.filter = filter;
    one.suite = filter.substr(0, filter.find('.'));
    one.file = file;
    one.line = line;
    return one;
}

Discovery small() {
    Discovery d;
    d.target = "t";
    d.program = "/b/t";
    d.working_directory = d.binary_dir = "/b";
    d.source_dir = "/s";
    d.list_file = "/s/more.cmake";
    d.list_line = 7;
    d.listed_from = {123, 456};
    d.cases = {case_of("S.a", "/s/a.cpp", 3), case_of("S.b", "/s/a.cpp", 4)};
    return d;
}

std::string script(const Discovery& d) {
    return tests_script(d, [](const auto&) { return true; }, {"/bin/lockstep", "why"});
}

constexpr const char* head =
    "# Made by `lockstep discover`, anew when the program is built; so do not edit.\n"
    "set(_lockstep_call [[/s/more.cmake;7;lockstep_discover_tests;/s/CMakeLists.txt;0;]])\n";
constexpr const char* places =
    "if(\"${CMAKE_VERSION}\" VERSION_LESS 3.30)\n"
    "  set(_lockstep_at _BACKTRACE_TRIPLES)\n"
    "  set(_lockstep_colon [[;]])\n"
    "  set(_lockstep_behind \";TEST;${_lockstep_call}\")\n"
    "  set(_lockstep_source_0 [[/s/a.cpp]])\n"
    "else()\n"
    "  set(_lockstep_at DEF_SOURCE_LINE)\n"
    "  set(_lockstep_colon [[:]])\n"
    "  set(_lockstep_behind [[]])\n"
    "  set(_lockstep_source_0 [[/s/a.cpp]])\n"
    "endif()\n";

TEST(Script, cases_that_share_are_named_together) {
    EXPECT_EQ(script(small()),
              std::string(head) + places +
                  "add_test([[S.a]] /b/t [[--gtest_filter=S.a]] --gtest_also_run_disabled_tests)\n"
                  "add_test([[S.b]] /b/t [[--gtest_filter=S.b]] --gtest_also_run_disabled_tests)\n"
                  "set_tests_properties([[S.a]] [[S.b]] PROPERTIES SKIP_REGULAR_EXPRESSION \"\\\\[  SKIPPED \\\\]\" "
                  "_BACKTRACE_TRIPLES \"${_lockstep_call}\")\n"
                  "set_tests_properties([[S.a]] PROPERTIES ${_lockstep_at} "
                  "\"${_lockstep_source_0}${_lockstep_colon}3${_lockstep_behind}\")\n"
                  "set_tests_properties([[S.b]] PROPERTIES ${_lockstep_at} "
                  "\"${_lockstep_source_0}${_lockstep_colon}4${_lockstep_behind}\")\n");
}

TEST(Script, everything_a_call_can_ask_for) {
    auto d = small();
    d.working_directory = "/else where";
    d.emulator = {"emu", "--for it"};
    d.extra_args = {"--x", "a;b", ""};
    d.properties = {"LABELS", "mine;too", "TIMEOUT", "7", "ENVIRONMENT", "A=1\\;B=2"};
    d.labels = {"m", "phase:p"};
    d.test_list = "of_t";
    d.xml_output_dir = "xml";
    d.cases = {case_of("S.]]"), case_of("S.c;d")};
    d.cases[0].disabled = true;
    d.cases[1].markers = {"slow"};
    EXPECT_EQ(
        script(d),
        std::string(head) +
            "add_test([=[S.]]]=] emu [[--for it]] /b/t [=[--gtest_filter=S.]]]=] --gtest_also_run_disabled_tests "
            "[=[--gtest_output=xml:xml/S.]].xml]=] --x [[a;b]] [[]])\n"
            "set_tests_properties([=[S.]]]=] PROPERTIES WORKING_DIRECTORY [[/else where]] SKIP_REGULAR_EXPRESSION "
            "\"\\\\[  SKIPPED \\\\]\" TIMEOUT [[7]] ENVIRONMENT [[A=1;B=2]] _BACKTRACE_TRIPLES "
            "\"${_lockstep_call}\" DISABLED TRUE LABELS [[mine;too;m;phase:p]])\n"
            "add_test([[S.c;d]] emu [[--for it]] /b/t [[--gtest_filter=S.c;d]] --gtest_also_run_disabled_tests "
            "[[--gtest_output=xml:xml/S.c;d.xml]] --x [[a;b]] [[]])\n"
            "set_tests_properties([[S.c;d]] PROPERTIES WORKING_DIRECTORY [[/else where]] SKIP_REGULAR_EXPRESSION "
            "\"\\\\[  SKIPPED \\\\]\" TIMEOUT [[7]] ENVIRONMENT [[A=1;B=2]] _BACKTRACE_TRIPLES "
            "\"${_lockstep_call}\" LABELS [[mine;too;m;phase:p;slow]])\n"
            "set(of_t\n [[S.c\\;d]])\n");
}

TEST(Script, only_those_that_are_wanted) {
    const auto text = tests_script(small(), [](const auto& one) { return one.filter == "S.b"; });
    EXPECT_EQ(text.find("S.a"), std::string::npos);
    EXPECT_NE(text.find("add_test([[S.b]]"), std::string::npos);
}

TEST(Script, two_of_one_name_are_not_named_in_one_call) {
    auto d = small();
    d.cases[1].name = "S.a";
    EXPECT_EQ(script(d).find("[[S.a]] [[S.a]]"), std::string::npos);
}

TEST(Script, a_program_that_could_not_be_listed) {
    auto d = small();
    d.failure = "why";
    d.labels = {"m"};
    EXPECT_EQ(script(d),
              "add_test([[t.NOT_LISTED]] /bin/lockstep why)\n"
              "set_tests_properties([[t.NOT_LISTED]] PROPERTIES _BACKTRACE_TRIPLES "
              "\"/s/more.cmake;7;lockstep_discover_tests;/s/CMakeLists.txt;0;\" LABELS \"m\")\n");
    d.listed_from = {};
    EXPECT_TRUE(script(d).starts_with("add_test([[t.NOT_BUILT]] /bin/lockstep why)\n"));
}

TEST(Commands, of_catch2_and_doctest) {
    auto d = small();
    d.framework = Framework::catch2;
    d.reporter = "xml";
    d.output_dir = "out";
    d.output_prefix = "p-";
    d.output_suffix = ".s";
    d.extra_args = {"-s"};
    const auto one = case_of("a, [b] \\c");
    EXPECT_EQ(case_command(d, one),
              (Words{"/b/t", "a\\, \\[b\\] \\c", "-s", "--reporter xml", "--out out/p-a_____b____c.s"}));
    d.skips_by_status = true;  // v3
    EXPECT_EQ(case_command(d, one)[1], "a\\, \\[b\\] \\\\c");
    d.framework = Framework::doctest;
    d.xml_output_dir = "junit";
    EXPECT_EQ(case_command(d, case_of("a, b/c")),
              (Words{"/b/t", "--test-case=a\\, b/c", "--reporters=junit", "--out=junit/a, b-c.xml", "-s"}));
}

TEST(CasesFile, comes_back) {
    auto d = small();
    d.framework = Framework::doctest;
    d.emulator = {"e", ""};
    d.properties = {"LABELS", "a;b"};
    d.test_prefix = "\xff\n\"";
    d.granularity = "batch";
    d.skips_by_status = true;
    d.failure = "why\n";
    d.cases[0].markers = {"slow", "serial"};
    d.cases[0].labels = {"tag"};
    d.cases[1].markers = {"serial"};
    d.cases[1].disabled = true;
    d.cases[1].suite = "Other";
    const auto text = to_json(d);
    Diagnostics diagnostics;
    const auto back = discovery_from_json(std::make_shared<const Source>("c.json", text), diagnostics);
    ASSERT_TRUE(back);
    EXPECT_EQ(to_json(*back), text);
    EXPECT_EQ(back->cases[1].name, "S.b");
    EXPECT_EQ(back->cases[1].suite, "Other");
    EXPECT_EQ(back->cases[0].file, "/s/a.cpp");
    EXPECT_EQ(back->cases[0].line, 3U);
    EXPECT_TRUE(back->cases[1].disabled && !back->cases[0].disabled && back->skips_by_status);
    EXPECT_EQ(back->cases[0].labels, Words{"tag"});
    EXPECT_EQ(back->listed_from, d.listed_from);
    EXPECT_EQ(back->test_prefix, d.test_prefix);
    EXPECT_EQ(back->framework, Framework::doctest);
    EXPECT_EQ(markers_in_json(text), (Words{"slow", "serial"}));
}

TEST(CasesFile, anything_else_is_an_error) {
    auto other = to_json(small());
    other.replace(other.find("\"version\":1"), 11, "\"version\":2");
    for (const std::string& text :
         {std::string(), std::string("{}"), std::string("{\"version\":1"), other,
          std::string("{\"version\":1,\"files\":[],\"suites\":[],\"cases\":[[\"a\",\"b\",0,0,1,false,[],[]]]}"),
          std::string("{\"version\":1,\"framework\":\"x\"}")}) {
        Diagnostics diagnostics;
        EXPECT_FALSE(discovery_from_json(std::make_shared<const Source>("c.json", text), diagnostics)) << text;
        ASSERT_EQ(diagnostics.errors(), 1U);
        EXPECT_EQ(diagnostics.all().front().message, "this is not a file of cases that this version of Lockstep wrote");
    }
    EXPECT_EQ(markers_in_json("garbage"), Words{});
}

}  // namespace
}  // namespace lockstep
