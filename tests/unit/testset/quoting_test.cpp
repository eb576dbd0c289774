// Text that others wrote, put into an expression: it asks for that text and for no other.
#include <gtest/gtest.h>

#include "../text/nasty_texts.hpp"
#include "parsing.hpp"
#include "text/quote.hpp"
#include "text/utf8.hpp"

namespace lockstep {
namespace {

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto character = first_utf8_character(text);
        if (!character.valid) return false;
        text.remove_prefix(character.bytes);
    }
    return true;
}

TEST(QuoteForTestsets, an_exact_matcher_asks_for_its_text_and_no_other) {
    auto texts = testing::nasty_texts();
    for (const char* more :
         {"  both ends  ", "  ", ")", "a)b", "\\)", "=a", "#a*", "/a/", "~a", "u{41}", "\xE2\x80\xAE", "(", ","}) {
        texts.emplace_back(more);
    }
    std::erase_if(texts, [](const auto& text) { return !is_utf8(text); });
    ASSERT_GT(texts.size(), 300U);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto expression = "name(=" + testset_text(texts[i]) + ") & all()";
        Diagnostics diagnostics;
        const auto parsed = parse_testset(expression, {}, diagnostics);
        ASSERT_TRUE(parsed) << expression;
        TestSubject subject;
        subject.name = texts[i];
        EXPECT_EQ(parsed->matches(subject), Match::yes) << expression;
        const auto& other = texts[(i + 1) % texts.size()];
        subject.name = other;
        if (other != texts[i]) {
            EXPECT_EQ(parsed->matches(subject), Match::no) << expression;
        }
    }
}

TEST(QuoteForTestsets, escapes_no_more_than_needed) {
    EXPECT_EQ(testset_text("Client.Asks twice"), "Client.Asks twice");
    EXPECT_EQ(testset_text(" a b "), "\\ a b\\ ");
    EXPECT_EQ(testset_text("f(x)\\"), "f(x\\)\\\\");
    EXPECT_EQ(testset_text("\n"), "\\u{A}");
    EXPECT_EQ(testset_text(" "), "\\ ");
}

}  // namespace
}  // namespace lockstep
