#include "commands/graph_inputs.hpp"

#include <gtest/gtest.h>

namespace lockstep {
namespace {

using Names = std::vector<std::string>;

GraphInputs inputs(const std::vector<std::pair<std::string, std::string>>& values) {
    GraphInputs made;
    for (const auto& [what, value] : values) made.add(what, value);
    return made;
}

TEST(GraphInputs, the_same_have_the_same_name) {
    const auto name = inputs({{"the plan", "a"}, {"the tests", "b"}}).name();
    EXPECT_EQ(name.size(), 16U);
    EXPECT_EQ(name.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_EQ(inputs({{"the plan", "a"}, {"the tests", "b"}}).name(), name);
    EXPECT_NE(inputs({{"the plan", "a"}, {"the tests", "c"}}).name(), name);
    EXPECT_NE(inputs({{"the plan", "b"}, {"the tests", "a"}}).name(), name);
    EXPECT_NE(inputs({{"the plan", "a"}}).name(), name);
    EXPECT_NE(inputs({{"the plan", ""}, {"the tests", "b"}}).name(), inputs({{"the tests", "b"}}).name())
        << "an empty value is one";
}

TEST(GraphInputs, tell_what_has_changed) {
    const auto before = inputs({{"the plan", "a"}, {"LOCKSTEP_SET", ""}, {"the tests", "b"}}).to_json();
    EXPECT_EQ(inputs({{"the plan", "a"}, {"LOCKSTEP_SET", ""}, {"the tests", "b"}}).changed_since(before), Names{});
    EXPECT_EQ(inputs({{"the plan", "A"}, {"LOCKSTEP_SET", ""}, {"the tests", "B"}}).changed_since(before),
              (Names{"the plan", "the tests"}));
    EXPECT_EQ(inputs({{"environment variable X", ""}, {"the tests", "b"}}).changed_since(before),
              Names{"environment variable X"})
        << "one more";
    for (const auto* other : {"", "[]", "7", "{", R"({"the plan": 7})"})
        EXPECT_EQ(inputs({{"the plan", "a"}}).changed_since(other), Names{"the plan"}) << other;
}

TEST(GraphInputs, keep_no_value) {
    EXPECT_EQ(inputs({{"environment variable TOKEN", "secret"}}).to_json().find("secret"), std::string::npos);
}

}  // namespace
}  // namespace lockstep
