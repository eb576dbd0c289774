#include "text/render.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace lockstep {
namespace {

SourcePtr plan(std::string text) {
    return std::make_shared<Source>("lockstep.toml", std::move(text));
}

/// The one error `message` [a-code], at a stretch of the first line.
std::string rendered(std::string line, std::uint32_t column, std::uint32_t length, RenderOptions options = {}) {
    Diagnostics diagnostics;
    diagnostics.error({plan(std::move(line)), 1, column, length}, "a-code", "message");
    return render_text(diagnostics, options);
}

TEST(RenderText, shows_line_caret_notes_and_help) {
    const SourcePtr source =
        plan(std::string(11, '\n') + "use = { db_conection = 1 }\n" + std::string(27, '\n') + "[pool.db_connection]\n");
    Diagnostics diagnostics;
    Diagnostic diagnostic{Severity::error, "unknown pool 'db_conection'", "unknown-pool", {source, 12, 9, 12}};
    diagnostic.notes.push_back({"pool 'db_connection' is declared here", {source, 40, 7, 13}});
    diagnostic.help = "did you mean 'db_connection'?";
    diagnostics.report(diagnostic);
    EXPECT_EQ(render_text(diagnostics),
              "lockstep.toml:12:9: error: unknown pool 'db_conection' [unknown-pool]\n"
              "   12 | use = { db_conection = 1 }\n"
              "      |         ^^^^^^^^^^^^\n"
              "lockstep.toml:40:7: note: pool 'db_connection' is declared here\n"
              "  help: did you mean 'db_connection'?\n");
}

TEST(RenderText, without_a_place_there_is_no_line) {
    Diagnostics diagnostics;
    Diagnostic diagnostic{Severity::warning, "no tests", "no-tests"};
    diagnostic.notes.push_back({"first\nsecond", {}});
    diagnostic.help = "add some";
    diagnostics.report(diagnostic);
    EXPECT_EQ(render_text(diagnostics), "warning: no tests [no-tests]\nnote: first\nsecond\n  help: add some\n");
}

TEST(RenderText, of_nothing_is_nothing) {
    EXPECT_EQ(render_text(Diagnostics{}), "");
}

TEST(RenderText, an_empty_line_is_not_shown) {
    EXPECT_EQ(rendered("", 1, 1), "lockstep.toml:1:1: error: message [a-code]\n");
}

struct CaretCase {
    std::string_view what;
    std::string line;
    std::uint32_t column;
    std::uint32_t length;
    std::string_view shown;
    std::string_view carets;
};

TEST(RenderText, carets_stand_below_their_text) {
    const CaretCase cases[] = {
        {"plain", "ab = cd", 6, 2, "ab = cd", "     ^^"},
        {"tabs stay tabs", "\tab\t= cd", 6, 1, "\tab\t= cd", "\t  \t ^"},
        {"a wide character before", "名 = x", 7, 1, "名 = x", "     ^"},
        {"a wide character below", "a = 名前", 5, 6, "a = 名前", "    ^^^^"},
        {"an emoji", "🚀x", 5, 1, "🚀x", "  ^"},
        {"a combining character", "e\xCC\x81x", 4, 1, "e\xCC\x81x", " ^"},
        {"a byte that is not UTF-8", "\xFFx", 2, 1, "\xEF\xBF\xBDx", " ^"},
        {"a cut character at the end", "x\xE5\x90", 2, 2, "x\xEF\xBF\xBD\xEF\xBF\xBD", " ^^"},
        {"a control before", "\x1b[1mx", 5, 1, "\\x1b[1mx", "       ^"},
        {"a control below", "a\x07", 2, 1, "a\\x07", " ^^^^"},
        {"a C1 control",
         "a\xC2\x9B"
         "b",
         4, 1, "a\\u{9b}b", "       ^"},
        {"a bidirectional control", "\xE2\x80\xAEx", 4, 1, "\\u{202e}x", "        ^"},
        {"behind the end", "ab", 3, 1, "ab", "  ^"},
        {"far behind the end", "ab", 90, 5, "ab", "  ^"},
        {"longer than the line", "abcd", 3, 50, "abcd", "  ^^"},
        {"length 0", "abcd", 3, 0, "abcd", "  ^"},
        {"column 0", "abcd", 0, 2, "abcd", "^^"},
    };
    for (const CaretCase& c : cases) {
        std::string expected = "lockstep.toml:1:" + std::to_string(c.column) + ": error: message [a-code]\n    1 | ";
        expected += c.shown;
        expected += "\n      | ";
        expected += c.carets;
        EXPECT_EQ(rendered(c.line, c.column, c.length), expected + "\n") << c.what;
    }
}

TEST(RenderText, shows_a_long_line_in_part) {
    const std::string line = std::string(1000, 'a') + "HERE" + std::string(100'000, 'b');
    EXPECT_EQ(rendered(line, 1001, 4), "lockstep.toml:1:1001: error: message [a-code]\n    1 | …" +
                                           std::string(60, 'a') + "HERE" + std::string(96, 'b') + "…\n      |  " +
                                           std::string(60, ' ') + "^^^^\n");
}

TEST(RenderText, cuts_a_long_line_between_characters) {
    std::string line;
    for (int i = 0; i < 200; ++i) line += "名";
    EXPECT_EQ(rendered(line, 301, 3).find("\xEF\xBF\xBD"), std::string::npos);
}

TEST(RenderText, escapes_controls_outside_the_line_too) {
    Diagnostics diagnostics;
    const auto source = std::make_shared<Source>("a\x1b[2Jb\n", "x");
    diagnostics.error({source, 1, 1, 1}, "a-code", "bad name '\x1b[31m'", "rename '\x07'");
    EXPECT_EQ(render_text(diagnostics),
              "a\\x1b[2Jb\\x0a:1:1: error: bad name '\\x1b[31m' [a-code]\n"
              "    1 | x\n"
              "      | ^\n"
              "  help: rename '\\x07'\n");
}

TEST(RenderText, sorts_by_place_and_says_each_thing_once) {
    const SourcePtr b = std::make_shared<Source>("b", "");
    const SourcePtr a = std::make_shared<Source>("a", "");
    Diagnostics diagnostics;
    diagnostics.error({b, 1, 1, 1}, "x", "b1");
    diagnostics.error({a, 10, 1, 1}, "x", "a10");
    diagnostics.error({a, 9, 5, 1}, "x", "a9-5");
    diagnostics.error({a, 9, 4, 1}, "y", "reported first");
    diagnostics.error({a, 9, 4, 1}, "x", "reported second");
    diagnostics.error({a, 9, 4, 1}, "y", "reported first");
    diagnostics.error({}, "x", "everywhere");
    EXPECT_EQ(render_text(diagnostics),
              "error: everywhere [x]\n"
              "a:9:4: error: reported first [y]\n"
              "a:9:4: error: reported second [x]\n"
              "a:9:5: error: a9-5 [x]\n"
              "a:10:1: error: a10 [x]\n"
              "b:1:1: error: b1 [x]\n");
}

TEST(RenderText, different_notes_make_different_diagnostics) {
    Diagnostics diagnostics;
    for (const char* note : {"one", "two", "one"}) {
        Diagnostic diagnostic{Severity::error, "m", "x"};
        diagnostic.notes.push_back({note, {}});
        diagnostics.report(diagnostic);
    }
    EXPECT_EQ(render_text(diagnostics), "error: m [x]\nnote: one\nerror: m [x]\nnote: two\n");
}

TEST(RenderText, counts_what_is_beyond_the_limit) {
    Diagnostics diagnostics;
    for (int i = 0; i < 5; ++i) diagnostics.error({}, "x", "error " + std::to_string(i));
    diagnostics.error({}, "x", "error 0");
    EXPECT_EQ(render_text(diagnostics, {.colour = false, .limit = 2}),
              "error: error 0 [x]\nerror: error 1 [x]\n… and 3 more\n");
    EXPECT_EQ(render_text(diagnostics, {.colour = false, .limit = 5}).find("more"), std::string::npos);
}

TEST(RenderText, warnings_never_push_an_error_out) {
    Diagnostics diagnostics;
    const SourcePtr a = std::make_shared<Source>("a", "");
    for (std::uint32_t line = 1; line <= 3; ++line) diagnostics.warning({a, line, 1, 1}, "w", "warning");
    diagnostics.error({a, 9, 1, 1}, "x", "error");
    EXPECT_EQ(render_text(diagnostics, {.colour = false, .limit = 2}),
              "a:1:1: warning: warning [w]\na:9:1: error: error [x]\n… and 2 more\n");
}

TEST(RenderText, colours_if_asked) {
    EXPECT_EQ(rendered("ab", 2, 1, {.colour = true, .limit = 20}),
              "\x1b[1mlockstep.toml:1:2:\x1b[0m \x1b[1;31merror:\x1b[0m message [a-code]\n"
              "    1 | ab\n"
              "      |  \x1b[1;31m^\x1b[0m\n");
}

TEST(RenderJson, has_every_field) {
    Diagnostics diagnostics;
    const SourcePtr source = plan("ab");
    Diagnostic diagnostic{Severity::warning, "m", "c", {source, 1, 2, 1}};
    diagnostic.notes.push_back({"n", {source, 1, 1, 1}});
    diagnostic.notes.push_back({"o", {}});
    diagnostic.help = "h";
    diagnostics.report(diagnostic);
    diagnostics.error({}, "d", "e");
    const auto expected = nlohmann::json::parse(R"({"diagnostics": [
        {"severity": "error", "code": "d", "message": "e", "file": null, "line": null, "column": null,
         "length": null, "notes": [], "help": null},
        {"severity": "warning", "code": "c", "message": "m", "file": "lockstep.toml", "line": 1, "column": 2,
         "length": 1, "help": "h", "notes": [
           {"message": "n", "file": "lockstep.toml", "line": 1, "column": 1, "length": 1},
           {"message": "o", "file": null, "line": null, "column": null, "length": null}]}]})");
    const std::string text = render_json(diagnostics);
    EXPECT_EQ(nlohmann::json::parse(text), expected);
    EXPECT_EQ(text.back(), '\n');
}

TEST(RenderJson, is_never_cut_and_always_json) {
    Diagnostics diagnostics;
    for (int i = 0; i < 50; ++i) diagnostics.error({}, "x", "\xFF\x01\"" + std::to_string(i));
    const auto list = nlohmann::json::parse(render_json(diagnostics)).at("diagnostics");
    ASSERT_EQ(list.size(), 50U);
    EXPECT_EQ(list[7].at("message"), "\xEF\xBF\xBD\x01\"7");
    EXPECT_EQ(nlohmann::json::parse(render_json(Diagnostics{})), nlohmann::json::parse(R"({"diagnostics": []})"));
}

}  // namespace
}  // namespace lockstep
