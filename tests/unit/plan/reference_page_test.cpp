// docs/reference/plan-file.md against the tables of keys: nothing missing, nothing invented, and its examples are
// plans.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "diagnostic_case.hpp"
#include "plan/keys.hpp"

namespace lockstep {
namespace {

std::string page() {
    std::ifstream file(LOCKSTEP_PLAN_REFERENCE);
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_TRUE(file) << LOCKSTEP_PLAN_REFERENCE;
    return text.str();
}

/// What stands between the first two backquotes.
std::string in_backquotes(const std::string& text) {
    const std::size_t begin = text.find('`');
    if (begin == std::string::npos) return "";
    return text.substr(begin + 1, text.find('`', begin + 1) - begin - 1);
}

std::vector<std::string> cells(const std::string& row) {
    std::vector<std::string> result;
    std::stringstream stream(row.substr(1));
    for (std::string cell; std::getline(stream, cell, '|');) {
        const std::size_t begin = cell.find_first_not_of(' ');
        result.push_back(begin == std::string::npos ? "" : cell.substr(begin, cell.find_last_not_of(' ') - begin + 1));
    }
    return result;
}

using Keys = std::map<std::string, std::string>;  // "[run] workers" → "yes" or "not yet"

Keys keys_of_page() {
    Keys result;
    std::stringstream lines(page());
    std::string table;
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("## ", 0) == 0 || line.rfind("### ", 0) == 0) table = in_backquotes(line);
        if (line.rfind("| `", 0) != 0) continue;
        const auto row = cells(line);
        if (row.size() != 5) continue;  // a table of something else
        const bool is_new = result.emplace(table + " " + in_backquotes(row[0]), row[3]).second;
        EXPECT_TRUE(is_new) << line;
    }
    return result;
}

TEST(ReferencePage, has_exactly_the_keys_of_the_format) {
    Keys known;
    for (const KeyInfo& key : all_keys()) known[key.table + " " + key.key] = key.in_effect ? "yes" : "not yet";
    EXPECT_EQ(keys_of_page(), known);
    EXPECT_GT(known.size(), 60U);
}

TEST(ReferencePage, its_examples_are_plans) {
    const std::string text = page();
    int examples = 0;
    for (std::size_t begin = text.find("```toml\n"); begin != std::string::npos;
         begin = text.find("```toml\n", begin)) {
        begin += 8;
        EXPECT_EQ(
            read_text(text.substr(begin, text.find("```", begin) - begin), {.profile = "ci", .overrides = {}}).text,
            "");
        ++examples;
    }
    EXPECT_EQ(examples, 2);
}

TEST(ReferencePage, its_setting_is_one) {
    const std::string text = page();
    const std::size_t begin = text.rfind("```toml\n") + 8;
    const std::string plan = text.substr(begin, text.find("```", begin) - begin);
    const std::size_t setting = text.find("LOCKSTEP_SET='") + 14;
    ASSERT_LT(setting, text.size());
    const std::string overrides = text.substr(setting, text.find('\'', setting) - setting);
    EXPECT_NE(overrides.find(';'), std::string::npos);
    EXPECT_EQ(read_text(plan, {.profile = {}, .overrides = overrides}).text, "");
}

}  // namespace
}  // namespace lockstep
