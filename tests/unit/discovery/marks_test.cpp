#include "discovery/marks.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "text/render.hpp"

namespace lockstep {
namespace {

using Names = std::vector<std::string>;

LineMarks marks_of(const std::string& text, std::vector<std::uint32_t> lines, const std::string& said = "") {
    Diagnostics diagnostics;
    auto marks = source_marks(std::make_shared<const Source>("t.cpp", text), lines, diagnostics);
    EXPECT_EQ(render_text(diagnostics), said);
    return marks;
}

TEST(SourceMarks, on_the_lines_directly_above) {
    EXPECT_EQ(
        marks_of("// lockstep: serial, slow\nTEST(a, b) {}\n  //lockstep:x.y-z_1\r\n\t// lockstep: w\nTEST(c, d) {}\n"
                 "TEST(e, f) {}\n",
                 {2, 5, 6}),
        (LineMarks{{2, {"serial", "slow"}}, {5, {"x.y-z_1", "w"}}}));
    EXPECT_EQ(marks_of("", {}), LineMarks{});
    EXPECT_EQ(marks_of("// about lockstep: nothing\n/* lockstep: x */\nTEST(a, b) {}", {3}), LineMarks{});
}

TEST(SourceMarks, what_cannot_be_a_marker_is_said) {
    EXPECT_EQ(marks_of("int i;\n// lockstep: two words, ok,\nTEST(a, b) {}\n", {3},
                       "t.cpp:2:14: warning: 'two words' cannot be the name of a marker [bad-mark]\n"
                       "    2 | // lockstep: two words, ok,\n"
                       "      |              ^^^^^^^^^\n"
                       "  help: a marker's name has letters, digits, '_', '.' and '-'; several are separated by ','\n"
                       "t.cpp:2:28: warning: there is no marker here [bad-mark]\n"
                       "    2 | // lockstep: two words, ok,\n"
                       "      |                            ^\n"
                       "  help: a marker's name has letters, digits, '_', '.' and '-'; several are separated by ','\n"),
              (LineMarks{{3, {"ok"}}}));
}

TEST(SourceMarks, a_mark_without_a_test_is_said) {
    const std::string lost =
        "t.cpp:1:1: warning: no test begins on the line below this mark [lost-mark]\n"
        "    1 | // lockstep: a\n      | ^\n"
        "  help: move it to the line directly above TEST(…), TEST_F(…), TEST_P(…), …\n";
    EXPECT_EQ(marks_of("// lockstep: a\n\nTEST(a, b) {}\n", {3}, lost), LineMarks{});
    EXPECT_EQ(marks_of("// lockstep: a\n", {}, lost), LineMarks{});
    // A test of another program, or one that a filter leaves out.
    EXPECT_EQ(marks_of("// lockstep: a\nTEST(a, b) {}\n// lockstep: c\nTYPED_TEST_P(a, b) {}\n", {}), LineMarks{});
}

DiscoveredCase case_at(std::string file, std::uint32_t line) {
    DiscoveredCase one;
    one.file = std::move(file);
    one.line = line;
    return one;
}

TEST(ProgramMarks, belong_to_the_nearest_cases_below) {
    Diagnostics diagnostics;
    const auto marks = read_program_marks(
        std::make_shared<const Source>("marks", "a.cpp\t3\tslow\na.cpp\t5\tserial\na.cpp\t5\tserial\nb\tc.cpp\t1\tx\n"),
        diagnostics);
    std::vector cases{case_at("a.cpp", 5), case_at("a.cpp", 5), case_at("a.cpp", 9), case_at("b\tc.cpp", 1)};
    apply_program_marks(cases, marks, diagnostics);
    EXPECT_EQ(render_text(diagnostics), "");
    EXPECT_EQ(cases[0].markers, (Names{"slow", "serial"}));
    EXPECT_EQ(cases[1].markers, (Names{"slow", "serial"}));
    EXPECT_EQ(cases[2].markers, Names{});
    EXPECT_EQ(cases[3].markers, Names{"x"});
}

TEST(ProgramMarks, what_is_wrong_is_said) {
    Diagnostics diagnostics;
    const auto marks = read_program_marks(
        std::make_shared<const Source>(
            "marks", "garbage\na.cpp\tx\ty\n\t1\ty\na.cpp\t7\todd name\na.cpp\t8\t\na.cpp\t9\tfine\n"),
        diagnostics);
    std::vector cases{case_at("a.cpp", 5)};
    apply_program_marks(cases, marks, diagnostics);
    Names said;
    for (const auto& one : diagnostics.all()) said.push_back(one.place.brief() + " " + one.message);
    const std::string no_line = "this is not a line of file, line and marker, separated by tabs";
    EXPECT_EQ(said,
              (Names{"marks:1 " + no_line, "marks:2 " + no_line, "marks:3 " + no_line,
                     "a.cpp:7 'odd name' cannot be the name of a marker",
                     "a.cpp:8 LOCKSTEP_MARK has an empty name in it", "a.cpp:9 LOCKSTEP_MARK has no test below it"}));
}

}  // namespace
}  // namespace lockstep
