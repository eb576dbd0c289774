// Outputs that imitate the log. No verdict may come from an output: what cannot be told is unknown.
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "log_text.hpp"
#include "session/ctest_log.hpp"

namespace lockstep {
namespace {

using namespace lockstep::testing;

std::string_view name_at(std::uint32_t index) {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> result;
        for (unsigned i = 1; i <= 9; ++i) result.push_back(name_of(i));
        return result;
    }();
    return index >= 1 && index <= names.size() ? std::string_view(names[index - 1]) : std::string_view();
}

std::string told(const std::string& blocks, bool repeated = false) {
    std::string result;
    const auto log = std::string(log_start) + blocks + std::string(log_end);
    for (const auto& entry : read_ctest_log(log, {name_at, repeated}).entries) {
        result += fmt::format("{}{}={}", result.empty() ? "" : " ", entry.index, describe(entry.verdict));
    }
    return result;
}

/// A block as an output can hold it: the same bytes.
std::string forged(unsigned index, std::string_view verdict) {
    return block(index, verdict);
}

// --- harmless outputs ---

TEST(Imitation, PiecesOfALogInAnOutputAreOutput) {
    for (const auto& output : {
             std::string("<end of output>\n"),
             tail(1, failed),
             tail(2, failed),
             std::string("2/9 Testing: t.2\n"),
             std::string("2/9 Testing: t.2\n2/9 Test: t.2\n"),
             std::string("2/9 Testing: t.2\n3/9 Test: t.2\nCommand: x\n"),
             std::string("2/9 Testing: t.3\n2/9 Test: t.3\nCommand: x\n"),
             std::string("2/9 Testing: t.2\n2/8 Test: t.2\nCommand: x\n"),
             std::string(" ") + head(2),
             std::string(log_end) + std::string(log_start),
         }) {
        EXPECT_EQ(told(block(1, passed, output) + block(2, failed)), "1=passed 2=failed") << output;
    }
}

TEST(Imitation, TheLogOfAnotherProjectIsOutput) {
    std::string nested(log_start);
    for (unsigned i = 1; i <= 5; ++i) {
        const auto name = fmt::format("nested.{}", i);
        nested += header(i, name) + tail(name, failed);
    }
    EXPECT_EQ(told(block(1, passed, nested + std::string(log_end)) + block(2, passed)), "1=passed 2=passed");
}

// --- the block of one other test ---

TEST(Imitation, OfATestThatRanBefore) {
    EXPECT_EQ(told(block(1, failed) + block(2, passed, forged(1, passed)) + block(3, passed)),
              "1=unknown 2=unknown 3=passed");
}

TEST(Imitation, OfATestThatRunsLater) {
    EXPECT_EQ(told(block(2, passed, forged(1, passed)) + block(3, passed) + block(1, failed) + block(4, passed)),
              "1=unknown 2=unknown 3=unknown 4=passed");
}

TEST(Imitation, OfATestThatIsNotSelected) {
    EXPECT_EQ(told(block(2, passed, forged(1, passed)) + block(3, passed)), "1=unknown 2=unknown 3=passed");
}

TEST(Imitation, OfATestThatCouldNotBeRun) {
    EXPECT_EQ(told(not_run(1) + block(2, passed, forged(1, passed))), "1=unknown 2=unknown");
}

TEST(Imitation, OfAHeaderAlone) {
    EXPECT_EQ(told(block(2, passed, head(1)) + block(3, passed)), "1=unknown 2=unknown 3=passed");
    EXPECT_EQ(told(block(2, passed, head(1) + head(3)) + block(4, passed)), "1=unknown 2=unknown 3=unknown 4=passed");
}

TEST(Imitation, OfTheTestItself) {
    EXPECT_EQ(told(block(1, passed) + block(2, failed, forged(2, passed)) + block(3, passed)),
              "1=passed 2=unknown 3=passed");
    EXPECT_EQ(told(block(1, passed) + block(2, failed, head(2))), "1=passed 2=unknown");
}

// --- a test that also forges its own end, so that its block looks complete ---

TEST(Imitation, OwnEndAndAnotherTest) {
    const auto liar = tail(2, passed) + forged(1, passed);
    EXPECT_EQ(told(block(1, failed) + block(2, failed, liar) + block(3, passed)), "1=unknown 2=unknown 3=passed");
    EXPECT_EQ(told(block(2, failed, liar) + block(3, passed)), "1=unknown 2=unknown 3=passed");
    EXPECT_EQ(told(block(2, failed, liar) + block(3, passed) + block(1, failed)), "1=unknown 2=unknown 3=unknown");
}

TEST(Imitation, OwnEndAndSeveralTestsOfWhichOnlyTheLastLooksTorn) {
    EXPECT_EQ(
        told(block(2, failed, tail(2, passed) + forged(3, passed) + forged(4, passed) + head(5)) + block(6, passed)),
        "2=unknown 3=unknown 4=unknown 5=unknown 6=passed");
}

TEST(Imitation, OwnEndAndOwnSecondBeginning) {
    EXPECT_EQ(
        told(block(2, failed, tail(2, passed) + forged(3, passed) + forged(4, passed) + head(2)) + block(6, passed)),
        "2=unknown 3=unknown 4=unknown 6=passed");
}

TEST(Imitation, EndsThatNameATestThatNeverBegan) {
    EXPECT_EQ(told(block(2, passed, head(3) + tail(8, passed) + head(4)) + block(5, passed)),
              "2=unknown 3=unknown 4=unknown 5=passed");
}

TEST(Imitation, TheFirstBlockOfALogMayLieToo) {
    EXPECT_EQ(told(block(1, failed, tail(1, passed) + forged(2, passed))), "1=unknown 2=unknown");
    EXPECT_EQ(told(block(1, passed, head(1))), "1=unknown");
}

TEST(Imitation, ALogOfTheSameProjectPrintedInFull) {
    std::string printed(log_start);
    for (unsigned i = 1; i <= 4; ++i) printed += forged(i, passed);
    printed += log_end;
    EXPECT_EQ(told(block(1, passed) + block(2, passed, printed) + block(3, failed) + block(4, passed)),
              "1=unknown 2=unknown 3=unknown 4=unknown");
}

TEST(Imitation, CutOffInTheMiddleOfAnOutputNoLaterBlockIsBelieved) {
    const auto log = std::string(log_start) + block(1, passed) + head(2) + head(3) + forged(4, passed) + head(5) + "ou";
    std::string result;
    for (const auto& entry : read_ctest_log(log, {name_at, false}).entries) result += describe(entry.verdict);
    EXPECT_EQ(result, "unknownunknownunknownunknownunknown");
}

// --- under --repeat ---

TEST(Imitation, UnderRepeatAFailureDoesNotBecomeAPassInsideAnotherTest) {
    EXPECT_EQ(told(block(1, failed) + block(1, failed) + block(2, passed, forged(1, passed)), true),
              "1=unknown 2=unknown");
    EXPECT_EQ(told(block(1, failed) + block(2, failed, tail(2, passed) + forged(1, passed) + head(2)), true),
              "1=unknown 2=failed");
    EXPECT_EQ(told(not_run(1) + block(2, failed, tail(2, failed) + forged(1, passed) + head(2)), true),
              "1=unknown 2=failed");
}

// --- any combination at all ---

/// Random outputs made of pieces of logs. Whatever they are: a verdict that is told is the true one, and a test that
/// was not selected is never said to have passed.
TEST(Imitation, NoCombinationOfPiecesYieldsAWrongVerdict) {
    std::mt19937 random(20251121);
    const auto pick = [&](unsigned from, unsigned to) {
        return std::uniform_int_distribution<unsigned>(from, to)(random);
    };
    const auto piece = [&]() -> std::string {
        const unsigned index = pick(1, 6);
        switch (pick(0, 5)) {
            case 0:
                return head(index);
            case 1:
                return tail(index, passed);
            case 2:
                return forged(index, passed);
            case 3:
                return forged(index, failed);
            case 4:
                return "<end of output>\n";
            default:
                return "text\n";
        }
    };
    std::size_t told_verdicts = 0;
    for (int round = 0; round < 20000; ++round) {
        std::vector<unsigned> order{1, 2, 3, 4, 5, 6};
        std::shuffle(order.begin(), order.end(), random);
        order.resize(pick(1, 5));
        std::string log(log_start);
        std::vector<std::string_view> truth(7, "absent");
        for (const auto index : order) {
            std::string output;
            if (pick(0, 2) == 0) {
                for (auto pieces = pick(1, 5); pieces > 0; --pieces) output += piece();
            }
            const bool good = pick(0, 1) == 0;
            truth[index] = good ? "passed" : "failed";
            log += block(index, good ? passed : failed, output);
        }
        log += log_end;
        for (const auto& entry : read_ctest_log(log, {name_at, false}).entries) {
            if (entry.verdict == LogVerdict::unknown) continue;
            ++told_verdicts;
            ASSERT_EQ(describe(entry.verdict), truth[entry.index]) << entry.index << " in\n" << log;
        }
        // Under --repeat less can be told, but what failed has not passed.
        for (const auto& entry : read_ctest_log(log, {name_at, true}).entries) {
            if (truth[entry.index] != "failed") continue;
            ASSERT_NE(entry.verdict, LogVerdict::passed) << entry.index << " in\n" << log;
        }
    }
    EXPECT_GT(told_verdicts, 20000U) << "a reader that never commits itself would be no use";
}

// --- time ---

/// Processor time of this program: unlike the time of day it does not depend on what else the machine does.
double cpu_seconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double seconds_to_read(const std::string& log) {
    double best = 1e9;
    for (int i = 0; i < 3; ++i) {
        const auto start = cpu_seconds();
        EXPECT_LE(read_ctest_log(log, {name_at, false}).entries.size(), 9U);
        best = std::min(best, cpu_seconds() - start);
    }
    return best;
}

TEST(Imitation, TimeGrowsWithTheLogWhateverItHolds) {
    const std::vector<std::string> fillers{
        "1/9 Testing: t.1\n",
        "1/9 Testing: t.1\n1/9 Test: t.1\nCommand:\n",
        head(2),
        head(1) + "<end of output>\n",
        forged(3, passed),
        tail(7, passed),
        "<end of output>\nTest time = 1\n-----\nTest Passed.\n\"\" end time: \n",
        "\n\"t.1\" end time",
        "\n\"",
    };
    for (const auto& filler : fillers) {
        const auto log_of = [&](std::size_t size) {
            std::string output;
            while (output.size() < size) output += filler;
            return std::string(log_start) + block(1, passed, output);
        };
        const auto small = seconds_to_read(log_of(312'500));
        const auto large = seconds_to_read(log_of(5'000'000));  // 16 times as much; squared it would be 256
        EXPECT_LT(large, 80 * small + 0.02) << filler;
    }
}

}  // namespace
}  // namespace lockstep
