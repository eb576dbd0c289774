#include "runtime/flat.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace lockstep::runtime {
namespace {

TEST(Flat, AnyBytesComeBack) {
    std::string all;
    for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
    for (const auto& text : {all, std::string(), std::string("\\t"), std::string("\\\\\t\n\x1e")}) {
        std::string written;
        append_escaped(written, text);
        EXPECT_EQ(written.find_first_of("\t\n\x1e"), std::string::npos);
        EXPECT_EQ(unescaped(written), text);
    }
}

TEST(Flat, EscapesThatNobodyWritesAreRefused) {
    for (const auto* text : {"\\", "\\x", "a\\", "\t", "\n", "\x1e"}) {
        EXPECT_THROW(static_cast<void>(unescaped(text)), FlatError) << text;
    }
    EXPECT_THROW(static_cast<void>(unescaped(std::string("\\\0", 2))), FlatError);
}

TEST(Flat, NumbersAreStrict) {
    const FlatLine line{"key", {"12", "-1", "012", " 1", "1 ", "", "+1", "9223372036854775808", "0.5", "1e400", "nan"}};
    EXPECT_EQ(line.number(0, 12, 12), 12);
    EXPECT_EQ(line.number(1, -1), -1);
    EXPECT_THROW(static_cast<void>(line.number(0, 13)), FlatError);
    EXPECT_THROW(static_cast<void>(line.number(0, 0, 11)), FlatError);
    EXPECT_THROW(static_cast<void>(line.number(1, 0)), FlatError);
    for (std::size_t i = 2; i < line.fields.size(); ++i) {
        EXPECT_THROW(static_cast<void>(line.number(i, std::numeric_limits<std::int64_t>::min())), FlatError) << i;
    }
    EXPECT_EQ(line.real(8, 0), 0.5);
    EXPECT_EQ(line.real(0, 0), 12);
    for (const std::size_t i : {2U, 3U, 4U, 5U, 6U, 9U, 10U}) {
        EXPECT_THROW(static_cast<void>(line.real(i, 0)), FlatError) << i;
    }
    EXPECT_THROW(static_cast<void>(line.flag(0)), FlatError);
    for (const double number : {0.1, 1.0 / 3, 1e300, 5e-324, 200.0}) {
        EXPECT_EQ((FlatLine{"key", {number_text(number)}}.real(0, 0)), number);
    }
}

}  // namespace
}  // namespace lockstep::runtime
