// Text that others wrote, put into a plan: the plan's own reader reads it back.
#include <gtest/gtest.h>

#include "../text/nasty_texts.hpp"
#include "plan/toml_reader.hpp"
#include "text/quote.hpp"
#include "text/utf8.hpp"

namespace lockstep {
namespace {

/// What comes back of bytes that are not UTF-8.
std::string as_utf8(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto character = first_utf8_character(text);
        append_utf8(out, character.code_point);
        text.remove_prefix(character.bytes);
    }
    return out;
}

std::vector<std::string> texts() {
    auto texts = testing::nasty_texts();
    for (const char* more : {"", "'''", "\"\"\"", "back\\slash 'and' quote", "\xE2\x80\xAEright to left", "\xC2\x85",
                             "\b\f", "fs.path", "a_b-c",
                             "\xEF\xBB\xBF"
                             "byte order mark"}) {
        texts.emplace_back(more);
    }
    texts.emplace_back(1, '\0');
    return texts;
}

TEST(QuoteForToml, values_and_keys_come_back) {
    for (const auto& text : texts()) {
        const auto written = toml_key(text) + " = " + toml_string(text) + " # " + printable(text) + "\n";
        EXPECT_EQ(written.find('\n'), written.size() - 1) << written;
        Diagnostics diagnostics;
        const auto document = read_toml(std::make_shared<const Source>("lockstep.toml", written), diagnostics);
        ASSERT_TRUE(document && !diagnostics.has_errors()) << written;
        ASSERT_EQ(document->members.size(), 1U) << written;
        EXPECT_EQ(document->members[0].key, as_utf8(text)) << written;
        EXPECT_EQ(document->members[0].value.text, as_utf8(text)) << written;
    }
}

TEST(QuoteForToml, writes_what_a_person_would) {
    EXPECT_EQ(toml_string("label(unit)"), "\"label(unit)\"");
    EXPECT_EQ(toml_string("it's"), "\"it's\"");
    EXPECT_EQ(toml_string("name(=\"a\")"), "'name(=\"a\")'") << "a literal string needs no escapes";
    EXPECT_EQ(toml_string("\"it's\""), "\"\\\"it's\\\"\"");
    EXPECT_EQ(toml_string("a\\\nb"), "\"a\\\\\\nb\"");
    EXPECT_EQ(toml_string("\x1b[2J\xE2\x80\xAE"), "\"\\u001B[2J\\u202E\"") << "nothing reads otherwise than it is";
    EXPECT_EQ(toml_key("unit-1_b"), "unit-1_b");
    EXPECT_EQ(toml_key("fs.path"), "\"fs.path\"");
    EXPECT_EQ(toml_key(""), "\"\"");
}

}  // namespace
}  // namespace lockstep
