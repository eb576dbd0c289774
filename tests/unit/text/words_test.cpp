#include "text/words.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace lockstep {
namespace {

TEST(Words, numbers_go_with_their_nouns) {
    EXPECT_EQ(counted(0, "test"), "0 tests");
    EXPECT_EQ(counted(1, "test"), "1 test");
    EXPECT_EQ(counted(2, "further label"), "2 further labels");
}

TEST(Words, names_are_quoted_and_cannot_break_the_line) {
    EXPECT_EQ(named("a b"), "'a b'");
    EXPECT_EQ(named("a\nb\x1b"), "'a\\x0ab\\x1b'");
}

TEST(Words, long_lists_are_cut_short_with_their_number) {
    const std::vector<std::string> names{"a", "b", "c", "d", "e", "f", "g"};
    EXPECT_EQ(listed({}), "");
    EXPECT_EQ(listed(std::span(names).first(2)), "'a', 'b'");
    EXPECT_EQ(listed(std::span(names).first(3), ", then "), "'a', then 'b', then 'c'");
    EXPECT_EQ(listed(std::span(names).first(5)), "'a', 'b', 'c', 'd', 'e'");
    EXPECT_EQ(listed(names), "'a', 'b', 'c', 'd', 'e' and 2 more");
}

}  // namespace
}  // namespace lockstep
