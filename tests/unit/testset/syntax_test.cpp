// Every complaint, word for word, with its caret.
#include <gtest/gtest.h>

#include <vector>

#include "parsing.hpp"

namespace lockstep {
namespace {

struct Case {
    std::string text;
    std::string complaint;
};

void expect(std::initializer_list<Case> cases) {
    for (const Case& c : cases) EXPECT_EQ(complaint(c.text), c.complaint) << c.text;
}

TEST(TestSetSyntax, operators_and_operands) {
    expect({
        {"label(a) &",
         "-E:1:11: error: expected a predicate at the end [testset-syntax]\n"
         "    1 | label(a) &\n"
         "      |           ^\n"
         "  help: a predicate is written as in label(slow)\n"},
        {"label(a) && label(b)",
         "-E:1:10: error: unexpected '&&' [testset-syntax]\n"
         "    1 | label(a) && label(b)\n"
         "      |          ^^\n"
         "  help: write '&'\n"},
        {"label(a) || label(b)",
         "-E:1:10: error: unexpected '||' [testset-syntax]\n"
         "    1 | label(a) || label(b)\n"
         "      |          ^^\n"
         "  help: write '|'\n"},
        {"label(a) and or label(b)",
         "-E:1:14: error: expected a predicate, found 'or' [testset-syntax]\n"
         "    1 | label(a) and or label(b)\n"
         "      |              ^^\n"
         "  help: a predicate is written as in label(slow)\n"},
        {"label(a) label(b)",
         "-E:1:10: error: expected an operator before 'label' [testset-syntax]\n"
         "    1 | label(a) label(b)\n"
         "      |          ^^^^^\n"
         "  help: join sets with & (both), | (either) or - (the first without the second)\n"},
        {"label(a) AND label(b)",
         "-E:1:10: error: expected an operator, found 'AND' [testset-syntax]\n"
         "    1 | label(a) AND label(b)\n"
         "      |          ^^^\n"
         "  help: operators are written in lower case: and, or, not\n"},
        {"label(a) + label(b)",
         "-E:1:10: error: expected an operator, found '+' [testset-syntax]\n"
         "    1 | label(a) + label(b)\n"
         "      |          ^\n"
         "  help: write '|' for tests of either set\n"},
        {"é",
         "-E:1:1: error: expected a predicate, found 'é' [testset-syntax]\n"
         "    1 | é\n"
         "      | ^\n"
         "  help: a predicate is written as in label(slow)\n"},
        {"",
         "-E:1:1: error: the test set is empty [testset-syntax]\n"
         "  help: all() is every test, none() is no test\n"},
        {"  ",
         "-E:1:1: error: the test set is empty [testset-syntax]\n"
         "    1 |   \n"
         "      | ^^\n"
         "  help: all() is every test, none() is no test\n"},
        {"all() \xFF",
         "-E:1:7: error: the test set is not UTF-8 [testset-syntax]\n"
         "    1 | all() \xEF\xBF\xBD\n"
         "      |       ^\n"},
    });
}

TEST(TestSetSyntax, brackets) {
    expect({
        {"!(label(a) | label(b)",
         "-E:1:22: error: missing ')' [testset-syntax]\n"
         "    1 | !(label(a) | label(b)\n"
         "      |                      ^\n"
         "-E:1:2: note: the '(' is here\n"},
        {"label(a) | name(b",
         "-E:1:18: error: missing ')' [testset-syntax]\n"
         "    1 | label(a) | name(b\n"
         "      |                  ^\n"
         "-E:1:16: note: the '(' is here\n"
         "  help: a bracket that is part of the text is written '\\)'\n"},
        {"name(b\\",
         "-E:1:8: error: missing ')' [testset-syntax]\n"
         "    1 | name(b\\\n"
         "      |        ^\n"
         "-E:1:5: note: the '(' is here\n"
         "  help: a bracket that is part of the text is written '\\)'\n"},
        {"all(",
         "-E:1:5: error: missing ')' [testset-syntax]\n"
         "    1 | all(\n"
         "      |     ^\n"
         "-E:1:4: note: the '(' is here\n"},
        {"name(a(b))",
         "-E:1:10: error: unexpected ')' [testset-syntax]\n"
         "    1 | name(a(b))\n"
         "      |          ^\n"
         "  help: there is no '(' for it; in a matcher's text it is written '\\)'\n"},
        {"(label(a) label(b))",
         "-E:1:11: error: expected an operator before 'label' [testset-syntax]\n"
         "    1 | (label(a) label(b))\n"
         "      |           ^^^^^\n"
         "  help: join sets with & (both), | (either) or - (the first without the second)\n"},
        {"()",
         "-E:1:2: error: expected a predicate, found ')' [testset-syntax]\n"
         "    1 | ()\n"
         "      |  ^\n"
         "  help: a predicate is written as in label(slow)\n"},
    });
}

TEST(TestSetSyntax, predicates) {
    expect({
        {"lable(a)",
         "-E:1:1: error: unknown predicate 'lable' [unknown-predicate]\n"
         "    1 | lable(a)\n"
         "      | ^^^^^\n"
         "  help: did you mean 'label'?\n"},
        {"all() & test(a)",
         "-E:1:9: error: unknown predicate 'test' [unknown-predicate]\n"
         "    1 | all() & test(a)\n"
         "      |         ^^^^\n"
         "  help: did you mean 'name'?\n"},
        {"platform(a)",
         "-E:1:1: error: unknown predicate 'platform' [unknown-predicate]\n"
         "    1 | platform(a)\n"
         "      | ^^^^^^^^\n"
         "  help: the predicates are name, suite, label, dir, source, target, command, marker, phase, service, all, "
         "none\n"},
        {"foundation",
         "-E:1:1: error: 'foundation' is not a predicate [testset-syntax]\n"
         "    1 | foundation\n"
         "      | ^^^^^^^^^^\n"
         "  help: say what should be compared with it, as in label(foundation) or name(foundation)\n"},
        {"Db.*",
         "-E:1:1: error: 'Db' is not a predicate [testset-syntax]\n"
         "    1 | Db.*\n"
         "      | ^^\n"
         "  help: say what should be compared with it, as in name(Db.*)\n"},
        {"(Db* | all())",
         "-E:1:2: error: 'Db' is not a predicate [testset-syntax]\n"
         "    1 | (Db* | all())\n"
         "      |  ^^\n"
         "  help: say what should be compared with it, as in name(Db*)\n"},
        {"label & all()",
         "-E:1:1: error: expected '(' after 'label' [testset-syntax]\n"
         "    1 | label & all()\n"
         "      | ^^^^^\n"
         "  help: what to match follows in brackets, as in label(=text)\n"},
        {"!all",
         "-E:1:2: error: expected '(' after 'all' [testset-syntax]\n"
         "    1 | !all\n"
         "      |  ^^^\n"
         "  help: write all()\n"},
        {"none( x )",
         "-E:1:7: error: none() takes nothing in its brackets [testset-syntax]\n"
         "    1 | none( x )\n"
         "      |       ^\n"},
    });
}

TEST(TestSetSyntax, matchers) {
    const std::string empty_help = "  help: whatever there is matches name(*)\n";
    for (const std::string& matcher : std::vector<std::string>{"", " ", "=", "~ ", "#", "//"}) {
        EXPECT_NE(complaint("name(" + matcher + ")").find("name() needs something to match [testset-syntax]"),
                  std::string::npos)
            << matcher;
    }
    expect({
        {"phase(#)",
         "-E:1:7: error: phase() needs something to match [testset-syntax]\n"
         "    1 | phase(#)\n"
         "      |       ^\n"
         "  help: whatever there is matches phase(*)\n"},
        {"name(//)",
         "-E:1:6: error: name() needs something to match [testset-syntax]\n"
         "    1 | name(//)\n"
         "      |      ^^\n" +
             empty_help},
        {"name()",
         "-E:1:6: error: name() needs something to match [testset-syntax]\n"
         "    1 | name()\n"
         "      |      ^\n" +
             empty_help},
        {"name(/a)",
         "-E:1:6: error: missing '/' at the end of the regular expression [testset-syntax]\n"
         "    1 | name(/a)\n"
         "      |      ^\n"
         "  help: a glob that begins with '/' is written '#/…'\n"},
        {"dir(/usr/lib)",
         "-E:1:10: error: expected ')' after the regular expression [testset-syntax]\n"
         "    1 | dir(/usr/lib)\n"
         "      |          ^\n"
         "  help: a '/' within it is written '\\/'; a glob that begins with '/' is written '#/…'\n"},
        {"name(a\\db)",
         "-E:1:7: error: unknown escape '\\d' [testset-syntax]\n"
         "    1 | name(a\\db)\n"
         "      |       ^^\n"
         "  help: a backslash that means itself is written '\\\\'; a regular expression stands between slashes\n"},
        {"name(\\u{D800})",
         "-E:1:6: error: '\\u' without the number of a character [testset-syntax]\n"
         "    1 | name(\\u{D800})\n"
         "      |      ^^\n"
         "  help: write it in hexadecimal, as in '\\u{E9}'\n"},
    });
    for (const char* escape :
         {"\\u", "\\u{}", "\\u{0}", "\\u{110000}", "\\u{1g}", "\\u{+1}", "\\u{1234567}", "\\u1}"}) {
        EXPECT_NE(complaint("name(" + std::string(escape) + ")").find("'\\u' without"), std::string::npos) << escape;
    }
}

TEST(TestSetSyntax, regular_expressions) {
    const std::string help =
        "  help: the syntax is RE2's (https://github.com/google/re2/wiki/Syntax): no look-around, no "
        "back-references\n";
    expect({
        {"label(x) | name(/^a[b/)",
         "-E:1:20: error: invalid regular expression: missing ]: [b [bad-regex]\n"
         "    1 | label(x) | name(/^a[b/)\n"
         "      |                    ^^\n" +
             help},
        {"name(/a(?=b)/)",
         "-E:1:8: error: invalid regular expression: invalid perl operator: (?= [bad-regex]\n"
         "    1 | name(/a(?=b)/)\n"
         "      |        ^^^\n" +
             help},
        {"name(/(a/)",
         "-E:1:7: error: invalid regular expression: missing ): (a [bad-regex]\n"
         "    1 | name(/(a/)\n"
         "      |       ^^\n" +
             help},
    });
    EXPECT_NE(complaint("name(/((((x{100}){100}){100}){100})/)").find("[bad-regex]"), std::string::npos);
    EXPECT_NE(complaint("name(/\\pL{1000}" + std::string("\\pL{1000}\\pL{1000}") + "/)").find("pattern too large"),
              std::string::npos);
}

TEST(TestSetSyntax, globs) {
    expect({
        {"name(a[b)",
         "-E:1:7: error: invalid glob: '[' without ']' [bad-glob]\n"
         "    1 | name(a[b)\n"
         "      |       ^\n"
         "  help: a bracket that means itself is written '\\['\n"},
        {"name(#a{b,{c})",
         "-E:1:8: error: invalid glob: '{' without '}' [bad-glob]\n"
         "    1 | name(#a{b,{c})\n"
         "      |        ^\n"
         "  help: a brace that means itself is written '\\{'\n"},
        {"name(é}*)",
         "-E:1:8: error: invalid glob: '}' without '{' [bad-glob]\n"
         "    1 | name(é}*)\n"
         "      |       ^\n"
         "  help: a brace that means itself is written '\\}'\n"},
        {"name([z-a])",
         "-E:1:7: error: invalid glob: the range runs backwards [bad-glob]\n"
         "    1 | name([z-a])\n"
         "      |       ^\n"
         "  help: write the lower end first\n"},
    });
    EXPECT_NE(
        complaint("name(" + std::string(1000, '{') + ")").find("more than 50 braces within each other [bad-glob]"),
        std::string::npos);
}

TEST(TestSetSyntax, deep_nesting_is_refused_wherever_it_comes_from) {
    const auto nested = [](std::size_t depth, const std::string& open, const std::string& close) {
        std::string text;
        for (std::size_t i = 0; i < depth; ++i) text += open;
        text += "all()";
        for (std::size_t i = 0; i < depth; ++i) text += close;
        return text;
    };
    EXPECT_EQ(complaint(nested(200, "(", ")")), "");
    EXPECT_EQ(complaint(nested(200, "!", "")), "");
    EXPECT_EQ(complaint(nested(100, "not (", ")")), "");
    for (const std::string& text : std::vector<std::string>{
             nested(201, "(", ")"), nested(201, "!", ""), nested(101, "not (", ")"), nested(300'000, "!", ""),
             std::string(1'000'000, '('), std::string(1'000'000, '!'), nested(300'000, "not ", "")}) {
        EXPECT_NE(complaint(text).find("error: nested more than 200 deep [testset-too-deep]\n"), std::string::npos);
    }
    EXPECT_EQ(complaint(nested(201, "!", "")).substr(0, 9), "-E:1:201:");
}

TEST(TestSetSyntax, a_long_chain_is_not_deep) {
    std::string text = "label(x)";
    for (int i = 0; i < 100'000; ++i) text += i % 2 == 0 ? "|name(=a)" : "&name(=b)";
    EXPECT_EQ(complaint(text), "");
    EXPECT_EQ(match_name(text, "a"), Match::no);
}

TEST(TestSetPlace, points_into_the_file_that_holds_the_expression) {
    const auto source = std::make_shared<Source>("lockstep.toml", "version = 1\ntests = \"label(a) & (\"\n");
    Diagnostics diagnostics;
    EXPECT_FALSE(parse_testset("label(a) & (", {source, 2, 10, 12}, diagnostics));
    EXPECT_EQ(render_text(diagnostics),
              "lockstep.toml:2:22: error: expected a predicate at the end [testset-syntax]\n"
              "    2 | tests = \"label(a) & (\"\n"
              "      |                      ^\n"
              "  help: a predicate is written as in label(slow)\n");
}

TEST(TestSetPlace, follows_an_expression_over_several_lines) {
    const std::string text = "label(a) |\n  lable(b)";
    const auto source = std::make_shared<Source>("lockstep.toml", "tests = \"\"\"" + text + "\"\"\"\n");
    Diagnostics diagnostics;
    EXPECT_FALSE(parse_testset(text, {source, 1, 12, 8}, diagnostics));
    EXPECT_EQ(render_text(diagnostics),
              "lockstep.toml:2:3: error: unknown predicate 'lable' [unknown-predicate]\n"
              "    2 |   lable(b)\"\"\"\n"
              "      |   ^^^^^\n"
              "  help: did you mean 'label'?\n");
}

TEST(TestSetPlace, where_the_file_spells_it_otherwise_the_whole_is_pointed_at) {
    const auto source = std::make_shared<Source>("lockstep.toml", "tests = \"name(/\\\\d[/)\"\n");
    Diagnostics diagnostics;
    EXPECT_FALSE(parse_testset("name(/\\d[/)", {source, 1, 10, 12}, diagnostics));
    EXPECT_EQ(render_text(diagnostics),
              "lockstep.toml:1:10: error: invalid regular expression: missing ]: [ [bad-regex]\n"
              "    1 | tests = \"name(/\\\\d[/)\"\n"
              "      |          ^^^^^^^^^^^^\n"
              "note: at character 9 of 'name(/\\d[/)'\n"
              "  help: the syntax is RE2's (https://github.com/google/re2/wiki/Syntax): no look-around, no "
              "back-references\n");
}

TEST(TestSetPlace, may_be_unknown) {
    Diagnostics diagnostics;
    EXPECT_FALSE(parse_testset("(all()", {}, diagnostics));
    EXPECT_EQ(render_text(diagnostics), "error: missing ')' [testset-syntax]\nnote: at character 7 of '(all()'\n");
}

}  // namespace
}  // namespace lockstep
