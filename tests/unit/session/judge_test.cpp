// The table of docs' "Gates": what a checkpoint makes of each test of its phase.
#include "session/judge.hpp"

#include <gtest/gtest.h>

#include <array>
#include <ostream>
#include <vector>

namespace lockstep {

void PrintTo(Standing standing, std::ostream* out) {
    *out << describe(standing);
}

namespace {

constexpr RecordedVerdict good_unchanged{true, true}, bad_unchanged{false, true}, good_changed{true, false},
    bad_changed{false, false};

struct Row {
    const char* what;
    std::optional<LogVerdict> now;
    std::optional<RecordedVerdict> before;
    bool disabled, not_built;
    Standing standing;
    bool passes, passes_if_untested_fails;
};

class GateTable : public ::testing::TestWithParam<Row> {};

TEST_P(GateTable, Row) {
    const auto& row = GetParam();
    LogReading log;
    if (row.now) log.entries.push_back({3, *row.now, 0.1});
    const std::array tests{JudgedTest{"t", 3, row.disabled, row.not_built, row.before}};
    EXPECT_EQ(stand(tests[0], log), row.standing) << row.what;
    const auto judgement = judge(tests, log);
    EXPECT_EQ(judgement.failures.empty(), row.passes) << row.what;
    EXPECT_EQ(judgement.ran_now, row.now && *row.now != LogVerdict::not_run) << row.what;
    EXPECT_EQ(judgement.all_right, row.passes_if_untested_fails ? 1U : 0U) << row.what;
    EXPECT_EQ(judgement.untested.size(), row.passes && !row.passes_if_untested_fails ? 1U : 0U) << row.what;
}

using enum Standing;
using V = LogVerdict;
INSTANTIATE_TEST_SUITE_P(
    Rows, GateTable,
    ::testing::Values(Row{"passed", V::passed, {}, false, false, passed_now, true, true},
                      Row{"passed, failed before", V::passed, bad_unchanged, false, false, passed_now, true, true},
                      Row{"skipped", V::skipped, {}, false, false, skipped_now, true, true},
                      Row{"disabled, in this run", V::not_run, {}, true, false, disabled, true, true},
                      Row{"disabled, not in this run", {}, {}, true, false, disabled, true, true},
                      Row{"disabled, failed before", {}, bad_unchanged, true, false, disabled, true, true},
                      Row{"failed", V::failed, {}, false, false, failed_now, false, false},
                      Row{"failed, passed before", V::failed, good_unchanged, false, false, failed_now, false, false},
                      Row{"could not be run", V::not_run, good_unchanged, false, false, not_run_now, false, false},
                      Row{"unclear", V::unknown, good_unchanged, false, false, unclear_now, false, false},
                      Row{"ctest killed while it ran", V::started, good_unchanged, false, false, unclear_now, false,
                          false},
                      Row{"not built, in this run", V::not_run, {}, false, true, not_run_now, false, false},
                      Row{"passed before", {}, good_unchanged, false, false, passed_before, true, true},
                      Row{"failed before", {}, bad_unchanged, false, false, failed_before, false, false},
                      Row{"never run", {}, {}, false, false, never_run, true, false},
                      Row{"changed since it passed", {}, good_changed, false, false, changed_since, true, false},
                      Row{"changed since it failed", {}, bad_changed, false, false, changed_since, true, false},
                      Row{"not built", {}, {}, false, true, not_built, true, false},
                      Row{"not built, recorded as failed", {}, bad_unchanged, false, true, not_built, true, false}));

TEST(Judge, NamesTestsInTheOrderOfThePhase) {
    LogReading log;
    log.entries = {{1, LogVerdict::passed, 0}, {2, LogVerdict::failed, 0}, {5, LogVerdict::unknown, 0}};
    const std::vector<JudgedTest> tests{{"five", 5, false, false, {}},
                                        {"one", 1, false, false, {}},
                                        {"two", 2, false, false, {}},
                                        {"three", 3, false, false, {}},
                                        {"four", 4, false, false, good_changed}};
    const auto judgement = judge(tests, log);
    ASSERT_EQ(judgement.failures.size(), 2U);
    EXPECT_EQ(judgement.failures[0].name, "five");
    EXPECT_EQ(judgement.failures[0].standing, unclear_now);
    EXPECT_EQ(judgement.failures[1].name, "two");
    EXPECT_EQ(judgement.failures[1].standing, failed_now);
    ASSERT_EQ(judgement.untested.size(), 2U);
    EXPECT_EQ(judgement.untested[0].name, "three");
    EXPECT_EQ(judgement.untested[1].name, "four");
    EXPECT_EQ(judgement.all_right, 1U);
    EXPECT_TRUE(judgement.ran_now);
}

TEST(Judge, APhaseWithoutTestsPassesAndDidNotRun) {
    const auto judgement = judge({}, LogReading{{{1, LogVerdict::failed, 0}}});
    EXPECT_TRUE(judgement.failures.empty());
    EXPECT_TRUE(judgement.untested.empty());
    EXPECT_FALSE(judgement.ran_now);
}

TEST(Judge, EachStandingHasItsWords) {
    const std::vector<std::pair<Standing, std::string_view>> words{
        {passed_now, "passed"},
        {skipped_now, "skipped"},
        {disabled, "disabled"},
        {failed_now, "failed"},
        {not_run_now, "could not be run"},
        {unclear_now, "its outcome cannot be told for sure"},
        {passed_before, "passed when last run"},
        {failed_before, "failed when last run"},
        {never_run, "never run"},
        {changed_since, "changed since it ran"},
        {not_built, "not built"},
    };
    for (const auto& [standing, text] : words) EXPECT_EQ(describe(standing), text);
}

}  // namespace
}  // namespace lockstep
