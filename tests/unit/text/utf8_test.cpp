#include "text/utf8.hpp"

#include <gtest/gtest.h>

namespace lockstep {
namespace {

TEST(Utf8, every_code_point_survives) {
    for (char32_t c = 0; c <= 0x10FFFF; ++c) {
        if (c >= 0xD800 && c <= 0xDFFF) continue;
        std::string text;
        append_utf8(text, c);
        const Utf8Character read = first_utf8_character(text + "x");
        ASSERT_TRUE(read.valid) << static_cast<std::uint32_t>(c);
        ASSERT_EQ(read.code_point, c);
        ASSERT_EQ(read.bytes, text.size());
    }
}

TEST(Utf8, refuses_what_is_not) {
    const std::string_view broken[] = {
        "\x80",              // continuation without a lead
        "\xC0\x80",          // overlong
        "\xC1\xBF",          //
        "\xE0\x9F\xBF",      //
        "\xF0\x8F\xBF\xBF",  //
        "\xED\xA0\x80",      // surrogate
        "\xF4\x90\x80\x80",  // above U+10FFFF
        "\xF8\x88\x80\x80",  //
        "\xFF",              //
        "\xC3",              // cut
        "\xE2\x82",          //
        "\xF0\x9F\x9A",      //
        "\xC3x",             // continuation missing
    };
    for (const std::string_view text : broken) {
        const Utf8Character read = first_utf8_character(text);
        EXPECT_FALSE(read.valid) << printable(text);
        EXPECT_EQ(read.bytes, 1U);
        EXPECT_EQ(read.code_point, U'\xFFFD');
    }
}

TEST(Utf8, the_first_bad_byte_is_found) {
    for (const char* text : {"", "a", "äöü", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf"}) {
        EXPECT_EQ(first_invalid_utf8(text), std::nullopt) << text;
    }
    const std::pair<const char*, std::size_t> cases[] = {
        {"\x80", 0},         {"a\xff", 1},           {"\xc0\x80", 0},         {"\xe0\x80\x80", 0},
        {"\xed\xa0\x80", 0}, {"ab\xe2\x82", 2},      {"\xf4\x90\x80\x80", 0}, {"\xf5\x80\x80\x80", 0},
        {"\xc3(", 0},        {"\xf0\x80\x80\x80", 0}};
    for (const auto& [text, offset] : cases) EXPECT_EQ(first_invalid_utf8(text), offset) << text;
}

TEST(Utf8, knows_columns) {
    EXPECT_EQ(display_columns(U'a'), 1);
    EXPECT_EQ(display_columns(U'é'), 1);
    EXPECT_EQ(display_columns(0x301), 0);
    EXPECT_EQ(display_columns(0x200D), 0);
    EXPECT_EQ(display_columns(U'名'), 2);
    EXPECT_EQ(display_columns(U'한'), 2);
    EXPECT_EQ(display_columns(U'Ａ'), 2);
    EXPECT_EQ(display_columns(U'🚀'), 2);
    EXPECT_EQ(display_columns(0x10FFFF), 1);
}

TEST(Utf8, makes_text_printable) {
    EXPECT_EQ(printable("a\tb\nc\x7F"), "a\\x09b\\x0ac\\x7f");
    EXPECT_EQ(printable("a\tb\nc\r", true), "a\tb\nc\\x0d");
    EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
    EXPECT_EQ(printable("é\xFF"), "é\xEF\xBF\xBD");
}

}  // namespace
}  // namespace lockstep
