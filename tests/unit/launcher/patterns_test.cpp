#include "launcher/patterns.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace lockstep::launcher {
namespace {

std::string found(const Patterns& patterns, const std::vector<std::string>& pieces) {
    StreamSearch search(patterns);
    for (const auto& piece : pieces) search.take(piece);
    return search.finish();
}

TEST(Patterns, SubstringsInAnyCaseAndRegexes) {
    const Patterns patterns({"Too Many", "/rate.?limit/", "/", "//"});
    EXPECT_EQ(found(patterns, {"x toO mANY"}), "Too Many");
    EXPECT_EQ(found(patterns, {"rate-limit"}), "/rate.?limit/");
    EXPECT_EQ(found(patterns, {"Rate-limit"}), "");
    EXPECT_EQ(found(patterns, {"a / b"}), "/");
    EXPECT_EQ(found(patterns, {}), "");
    EXPECT_EQ(found(patterns, {std::string("\0 too many", 10)}), "Too Many");
    EXPECT_THROW(Patterns({"/(/"}), std::runtime_error);
    EXPECT_TRUE(Patterns({}).empty());
    EXPECT_EQ(found(Patterns({}), {"text"}), "");
}

TEST(Patterns, AnyCutOfATextGivesTheSame) {
    const Patterns patterns({"needle", "/^b.*k$/"});
    const std::string text = "xx NEEdle", whole = "begin middle k";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        EXPECT_EQ(found(patterns, {text.substr(0, cut), text.substr(cut)}), "needle");
    }
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
        EXPECT_EQ(found(patterns, {whole.substr(0, cut), whole.substr(cut)}), "/^b.*k$/");
    }
}

TEST(Patterns, AcrossWindows) {
    const Patterns patterns({"needle", "/n[e]+dl\\d/"});
    for (const std::string needle : {"needle", "neeedl7"}) {
        for (std::size_t shift = 0; shift < 2 * needle.size(); ++shift) {
            const std::string text =
                std::string(StreamSearch::window - needle.size() - 2 + shift, 'x') + needle + std::string(400000, 'y');
            std::vector<std::string> pieces;
            for (std::size_t at = 0; at < text.size(); at += 65536) pieces.push_back(text.substr(at, 65536));
            EXPECT_NE(found(patterns, pieces), "") << shift;
            EXPECT_NE(found(patterns, {text}), "") << shift;
        }
    }
}

TEST(Patterns, AnchorsAndWordsSeeTheWholeStream) {
    const std::string filler(StreamSearch::window, 'x');
    const Patterns begin({"/^y/"}), end({"/x$/"}), lines({"/(?m)^y$/"}), word({"/\\by\\b/"});
    EXPECT_EQ(found(begin, {filler, "y", filler, "y"}), "") << "not where a window begins";
    EXPECT_EQ(found(begin, {"y", filler, filler}), "/^y/");
    EXPECT_EQ(found(end, {filler, filler, "y"}), "") << "not where a window ends";
    EXPECT_EQ(found(end, {filler, filler, "yx"}), "/x$/");
    EXPECT_EQ(found(lines, {filler, "\ny\n", filler, filler}), "/(?m)^y$/");
    EXPECT_EQ(found(lines, {filler, "y", filler, "y"}), "");
    for (std::size_t before = 0; before < 4; ++before) {
        const std::string half(StreamSearch::window / 2 - before, 'x');
        EXPECT_EQ(found(word, {half, "y", half, half, half, half}), "") << before;
        EXPECT_EQ(found(word, {half, " y ", half, half, half, half}), "/\\by\\b/") << before;
        EXPECT_EQ(found(begin, {half, "y", half, half, half, half}), "") << before;
    }
}

}  // namespace
}  // namespace lockstep::launcher
