#include <gtest/gtest.h>

#include <random>

#include "parsing.hpp"

namespace lockstep {
namespace {

struct Case {
    std::string_view expression;
    std::vector<std::string_view> matching;
    std::vector<std::string_view> others;
};

void expect_names(std::initializer_list<Case> cases) {
    for (const Case& c : cases) {
        for (const auto name : c.matching)
            EXPECT_EQ(match_name(c.expression, name), Match::yes) << c.expression << " " << name;
        for (const auto name : c.others)
            EXPECT_EQ(match_name(c.expression, name), Match::no) << c.expression << " " << name;
    }
}

void expect_dirs(std::initializer_list<Case> cases) {
    for (const Case& c : cases) {
        for (const auto dir : c.matching)
            EXPECT_EQ(match_dir(c.expression, dir), Match::yes) << c.expression << " " << dir;
        for (const auto dir : c.others)
            EXPECT_EQ(match_dir(c.expression, dir), Match::no) << c.expression << " " << dir;
    }
}

TEST(Matcher, exact_and_contains) {
    expect_names({
        {"name(=a*b)", {"a*b"}, {"axb", "a*b ", ""}},
        {"name(= a b )", {"a b"}, {"a  b", " a b "}},
        {"name(==a)", {"=a"}, {"a"}},
        {"name(a.b)", {"a.b"}, {"axb", "a.bc", "xa.b"}},
        {"name(~a*)", {"a*", "xa*y"}, {"a", "ab"}},
        {"name(~é)", {"café", "éa"}, {"cafe", "\xC3"}},
    });
}

TEST(Matcher, escapes) {
    expect_names({
        {"name(a\\)b)", {"a)b"}, {"a\\"}},
        {"name(=a\\\\)", {"a\\"}, {"a"}},
        {"name(a\\,b)", {"a,b"}, {}},
        {"name(a\\*b)", {"a*b"}, {"axb", "ab"}},
        {"name(\\[a\\]\\{b\\}\\?)", {"[a]{b}?"}, {}},
        {"name(\\=a)", {"=a"}, {"a"}},
        {"name(\\/a)", {"/a"}, {}},
        {"name(\\u{e9}\\u{7FFF})", {"é\xE7\xBF\xBF"}, {"e"}},
        {"name(\\u{2a})", {"*"}, {"a"}},
        {"name(=a\\tb\\r\\n)", {"a\tb\r\n"}, {"a\tb"}},
        {"name(=a\\ )", {"a "}, {"a"}},
        {"name(a(b)", {"a(b"}, {}},
    });
}

TEST(Matcher, globs_of_text) {
    expect_names({
        {"name(*)", {"a", "a/b", "a.b\n", "\xFF", ""}, {}},
        {"name(**)", {"a", ""}, {}},
        {"name(one.*)", {"one.", "one.x", "one.x/y"}, {"one", "xone.x", "One.x"}},
        {"name(*.x)", {".x", "one.x"}, {"one.xy", "x"}},
        {"name(a*b)", {"ab", "axb", "a/b", "abb"}, {"a", "b", "axbc"}},
        {"name(aba*aba)", {"abaaba", "abaxaba"}, {"aba", "ababa"}},
        {"name(*a*)", {"a", "xay"}, {"x"}},
        {"name(a*b*c)", {"abc", "axbyc", "abbcc"}, {"acb", "ab"}},
        {"name(a?c)",
         {"abc", "aéc", "a\nc",
          "a\xFF"
          "c"},
         {"ac", "abbc", "axéc"}},
        {"name(?)", {"a", "é", "🚀", "\xFF"}, {"", "ab"}},
        {"name([abc]x)", {"ax", "cx"}, {"dx", "x", "abx"}},
        {"name([a-c]x)", {"ax", "bx", "cx"}, {"dx", "-x"}},
        {"name([!a-c]x)", {"dx", "éx", "/x"}, {"ax", "x"}},
        {"name([^a]x)", {"bx"}, {"ax"}},
        {"name([]]x)", {"]x"}, {"x"}},
        {"name([!]]x)", {"ax"}, {"]x"}},
        {"name([a-]x)", {"ax", "-x"}, {"bx"}},
        {"name([-a]x)", {"ax", "-x"}, {"bx"}},
        {"name([\\]a]x)", {"]x", "ax"}, {"\\x"}},
        {"name([*]x)", {"*x"}, {"ax"}},
        {"name([à-ü]*)", {"éa", "ü"}, {"e", "z"}},
        {"name({a,b}c)", {"ac", "bc"}, {"abc", "c", "{a,b}c"}},
        {"name({a,}c)", {"ac", "c"}, {"bc"}},
        {"name({a,b{c,d}}e)", {"ae", "bce", "bde"}, {"be", "abce"}},
        {"name({a,b*}.x)", {"a.x", "b.x", "byy.x"}, {"ay.x"}},
        {"name({a\\,b,c})", {"a,b", "c"}, {"a", "b"}},
        {"name(a,b*)", {"a,b", "a,bc"}, {"a", "b"}},
        {"name(a.b+(c|d*)", {"a.b+(c|d", "a.b+(c|dx"}, {"axb+(c|d"}},
        {"name(a]*)", {"a]", "a]x"}, {"a"}},
        {"name(^a$*)", {"^a$", "^a$b"}, {"a"}},
        {"name(\\\\Qa?)", {"\\Qab"}, {"a", "Qab"}},
    });
}

TEST(Matcher, globs_of_paths) {
    expect_dirs({
        {"dir(**)", {".", "a", "a/b"}, {}},
        {"dir(*)", {".", "a"}, {"a/b"}},
        {"dir(.)", {"."}, {"a"}},
        {"dir(tests/api/**)", {"tests/api", "tests/api/v1", "tests/api/v1/x"}, {"tests", "tests/api2", "x/tests/api"}},
        {"dir(tests/*)", {"tests/api"}, {"tests", "tests/api/v1"}},
        {"dir(tests/*/x)", {"tests/a/x"}, {"tests/x", "tests/a/b/x"}},
        {"dir(tests/**/x)", {"tests/x", "tests/a/x", "tests/a/b/x"}, {"tests", "testsx", "tests/ax"}},
        {"dir(**/x)", {"x", "a/x", "a/b/x"}, {"ax", "x/a"}},
        {"dir(a/**/b/**)", {"a/b", "a/x/b", "a/b/c", "a/x/b/y/z"}, {"a", "a/xb"}},
        {"dir(a**b)", {"ab", "axb", "a/b", "ax/yb"}, {"a", "b/a"}},
        {"dir(a/**b)", {"a/b", "a/xb", "a/x/yb"}, {"ab"}},
        {"dir(a?b)", {"axb"}, {"a/b"}},
        {"dir(a[!x]b)", {"ayb"}, {"a/b", "axb"}},
        {"dir({a/**,b})", {"a", "a/x", "a/x/y", "b"}, {"b/x"}},
        {"dir({a/**,b}/c)", {"a/c", "a/x/c", "b/c"}, {"a", "b/x/c"}},
        {"dir({**/a,b}/c)", {"a/c", "x/a/c", "b/c"}, {"x/b/c"}},
        {"dir(tests/[ab]*/**)", {"tests/a", "tests/bx/c"}, {"tests/c", "tests"}},
        {"dir(./tests/)", {"tests"}, {"tests/a"}},
        {"dir(=./tests/)", {"tests"}, {"tests/a"}},
        {"dir(./tests/**)", {"tests", "tests/a"}, {}},
        {"dir(~api)", {"tests/api", "x/apiary/y"}, {"tests"}},
        {"dir(/^tests\\/a/)", {"tests/api"}, {"x/tests/api"}},
        {"dir(caf*)", {"caf\xE9"}, {"caf\xE9/x"}},
    });
    TestSubject subject;
    subject.source = "src/a/x_test.cpp";
    EXPECT_EQ(parsed("source(src/**/*_test.cpp)").matches(subject), Match::yes);
    EXPECT_EQ(parsed("source(src/*_test.cpp)").matches(subject), Match::no);
    subject.target = "a/b";
    EXPECT_EQ(parsed("target(a*b)").matches(subject), Match::yes);
}

TEST(Matcher, regular_expressions) {
    expect_names({
        {"name(/b+/)", {"abc", "b"}, {"ac"}},
        {"name(/^Db/)", {"Db", "DbX"}, {"xDb", "db"}},
        {"name(/x$/)", {"x", "ax"}, {"xa", "x\n"}},
        {"name(/^x$/)", {"x"}, {"xx"}},
        {"name(/^t[.][0-9]*10$/)", {"t.10", "t.110", "t.9910"}, {"t.1", "tx10", "t.x10", "t10"}},
        {"name(/a\\/b/)", {"a/b"}, {"a\\/b"}},
        {"name(/(?i)abc/)", {"ABC"}, {"ab"}},
        {"name(/^a|b$/)", {"ax", "xb"}, {"xax"}},
        {"name(/^é.$/)", {"éa", "é\xFF", "éü"}, {"é", "éab"}},
        {"name(/\\)/)", {")"}, {"("}},
        {"name(/ a /)", {"x a y"}, {"a"}},
    });
}

/// The rules of the reference page, followed one character at a time: slow, and too plain to be wrong.
bool glob_matches(std::string_view glob, std::string_view text, bool path) {
    if (glob.empty()) return text.empty();
    if (glob[0] == '*') {
        const bool deep = !path || glob.substr(0, 2) == "**";
        const std::string_view rest = glob.substr(glob.substr(0, 2) == "**" ? 2 : 1);
        for (std::size_t n = 0; n <= text.size(); ++n) {
            if (glob_matches(rest, text.substr(n), path)) return true;
            if (n < text.size() && !deep && text[n] == '/') return false;
        }
        return false;
    }
    if (text.empty()) return false;
    if (glob[0] == '[') {
        const std::size_t close = glob.find(']');
        const bool negated = glob[1] == '!';
        const bool member = glob.substr(1, close).find(text[0]) != std::string_view::npos;
        return member != negated && !(path && text[0] == '/') &&
               glob_matches(glob.substr(close + 1), text.substr(1), path);
    }
    const bool one = glob[0] == '?' ? !(path && text[0] == '/') : glob[0] == text[0];
    return one && glob_matches(glob.substr(1), text.substr(1), path);
}

TEST(Matcher, random_globs_agree_with_the_plain_rules) {
    const std::string_view pieces[] = {"a", "b", "/", "*", "?", "[ab]", "[!a]", "**b", "a**"};
    std::mt19937 random(7);
    int matched = 0;
    for (int i = 0; i < 4000; ++i) {
        std::string glob = "a";  // keeps a leading '/' from being a regular expression
        for (std::size_t n = random() % 5; n > 0; --n) {
            const std::string_view piece = pieces[random() % std::size(pieces)];
            // `**` beside a slash or a star has rules of its own, tested above.
            const bool beside = piece.starts_with('*') && (glob.ends_with('/') || glob.ends_with('*'));
            const bool behind = glob.ends_with('*') && (piece == "/" || piece.starts_with('*'));
            if (!beside && !behind) glob += piece;
        }
        if (glob.ends_with('/')) glob += 'b';
        std::string text = "a";
        for (std::size_t n = random() % 6; n > 0; --n) text += "ab/"[random() % 3];
        const Match in_text = glob_matches(glob, text, false) ? Match::yes : Match::no;
        const Match in_path = glob_matches(glob, text, true) ? Match::yes : Match::no;
        if (in_text == Match::yes) ++matched;
        ASSERT_EQ(match_name("name(" + glob + ")", text), in_text) << glob << "  " << text;
        ASSERT_EQ(match_dir("dir(" + glob + ")", text), in_path) << glob << "  " << text;
    }
    EXPECT_GT(matched, 400);
}

}  // namespace
}  // namespace lockstep
