// docs/reference/test-sets.md against the parser: what the page shows must be so.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "parsing.hpp"

namespace lockstep {
namespace {

std::string page() {
    const auto top = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path().parent_path();
    std::ifstream in(top / "docs/reference/test-sets.md");
    return {std::istreambuf_iterator<char>(in), {}};
}

/// The first cells, without backticks and Markdown's escapes, of the table below a heading.
std::vector<std::string> first_cells(const std::string& text, const std::string& heading) {
    std::vector<std::string> cells;
    const std::size_t start = text.find("## " + heading + "\n");
    if (start == std::string::npos) return cells;
    const std::size_t end = text.find("\n## ", start + 1);
    for (std::size_t row = text.find("\n| `", start); row < end; row = text.find("\n| `", row + 1)) {
        const std::size_t open = row + 4;
        std::string cell = text.substr(open, text.find("` |", open) - open);
        for (std::size_t at = cell.find("\\|"); at != std::string::npos; at = cell.find("\\|", at)) cell.erase(at, 1);
        cells.push_back(cell);
    }
    return cells;
}

TEST(ReferencePage, its_examples_parse) {
    const std::vector<std::string> examples = first_cells(page(), "Examples");
    ASSERT_GT(examples.size(), 5U);
    for (const std::string& example : examples) EXPECT_EQ(complaint(example), "") << example;
}

TEST(ReferencePage, lists_the_predicates) {
    std::string names;
    for (std::string cell : first_cells(page(), "Predicates")) {
        EXPECT_EQ(complaint(cell), "") << cell;
        names += (names.empty() ? "" : ", ") + cell.substr(0, cell.find('('));
    }
    EXPECT_NE(complaint("platform(x)").find("the predicates are " + names + "\n"), std::string::npos) << names;
}

TEST(ReferencePage, lists_the_errors) {
    const std::vector<std::string> codes = first_cells(page(), "Errors");
    for (const std::string& broken : {std::string("all("), std::string("x(y)"), std::string("name(/[/)"),
                                      std::string("name([)"), std::string(300, '!')}) {
        Diagnostics diagnostics;
        EXPECT_FALSE(parse_testset(broken, {}, diagnostics));
        const std::string& code = diagnostics.all().at(0).code;
        EXPECT_NE(std::find(codes.begin(), codes.end(), code), codes.end()) << code;
    }
    EXPECT_EQ(codes.size(), 5U);
}

}  // namespace
}  // namespace lockstep
