// The suites under a ctest of a few lines: they come to their end whatever -j is, and a guard that this ctest lacks is
// seen.
#include "validation/suite.hpp"

#include <gtest/gtest.h>

#include <set>

#include "story.hpp"
#include "validation/templates.hpp"

namespace lockstep::validation::testing {
namespace {

using namespace std::chrono_literals;

/// What ctest and Lockstep do to the tests of guards_suite(), but for `lacking`. Starts greedily from the front of its
/// queue whenever a test has ended.
class FakeCtest {
public:
    FakeCtest(int jobs, Rule lacking) : jobs_(jobs), lacking_(lacking), story_(guards_suite(jobs)) {}

    std::vector<Finding> run() {
        start_what_fits();
        while (!running_.empty()) {
            auto ended = find_one_that_ends();
            if (ended.empty() && ++idle_ > patience) {
                gave_up = true;
                ended = running_.front().test->name;
            }
            if (!ended.empty()) {
                end(ended);
                idle_ = 0;
            } else {
                story_.pass(10ms);
            }
            start_what_fits();
        }
        return story_.findings();
    }
    bool gave_up = false;  ///< a test waited in vain

private:
    static constexpr int patience = 100;

    struct Running {
        const SuiteTest* test;
        std::chrono::nanoseconds since;
    };

    void start_what_fits() {
        for (const auto& test : story_.suite().tests) {
            if (begun_.contains(test.name) || !fits(test)) continue;
            story_.start({test.name});
            if (lacking_ == Rule::workers) story_.change([](Event& event) { event.allocation.workers.clear(); });
            if (lacking_ == Rule::temp_directories) story_.change([](Event& event) { event.allocation.temp.clear(); });
            begun_.insert(test.name);
            running_.push_back({&test, now()});
            phase_ = std::max(phase_, test.phase);
        }
    }

    bool fits(const SuiteTest& test) const {
        const bool holds_all = std::ranges::any_of(running_, [&](const auto& entry) { return is_alone(*entry.test); });
        if (holds_all || count_running() >= jobs_ || (is_alone(test) && count_running() > 0)) return false;
        if (lacking_ != Rule::phases && !phase_has_come(test.phase)) return false;
        if (test.role == Role::lock && lacking_ != Rule::locks && running(Role::lock) > 0) return false;
        if (test.role == Role::outsider && running(Role::outsider) > 0) return false;
        if (test.role == Role::limit && lacking_ != Rule::max_parallel && running(Role::limit) >= limit_at_once)
            return false;
        int slots = test.slots;
        for (const auto& entry : running_) slots += entry.test->slots;
        return test.slots == 0 || lacking_ == Rule::pools || slots <= pool_slots;
    }

    bool is_alone(const SuiteTest& test) const { return test.role == Role::alone && lacking_ != Rule::alone; }

    /// The checkpoint before it takes its time.
    bool phase_has_come(int phase) const {
        const bool ended = std::ranges::all_of(story_.suite().tests, [&](const auto& test) {
            return test.phase == 0 || test.phase >= phase || ended_.contains(test.name);
        });
        return phase == 0 || (ended && (phase == phase_ || idle_ > 2));
    }

    std::string find_one_that_ends() const {
        for (const auto& [test, since] : running_) {
            if (story_.may_end(test->name, now() - since)) return test->name;
        }
        return {};
    }

    void end(const std::string& name) {
        story_.end({name});
        ended_.insert(name);
        const auto found = std::ranges::find(running_, name, [](const auto& entry) { return entry.test->name; });
        running_.erase(found);
    }

    [[nodiscard]] int count_running() const { return static_cast<int>(running_.size()); }
    [[nodiscard]] int running(Role role) const {
        return static_cast<int>(
            std::ranges::count_if(running_, [&](const auto& entry) { return entry.test->role == role; }));
    }
    [[nodiscard]] std::chrono::nanoseconds now() const {
        return std::chrono::nanoseconds(story_.log().events.empty() ? 0 : story_.log().events.back().time_ns) +
               idle_ * 10ms;
    }

