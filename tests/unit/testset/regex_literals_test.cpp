#include "testset/regex_literals.hpp"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <random>

#include "testset/matcher.hpp"

namespace lockstep {
namespace {

struct Case {
    std::string_view pattern;
    std::string_view prefix;
    std::string_view suffix;
    std::optional<std::string> whole;
};

TEST(RegexLiterals, reads_plain_ends_and_gives_up_on_the_rest) {
    const Case cases[] = {
        {"abc", "", "", "abc"},
        {"^abc$", "", "", "abc"},
        {"^a[.]b\\.$", "", "", "a.b."},
        {"^t[.][0-9]*10$", "t.", "10", {}},
        {"^ab*c", "a", "", {}},
        {"ab*cd$", "", "cd", {}},
        {"^aé*é$", "a", "é", {}},
        {"^a(b|c)d$", "a", "d", {}},
        {"^a([)]|\\))d$", "a", "d", {}},
        {"^a.*$", "a", "", {}},
        {"^a\\d+b$", "a", "b", {}},
        {"a.b", "", "", {}},
        {"^a|b$", "", "", {}},
        {"^a{2}b$", "", "", {}},
        {"^(?i)ab$", "", "", {}},
        {"^((?i)a)b$", "", "", {}},
        {"^\\Qa*\\E$", "", "", {}},
        {"^a(\\Q)\\E)b$", "", "", {}},
        {"^a\\x41$", "", "", {}},
        {"^a\\$", "", "", {}},
        {"^*a", "", "", {}},
        {"^a\\bb$", "", "", {}},
        {"^a[[:alpha:]]b$", "a", "b", {}},
        {"^a[]b]c$", "a", "c", {}},
        {"^a[^]b]c$", "a", "c", {}},
        {"^$", "", "", ""},
    };
    for (const Case& c : cases) {
        ASSERT_TRUE(re2::RE2(re2::StringPiece(c.pattern.data(), c.pattern.size()), re2::RE2::Quiet).ok()) << c.pattern;
        const RegexLiterals literals = regex_literals(c.pattern);
        EXPECT_EQ(literals.prefix, c.prefix) << c.pattern;
        EXPECT_EQ(literals.suffix, c.suffix) << c.pattern;
        EXPECT_EQ(literals.whole, c.whole) << c.pattern;
    }
}

TEST(RegexLiterals, matchers_agree_with_re2) {
    const std::string_view pieces[] = {"a", "b", "c",   "^",   "$",  "*",   "+",    "?",    ".",    "|",   "(",   ")",
                                       "[", "]", "[.]", "\\.", "\\", "{2}", "[^a]", "[ab]", "(?i)", "\\Q", "\\d", "é"};
    const std::string_view letters[] = {"a", "b", "c", ".", "A", "2", "é", "$", "\n"};
    std::mt19937 random(11);
    int compared = 0;
    int matched = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::string pattern = random() % 2 == 0 ? "^" : "";
        for (std::size_t n = random() % 6; n > 0; --n) pattern += pieces[random() % std::size(pieces)];
        if (random() % 2 == 0) pattern += '$';
        const re2::RE2 regex(pattern, re2::RE2::Quiet);
        const Matcher::Compiled compiled = Matcher::regex(pattern);
        ASSERT_EQ(compiled.error.empty(), regex.ok()) << pattern;
        if (!regex.ok()) continue;
        for (int j = 0; j < 6; ++j) {
            std::string text;
            for (std::size_t n = random() % 5; n > 0; --n) text += letters[random() % std::size(letters)];
            const bool expected = re2::RE2::PartialMatch(text, regex);
            ASSERT_EQ(compiled.matcher.matches(text), expected) << pattern << "  " << text;
            ++compared;
            if (expected) ++matched;
        }
    }
    EXPECT_GT(compared, 15'000);
    EXPECT_GT(matched, 3'000);
}

}  // namespace
}  // namespace lockstep
