// Every kind of case that GoogleTest has, and values that are hard to put into names and scripts.
#include <gtest/gtest.h>

#include <string>
#include <tuple>

TEST(Plain, One) {}
TEST(Plain, DISABLED_Off) {
    FAIL();
}
TEST(Plain, Skips) {
    GTEST_SKIP() << "not here";
}
TEST(DISABLED_Suite, Two) {}
struct Fixture : testing::Test {};
TEST_F(Fixture, Three) {}

struct Value : testing::TestWithParam<int> {};
TEST_P(Value, Less) {
    EXPECT_LT(GetParam(), 9);
}
TEST_P(Value, DISABLED_Less) {
    EXPECT_LT(GetParam(), 9);
}
INSTANTIATE_TEST_SUITE_P(Range, Value, testing::Values(1, 2));
INSTANTIATE_TEST_SUITE_P(Named, Value, testing::Values(3, 4),
                         [](const auto& info) { return "n" + std::to_string(info.param); });
INSTANTIATE_TEST_SUITE_P(DISABLED_Instance, Value, testing::Values(5));

struct Text : testing::TestWithParam<std::string> {};
TEST_P(Text, Odd) {}
INSTANTIATE_TEST_SUITE_P(Odd, Text,
                         testing::Values("a b", "x;y", "]==]", "[x", "x]", "q\"q", "$v ${v}", "#", "back\\slash",
                                         "new\nline", "a/b", "", std::string(300, 'z'), "end ", "@p@", "</x>", "'"));

template <class T>
struct Typed : testing::Test {};
using Types = testing::Types<int, std::tuple<int, char>>;
TYPED_TEST_SUITE(Typed, Types);
TYPED_TEST(Typed, A) {}
TYPED_TEST(Typed, DISABLED_B) {}

struct TypeNames {
    template <class T>
    static std::string GetName(int i) {
        return i == 0 ? "zero" : "1st";
    }
};
template <class T>
struct TypedNamed : testing::Test {};
TYPED_TEST_SUITE(TypedNamed, Types, TypeNames);
TYPED_TEST(TypedNamed, A) {}

template <class T>
struct Pattern : testing::Test {};
TYPED_TEST_SUITE_P(Pattern);
TYPED_TEST_P(Pattern, C) {}
REGISTER_TYPED_TEST_SUITE_P(Pattern, C);
INSTANTIATE_TYPED_TEST_SUITE_P(My, Pattern, Types);
