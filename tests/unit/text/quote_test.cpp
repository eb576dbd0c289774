// Each function against the program that reads its language, not against a second idea of the rules.
#include "text/quote.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "nasty_texts.hpp"

namespace lockstep {
namespace {

using testing::nasty_texts;

namespace fs = std::filesystem;

class ScratchDirectory {
public:
    ScratchDirectory() {
        std::string pattern = (fs::temp_directory_path() / "lockstep quote.XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no scratch directory");
        path_ = pattern;
    }
    ~ScratchDirectory() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    ScratchDirectory(const ScratchDirectory&) = delete;
    ScratchDirectory& operator=(const ScratchDirectory&) = delete;

    [[nodiscard]] const fs::path& path() const { return path_; }

    [[nodiscard]] std::string read(const std::string& name) const {
        std::ifstream in(path_ / name, std::ios::binary);
        if (!in) return "<no file " + name + ">";
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void write(const std::string& name, std::string_view text) const {
        std::ofstream(path_ / name, std::ios::binary) << text;
    }
    /// Exit status of a shell command line run in this directory.
    [[nodiscard]] int run(const std::string& command) const {
        return std::system(("cd '" + path_.string() + "' && " + command).c_str());
    }

private:
    fs::path path_;
};

constexpr std::string_view script_head = "cmake_minimum_required(VERSION 3.25)\nset(x wrong)\n";

TEST(QuoteForCMake, arguments_come_back) {
    const ScratchDirectory scratch;
    const std::vector<std::string> texts = nasty_texts();
    std::string script(script_head);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const std::string number = std::to_string(i);
        script += "file(WRITE " + number + ".bracket " + cmake_bracket(texts[i]) + ")\n";
        script += "file(WRITE " + number + ".quoted \"" + cmake_quoted_inside(texts[i]) + "\")\n";
    }
    scratch.write("script.cmake", script);
    ASSERT_EQ(scratch.run("cmake -P script.cmake"), 0);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        EXPECT_EQ(scratch.read(std::to_string(i) + ".bracket"), texts[i]);
        EXPECT_EQ(scratch.read(std::to_string(i) + ".quoted"), texts[i]);
    }
}

TEST(QuoteForCMake, list_elements_come_back_beside_others) {
    const ScratchDirectory scratch;
    std::string script(script_head);
    std::vector<std::string> safe;
    std::string list;
    for (const std::string& text : nasty_texts()) {
        if (!cmake_list_safe(text)) continue;
        safe.push_back(text);
        list += (list.empty() ? "" : ";") + cmake_list_element(text);
    }
    ASSERT_GT(safe.size(), 100U);
    script += "set(list \"" + cmake_quoted_inside(list) + "\")\nset(i 0)\n";
    script +=
        "foreach(element IN LISTS list)\n  file(WRITE ${i} \"${element}\")\n  math(EXPR i \"${i}+1\")\nendforeach()\n";
    script += "file(WRITE count \"${i}\")\n";
    scratch.write("script.cmake", script);
    ASSERT_EQ(scratch.run("cmake -P script.cmake"), 0);
    EXPECT_EQ(scratch.read("count"), std::to_string(safe.size()));
    for (std::size_t i = 0; i < safe.size(); ++i) EXPECT_EQ(scratch.read(std::to_string(i)), safe[i]);
}

TEST(QuoteForCMake, what_is_not_list_safe_swallows_a_neighbour) {
    const ScratchDirectory scratch;
    std::string script(script_head);
    const std::vector<std::string> unsafe{"[", "a]b", "[[]", "ends in \\"};
    for (std::size_t i = 0; i < unsafe.size(); ++i) {
        EXPECT_FALSE(cmake_list_safe(unsafe[i])) << unsafe[i];
        script += "set(list \"" + cmake_quoted_inside("x;" + cmake_list_element(unsafe[i]) + ";y") + "\")\n";
        script += "list(LENGTH list n)\nfile(WRITE " + std::to_string(i) + " \"${n}\")\n";
    }
    scratch.write("script.cmake", script);
    ASSERT_EQ(scratch.run("cmake -P script.cmake"), 0);
    for (std::size_t i = 0; i < unsafe.size(); ++i) EXPECT_EQ(scratch.read(std::to_string(i)), "2") << unsafe[i];
}

TEST(QuoteForCMake, brackets_are_no_deeper_than_needed) {
    EXPECT_EQ(cmake_bracket("a"), "[[a]]");
    EXPECT_EQ(cmake_bracket(""), "[[]]");
    EXPECT_EQ(cmake_bracket("a]]b"), "[=[a]]b]=]");
    EXPECT_EQ(cmake_bracket("a]=]b"), "[[a]=]b]]");
    EXPECT_EQ(cmake_bracket("a]"), "[=[a]]=]");
    EXPECT_EQ(cmake_bracket("a]]b]=]c]"), "[==[a]]b]=]c]]==]");
    EXPECT_EQ(cmake_bracket("\na"), "[[\n\na]]");
    EXPECT_EQ(cmake_bracket("a\r\nb"), "\"a\\r\\nb\"");
}

TEST(QuoteForCMake, is_linear_in_brackets) {
    const std::string many(1'000'000, ']');
    EXPECT_EQ(cmake_bracket(many).size(), many.size() + 6);
    EXPECT_EQ(cmake_bracket("]" + std::string(1'000'000, '=')).substr(0, 2), "[[");
}

TEST(QuoteForCTest, a_regex_matches_its_text_and_no_other) {
    const ScratchDirectory scratch;
    std::vector<std::string> texts = nasty_texts();
    std::string all_printable;
    for (char c = ' '; c <= '~'; ++c) {
        texts.emplace_back(1, c);
        texts.push_back(std::string("a") + c + "b");
        texts.push_back(std::string(1, c) + c);
        all_printable += c;
    }
    texts.push_back(all_printable);
    std::string script(script_head);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const std::string number = std::to_string(i);
        const std::string regex = cmake_quoted_inside("^" + ctest_regex(texts[i]) + "$");
        script += "set(text " + cmake_bracket(texts[i]) + ")\nset(other " +
                  cmake_bracket(texts[(i + 1) % texts.size()]) + ")\nset(regex \"" + regex + "\")\n";
        script +=
            "if(NOT text MATCHES \"${regex}\")\n  message(SEND_ERROR \"" + number + " does not match\")\nendif()\n";
        script += "if(other MATCHES \"${regex}\" AND NOT other STREQUAL text)\n  message(SEND_ERROR \"" + number +
                  " matches the next\")\nendif()\n";
    }
    scratch.write("script.cmake", script);
    EXPECT_EQ(scratch.run("cmake -P script.cmake"), 0);
}

