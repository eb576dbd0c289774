// What a gate makes of what is recorded.
#include "commands/recorded.hpp"

#include <gtest/gtest.h>

#include "../os/scratch.hpp"
#include "os/files.hpp"

namespace lockstep {
namespace {

std::optional<RecordedVerdict> verdict(Outcome outcome, const std::string& then, const std::string& now) {
    return recorded_verdict({"test", outcome, 1, then}, now);
}

TEST(RecordedVerdicts, are_all_right_if_it_passed_or_was_skipped) {
    for (const auto outcome : all_outcomes) {
        const auto found = verdict(outcome, "f", "f");
        ASSERT_EQ(found.has_value(), outcome != Outcome::lost) << "of a lost one nothing is known";
        if (!found) continue;
        EXPECT_EQ(found->passed, outcome == Outcome::passed || outcome == Outcome::skipped);
        EXPECT_TRUE(found->unchanged);
    }
}

TEST(RecordedVerdicts, are_of_what_it_was_then) {
    EXPECT_FALSE(verdict(Outcome::passed, "f", "g")->unchanged);
    EXPECT_FALSE(verdict(Outcome::passed, "", "g")->unchanged);
    EXPECT_FALSE(verdict(Outcome::passed, "f", "")->unchanged);
    EXPECT_FALSE(verdict(Outcome::passed, "", "")->unchanged) << "what is not known is equal to nothing";
}

class Verifications : public Scratch {
protected:
    /// Of a program that gets the directory and the session.
    [[nodiscard]] RunTable::Verification verification() const {
        using Kind = OpenWord::Part::Kind;
        const auto word = [](Kind kind, std::string text) { return OpenWord{{{kind, std::move(text)}}}; };
        return {"healthy",
                {word(Kind::text, at("program")), word(Kind::temp_dir, ""), word(Kind::session, "")},
                "lockstep.toml:3"};
    }
};

TEST_F(Verifications, keep_their_fingerprint_from_session_to_session) {
    put("program", "one");
    const auto first = fingerprint_of(verification(), folder(), at("t/1/7"), "s1");
    EXPECT_NE(first, "");
    EXPECT_EQ(fingerprint_of(verification(), folder(), at("t/2/9"), "s2"), first);
    put("program", "two");
    EXPECT_NE(fingerprint_of(verification(), folder(), at("t/1/7"), "s1"), first);
    put("program", "one");
    EXPECT_EQ(fingerprint_of(verification(), folder(), at("t/1/7"), "s1"), first) << "by content";
}

TEST(RecordedHistory, is_not_made_by_looking) {
    Layout layout;
    layout.state = testing::TempDir() + "nowhere";
    EXPECT_FALSE(recorded_history(layout));
    EXPECT_FALSE(os::exists(layout.state));
}

}  // namespace
}  // namespace lockstep
