// Ways a test can end, in logs that ctest 3.25 and 4.3 wrote, and the layout's odd corners. Outputs that imitate the
// log are in ctest_log_imitation_test.cpp.
#include "session/ctest_log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "log_text.hpp"

namespace lockstep {
namespace {

using namespace lockstep::testing;

std::string read_data(const std::string& name) {
    std::ifstream file(std::filesystem::path(__FILE__).parent_path() / "data" / name, std::ios::binary);
    EXPECT_TRUE(file) << name;
    return {std::istreambuf_iterator<char>(file), {}};
}

/// One line a test, in CTest's order: the verdict expected ("-": not in this log), a tab, the name.
struct Expectation {
    std::vector<std::string> names, verdicts;
};

Expectation read_expectation(const std::string& name) {
    Expectation result;
    std::string text = read_data(name);
    for (std::size_t start = 0; start < text.size();) {
        const auto end = text.find('\n', start);
        const auto tab = text.find('\t', start);
        result.verdicts.push_back(text.substr(start, tab - start));
        auto test = text.substr(tab + 1, end - tab - 1);
        if (const auto newline = test.find("\\n"); newline != std::string::npos) test.replace(newline, 2, "\n");
        result.names.push_back(test);
        start = end + 1;
    }
    return result;
}

std::vector<std::string> verdicts(const std::string& log, const Expectation& expected, bool repeated) {
    LogOptions options;
    options.repeated = repeated;
    options.name_of = [&](std::uint32_t index) {
        return index <= expected.names.size() ? std::string_view(expected.names[index - 1]) : std::string_view();
    };
    const auto reading = read_ctest_log(log, options);
    std::vector<std::string> result;
    for (std::uint32_t index = 1; index <= expected.names.size(); ++index) {
        const auto* entry = reading.find(index);
        result.emplace_back(entry ? describe(entry->verdict) : "-");
    }
    EXPECT_EQ(static_cast<std::size_t>(std::count(result.begin(), result.end(), "-")) + reading.entries.size(),
              expected.names.size());
    return result;
}

struct RealLog {
    const char* log;
    const char* expectation;
    bool repeated;
};

class RealLogTest : public ::testing::TestWithParam<RealLog> {};

TEST_P(RealLogTest, EveryWayOfEndingIsTold) {
    const auto expected = read_expectation(GetParam().expectation);
    EXPECT_EQ(verdicts(read_data(GetParam().log), expected, GetParam().repeated), expected.verdicts);
}

INSTANTIATE_TEST_SUITE_P(Data, RealLogTest,
                         ::testing::Values(RealLog{"endings-3.25.log", "endings.expected", false},
                                           RealLog{"endings-4.3.log", "endings.expected", false},
                                           RealLog{"endings-3.25.log", "endings.expected", true},
                                           RealLog{"repeated.log", "repeated.expected", true},
                                           RealLog{"killed.log", "killed.expected", false}));

TEST(RealLog, CutAnywhereClaimsNothingThatTheWholeDoesNot) {
    const auto expected = read_expectation("endings.expected");
    const auto log = read_data("endings-3.25.log");
    for (std::size_t size = 0; size < log.size(); size += 7) {
        const auto seen = verdicts(log.substr(0, size), expected, false);
        for (std::size_t i = 0; i < seen.size(); ++i) {
            if (seen[i] == "-" || seen[i] == "started") continue;
            ASSERT_EQ(seen[i], expected.verdicts[i]) << expected.names[i] << " in the first " << size << " bytes";
        }
    }
}

// --- single blocks ---

LogReading read(std::string_view log, bool repeated = false) {
    static std::vector<std::string> names;
    if (names.empty()) {
        for (unsigned index = 1; index <= 9; ++index) names.push_back(name_of(index));
    }
    return read_ctest_log(log, {[](std::uint32_t index) {
                                    return index >= 1 && index <= names.size() ? std::string_view(names[index - 1])
                                                                               : std::string_view();
                                },
                                repeated});
}

std::string told(std::string_view log, bool repeated = false) {
    std::string result;
    for (const auto& entry : read(log, repeated).entries) {
        result += fmt::format("{}{}={}", result.empty() ? "" : " ", entry.index, describe(entry.verdict));
    }
    return result;
}

std::string whole(std::string_view blocks) {
    return fmt::format("{}{}{}", log_start, blocks, log_end);
}

TEST(CTestLog, AnEmptyLogTellsNothing) {
    EXPECT_EQ(told(""), "");
    EXPECT_EQ(told(log_start), "");
    EXPECT_EQ(told(whole("")), "");
}

TEST(CTestLog, HasABeginningOfItsOwn) {
    const std::string rule = "----------------------------------------------------------\n";
    const std::string head = "Start testing: Nov 21 05:00 UTC\n" + rule, end = "End testing: Nov 21 05:00 UTC\n";
    for (const auto& whole : {head + "12/34 Testing: a\n12/34 Test: a\n",
                              head + "Unable to find executable: /x\n1/3 Testing: a\n", head + end}) {
        for (std::size_t size = 0; size <= whole.size(); ++size)
            EXPECT_TRUE(begins_like_a_log(whole.substr(0, size))) << size;
    }
    for (const auto& text : {std::string(1, '\0'), std::string(50, '\0') + "\n", std::string("End"), end + head, rule,
                             std::string("Start testing: Nov 21 05:00 UTC\nEnd testing: Nov 21 05:00 UTC\n"),
                             head + end + "1/1 Testing: a\n", head + end + "\n"}) {
        EXPECT_FALSE(begins_like_a_log(text)) << text;
    }
}

TEST(CTestLog, TellsWhetherCTestCameToItsEnd) {
    const auto text = block(1, passed) + block(2, passed, "\nEnd testing: Nov 21 05:00 UTC\n");
    const std::string end = "End testing: Nov 21 05:00 UTC\n";
    EXPECT_FALSE(read(text).finished);
    EXPECT_TRUE(read(text + end).finished);
    EXPECT_TRUE(read(text + end + "\nlabel = 0.01 sec*proc\n").finished);
    EXPECT_TRUE(read("Start testing: Nov 21 05:00 UTC\n-----\n" + end).finished);
}

TEST(CTestLog, EntriesAreSortedByIndexAndFound) {
    const auto reading = read(whole(block(7, passed) + block(2, failed)));
    ASSERT_EQ(reading.entries.size(), 2U);
    EXPECT_EQ(reading.entries[0].index, 2U);
    EXPECT_EQ(reading.find(7)->verdict, LogVerdict::passed);
    EXPECT_EQ(reading.find(1), nullptr);
    EXPECT_EQ(reading.find(9), nullptr);
}

TEST(CTestLog, DurationsAreInSeconds) {
    EXPECT_DOUBLE_EQ(read(whole(block(1, passed))).find(1)->seconds, 1.25);
}

TEST(CTestLog, OnlyTheWordDecides) {
    const std::string reason = "Skip regular expression found in output. Regex=[x]";
    struct Case {
        std::string verdict, told;
    };
    for (const auto& [verdict, expected] : {
             Case{"Test Pass Reason:\nRequired regular expression found. Regex=[x]", "1=passed"},
             Case{"Test Pass Reason:\nError regular expression found in output. Regex=[x]", "1=passed"},
             Case{"Test Pass Reason:\n" + reason, "1=skipped"},
             Case{"Test Fail Reason:\n" + reason, "1=failed"},
             Case{"Test Fail Reason:\nRequired regular expression not found. Regex=[x\ny\n]", "1=failed"},
             Case{"Test Pass Reason:\nRequired regular expression not found. Regex=[x\n\"y\n]", "1=passed"},
             Case{"Test Passed", "1=unknown"},
             Case{"Test Perhaps.", "1=unknown"},
         }) {
        EXPECT_EQ(told(whole(block(1, verdict))), expected) << verdict;
    }
}

TEST(CTestLog, WithoutAStartTimeATestWasNotRunWhateverTheVerdictSays) {
    EXPECT_EQ(told(whole(not_run(1) + header(2, "t.2", "") + tail(2, failed))), "1=not_run 2=not_run");
}

TEST(CTestLog, ABlockWithoutTheLineOfItsStartTimeIsUnknown) {
    EXPECT_EQ(told(whole("1/9 Testing: t.1\n1/9 Test: t.1\nCommand: \"x\"\nOutput:\n" + tail(1, passed))), "1=unknown");
}

TEST(CTestLog, LinesThatCTestWritesBetweenBlocksBelongToNone) {
    EXPECT_EQ(told(whole("Unable to find required file: /x\n" + not_run(1) +
                         "Insufficient resources for test t.2:\n\n  Test requested resources\n" + not_run(2) +
                         block(3, passed))),
              "1=not_run 2=not_run 3=passed");
}

TEST(CTestLog, ABlockThatDoesNotEndWasStarted) {
    const auto last = block(2, passed, "output\n");
    const auto label = last.find("\"t.2\" end time:");
    for (const auto size : {last.find("Testing: t.2\n") + 13, last.find("Command: ") + 3, last.find("output"),
                            last.find("<end of output>") + 4, last.find("Test Passed.") + 4, label, label + 16}) {
        EXPECT_EQ(told(std::string(log_start) + block(1, failed) + last.substr(0, size)), "1=failed 2=started") << size;
    }
    EXPECT_EQ(told(std::string(log_start) + block(1, failed) + last.substr(0, last.find('\n', label) + 1)),
              "1=failed 2=passed");
}

TEST(CTestLog, NumbersAreThoseOfTheFirstHeader) {
    const auto other = header(2, "t.2", "Nov 21 05:00 UTC", 8) + tail(2, passed);
    EXPECT_EQ(told(whole(block(1, passed, other + "more\n"))), "1=passed");
    for (const char* number : {"0", "01", "+1", "10", "99999999999", "4294967297", ""}) {
        const auto odd = fmt::format("{0}/9 Testing: t.1\n{0}/9 Test: t.1\nCommand: \n", number);
        EXPECT_EQ(told(whole(block(1, passed, odd))), "1=passed") << number;
    }
}

TEST(CTestLog, ANameMayHoldWhatTheLogHolds) {
    const std::vector<std::string> names{
        "a\nb", "a", "\" end time: ", "c \"d\" start time: ", "<end of output>", "\xc3\xa9\xff", "5/9 Testing: x"};
    std::string log(log_start);
    std::string expected;
    for (unsigned i = 0; i < names.size(); ++i) {
        const bool good = i % 2 == 0;
        log += header(i + 1, names[i]) + "out\n" + tail(names[i], good ? passed : failed);
        expected += fmt::format("{}={} ", i + 1, good ? "passed" : "failed");
    }
    std::string seen;
    const auto reading =
        read_ctest_log(log, {[&](std::uint32_t index) {
                                 return index <= names.size() ? std::string_view(names[index - 1]) : std::string_view();
                             },
                             false});
    for (const auto& entry : reading.entries) seen += fmt::format("{}={} ", entry.index, describe(entry.verdict));
    EXPECT_EQ(seen, expected);
}

TEST(CTestLog, TwoTestsOfOneNameAreToldApart) {
    std::string log(log_start);
    log += header(1, "same") + tail("same", passed) + header(2, "other") + tail("other", passed) + header(3, "same") +
           tail("same", failed);
    const std::vector<std::string> names{"same", "other", "same"};
    const auto reading = read_ctest_log(
        log, {[&](std::uint32_t index) { return index <= 3 ? std::string_view(names[index - 1]) : std::string_view(); },
              false});
    EXPECT_EQ(reading.find(1)->verdict, LogVerdict::passed);
    EXPECT_EQ(reading.find(2)->verdict, LogVerdict::passed);
    EXPECT_EQ(reading.find(3)->verdict, LogVerdict::failed);
}

TEST(CTestLog, UnderRepeatTheLastBlockCounts) {
    EXPECT_EQ(told(whole(block(1, failed) + block(1, failed) + block(1, passed) + block(2, passed)), true),
              "1=passed 2=passed");
    EXPECT_EQ(told(whole(block(1, passed) + block(2, passed) + block(1, failed)), true), "1=failed 2=passed");
    // until-fail: every test several times, side by side
    EXPECT_EQ(
        told(whole(block(1, passed) + block(2, passed) + block(3, passed) + block(2, passed) + block(1, passed)), true),
        "1=passed 2=passed 3=passed");
    EXPECT_EQ(told(std::string(log_start) + block(1, failed) + head(1), true), "1=started");
}

}  // namespace
}  // namespace lockstep