TEST(QuoteForCTest, each_character_matches_only_itself) {
    const ScratchDirectory scratch;
    std::string script(script_head);
    for (char c = ' '; c <= '~'; ++c) {
        const std::string regex = cmake_quoted_inside("^" + ctest_regex(std::string(1, c)) + "$");
        for (char d = ' '; d <= '~'; ++d) {
            script += "set(text \"" + cmake_quoted_inside(std::string(1, d)) + "\")\n";
            script += std::string("if(") + (c == d ? "NOT " : "") + "text MATCHES \"" + regex + "\")\n";
            script += "  message(SEND_ERROR \"" + std::to_string(c) + " and " + std::to_string(d) + "\")\nendif()\n";
        }
    }
    scratch.write("script.cmake", script);
    EXPECT_EQ(scratch.run("cmake -P script.cmake"), 0);
}

TEST(QuoteForShell, words_come_back) {
    const ScratchDirectory scratch;
    const std::vector<std::string> words = nasty_texts();
    std::string expected;
    for (const std::string& word : words) expected += word + '\0';
    scratch.write("script.sh", "printf '%s\\000' " + shell_command(words) + " > out\n");
    ASSERT_EQ(scratch.run("/bin/sh script.sh"), 0);
    EXPECT_EQ(scratch.read("out"), expected);
}

TEST(QuoteForShell, leaves_harmless_words_alone) {
    const std::pair<std::string, std::string> cases[] = {
        {"ctest", "ctest"},
        {"--test-dir", "--test-dir"},
        {"build/a-b_c.d", "build/a-b_c.d"},
        {"--x=y", "--x=y"},
        {"", "''"},
        {"A=b", "'A=b'"},
        {"if", "'if'"},
        {"=ls", "'=ls'"},
        {"a b", "'a b'"},
        {"it's", "'it'\\''s'"},
        {"~", "'~'"},
        {"a\nb", "'a\nb'"},
    };
    for (const auto& [word, expected] : cases) EXPECT_EQ(shell_word(word), expected);
    const std::vector<std::string> words{"ctest", "-R", "^a b$", ""};
    EXPECT_EQ(shell_command(words), "ctest -R '^a b$' ''");
}

TEST(QuoteForMermaid, nothing_ends_the_label_or_becomes_markup) {
    EXPECT_EQ(mermaid_label("phase:core (9 tests)"), "phase:core (9 tests)");
    EXPECT_EQ(mermaid_label("\"<b>#`&\\n"), "#34;#60;b#62;#35;#96;#38;#92;n");
    EXPECT_EQ(mermaid_label("a\nb\tc\x7f"), "a<br/>b c ");
    for (const std::string& text : nasty_texts()) {
        EXPECT_EQ(mermaid_label(text).find_first_of("\"\n\\`"), std::string::npos) << text;
    }
}

}  // namespace
}  // namespace lockstep