    int jobs_;
    Rule lacking_;
    Story story_;
    std::set<std::string> begun_, ended_;
    std::vector<Running> running_;
    int phase_ = 1;  ///< the last one that a test of has begun
    int idle_ = 0;   ///< steps without anything
};

/// Of each rule but `tests` and `gates`; gates stands for "lacks nothing".
class GuardLacking : public ::testing::TestWithParam<Rule> {};

TEST_P(GuardLacking, IsSeenWhateverJobs) {
    for (const int jobs : {3, 4, 5, 8, 17, 64}) {
        FakeCtest ctest(jobs, GetParam());
        // Without phases, few places are soon full of tests that wait for each other: what they wait for stays open.
        const bool crowded = GetParam() == Rule::phases && jobs < 8;
        for (const auto& finding : ctest.run()) {
            const auto expected = finding.rule == GetParam() ? Verdict::no : Verdict::yes;
            if (crowded && finding.verdict == Verdict::unproved && expected == Verdict::yes) continue;
            EXPECT_EQ(finding.verdict, expected) << name_of(finding.rule) << " with -j" << jobs << ": " << finding.text;
        }
        EXPECT_TRUE(crowded || !ctest.gave_up) << "with -j" << jobs;
    }
}

INSTANTIATE_TEST_SUITE_P(Rules, GuardLacking,
                         ::testing::Values(Rule::gates, Rule::workers, Rule::temp_directories, Rule::locks, Rule::pools,
                                           Rule::max_parallel, Rule::alone, Rule::phases),
                         [](const auto& info) { return std::string(name_of(info.param)); });

TEST(Suites, NamesAreDistinct) {
    for (const auto& suite : {guards_suite(8), gate_suite(8)}) {
        std::set<std::string> names;
        for (const auto& test : suite.tests) {
            EXPECT_TRUE(names.insert(test.name).second) << test.name;
            EXPECT_EQ(suite.find(test.name), &test);
        }
        EXPECT_EQ(suite.find("none"), nullptr);
    }
}

TEST(Suites, OutsidersAreLastInTheQueue) {
    const auto suite = guards_suite(8);
    const auto first = std::ranges::find(suite.tests, Role::outsider, &SuiteTest::role);
    EXPECT_TRUE(std::all_of(first, suite.tests.end(), [](const auto& test) { return test.role == Role::outsider; }));
    EXPECT_TRUE(std::ranges::is_sorted(suite.tests.begin(), first, {}, &SuiteTest::phase));
}

TEST(Suites, PathsAreQuotedInTheTestFile) {
    const auto text = test_file_text(gate_suite(4), "/a ]] b/$x", "/p \"q\"");
    EXPECT_EQ(text,
              "# Made by `lockstep validate`.\n"
              "include([=[/a ]] b/$x/lockstep/open.cmake]=])\n"
              "add_test(failing.1 [[/p \"q\"]] probe --state [=[/a ]] b/$x]=] --jobs 4 failing.1)\n"
              "add_test(kept.1 [[/p \"q\"]] probe --state [=[/a ]] b/$x]=] --jobs 4 kept.1)\n"
              "subdirs([=[/a ]] b/$x/lockstep/closing]=])\n");
}

TEST(Templates, NothingIsLeftToFillIn) {
    const auto opening = opening_file("/build ]] tree");
    EXPECT_NE(opening.find("enter"), std::string::npos);
    EXPECT_NE(opening.find("[=[/build ]] tree]=]"), std::string::npos);
    EXPECT_NE(closing_file("/build ]] tree").find("include(\"${_lockstep_overlay}\")"), std::string::npos);
    for (const auto& text : {opening, closing_file("/build ]] tree")}) EXPECT_EQ(text.find('@'), std::string::npos);
}

}  // namespace
}  // namespace lockstep::validation::testing
