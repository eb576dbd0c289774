#include "text/suggest.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace lockstep {
namespace {

struct Case {
    std::string_view word;
    std::optional<std::string> expected;
};

TEST(Nearest, finds_what_was_meant) {
    const std::vector<std::string> candidates{"db_connection", "serial", "label", "live", "name", "käse"};
    const Case cases[] = {
        {"db_conection", "db_connection"},   // a letter left out
        {"db_conenction", "db_connection"},  // two swapped
        {"seriall", "serial"},               // one too many
        {"Serial", "serial"},
        {"lbael", "label"},
        {"lxve", "live"},
        {"nmae", "name"},
        {"label", "label"},
        {"exclusive", std::nullopt},
        {"lab", std::nullopt},  // two of three letters
        {"", std::nullopt},
    };
    for (const Case& c : cases) EXPECT_EQ(nearest(c.word, candidates), c.expected) << c.word;
}

TEST(Nearest, allows_a_third_of_the_word) {
    const std::vector<std::string> candidates{"abcdefghi"};
    EXPECT_EQ(nearest("abcdefxyz", candidates), "abcdefghi");
    EXPECT_EQ(nearest("abcdewxyz", candidates), std::nullopt);
}

TEST(Nearest, takes_the_nearer_and_the_first_of_equals) {
    const std::vector<std::string> candidates{"integratiom", "integratioz", "integration"};
    EXPECT_EQ(nearest("integratio", candidates), "integratiom");
    EXPECT_EQ(nearest("integrations", candidates), "integration");
}

TEST(Nearest, a_word_with_nothing_in_common_is_not_meant) {
    const std::vector<std::string> candidates{"b", "xa"};
    EXPECT_EQ(nearest("a", candidates), "xa");
    EXPECT_EQ(nearest("c", candidates), std::nullopt);
}

TEST(Nearest, a_swap_is_one_step) {
    const std::vector<std::string> candidates{"ba"};
    EXPECT_EQ(nearest("ab", candidates), "ba");
}

}  // namespace
}  // namespace lockstep
