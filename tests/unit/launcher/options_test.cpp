#include "launcher/options.hpp"

#include <gtest/gtest.h>

namespace lockstep::launcher {
namespace {

std::optional<Options> read(std::vector<std::string> words, std::string& error) {
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    return read_options(static_cast<int>(arguments.size()), arguments.data(), error);
}

TEST(Options, AreReadAsTheOverlayWritesThem) {
    std::string error;
    const auto options =
        read({"x", "--table", "/b/t", "--kind", "12", "--test", "7", "--name", "--", "--", "p", "--kind", ""}, error);
    ASSERT_TRUE(options) << error;
    EXPECT_EQ(options->table, "/b/t");
    EXPECT_EQ(options->kind, 12U);
    EXPECT_EQ(options->test, "7");
    EXPECT_EQ(options->name, "--");
    EXPECT_EQ(options->command, (std::vector<std::string>{"p", "--kind", ""}));
}

TEST(Options, AnyOtherCommandLineIsRefused) {
    const std::vector<std::string> whole{"x", "--table", "t", "--kind", "1", "--test", "7", "--name", "n", "--", "p"};
    for (std::size_t left_out = 1; left_out < whole.size(); ++left_out) {
        auto words = whole;
        words.erase(words.begin() + static_cast<std::ptrdiff_t>(left_out));
        std::string error;
        EXPECT_FALSE(read(words, error)) << whole[left_out];
        EXPECT_FALSE(error.empty());
    }
    for (const auto* number : {"-1", "1x", "", " 1", "99999999999999999999"}) {
        for (const std::size_t position : {4U, 6U}) {
            auto words = whole;
            words[position] = number;
            std::string error;
            EXPECT_FALSE(read(words, error)) << number;
        }
    }
}

}  // namespace
}  // namespace lockstep::launcher
