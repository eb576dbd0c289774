#include "tests/support/task.hpp"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

namespace phased_api {
namespace {

using namespace std::chrono_literals;

const testing::TestInfo& this_test() {
    return *testing::UnitTest::GetInstance()->current_test_info();
}

std::string full_name() {
    return std::string(this_test().test_suite_name()) + "." + this_test().name();
}

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

std::string to_break() {
    return environment("PHASED_API_BREAK");
}

bool forgets_its_records() {
    return to_break() == "orphan" && full_name() == "Api.ListsByPrefix";
}

bool dies() {
    return to_break() == "kill" && full_name() == "Readiness.OfTheComponents";
}

}  // namespace

void Task::SetUp() {
    for (std::size_t i = 0; i < wanted_connections_; ++i) connections_.emplace_back();
    scope_ = choose_scope();
    if (begins_scope()) begin_scope();
    if (to_break() == full_name()) FAIL() << "broken on request: PHASED_API_BREAK=" << to_break();
}

void Task::TearDown() {
    if (dies()) ::raise(SIGKILL);
    if (ends_scope() && !connections_.empty() && !scope_.empty()) end_scope();
    connections_.clear();
}

void Task::begin_scope() {
    // Before there is anything to drop: whenever the task dies, the session does it at its end, else the next one, or
    // `lockstep cleanup`. What the steps of a chain share outlives each of them; that is left to the phase's clean-up.
    if (ends_scope()) {
        owed_.emplace(lockstep::on_cleanup({PHASED_API_DROP_TEST_DATA, "--scope", scope_}));
        noted_.emplace(lockstep::record_data("scope", scope_));
    }
    api().put("/scopes/" + scope_, "");
    api().remove("/records?prefix=" + scope_ + "/");  // what an earlier run of a chain has left
}

void Task::end_scope() {
    const bool dropped = !forgets_its_records() && api().remove("/records?prefix=" + scope_ + "/").status == 200;
    if (dropped && noted_) noted_->removed();
    if (owed_ && (dropped || forgets_its_records())) owed_->dismiss();
    api().remove("/scopes/" + scope_);
}

void Task::keep_busy(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    for (std::size_t i = 0; std::chrono::steady_clock::now() < end; ++i) {
        ASSERT_EQ(api(i % connections()).get("/health").status, 200);
        std::this_thread::sleep_for(2ms);
    }
}

void Task::for_all(long count, const std::function<void(std::mt19937& random)>& property) {
    // Zero first: a test that fails half way must not be counted with what its last run achieved.
    const std::string counter = "/property-iterations/" + full_name();
    ASSERT_EQ(api().put(counter, "0").status, 200);
    std::mt19937 random;  // the standard fixes the seed of the default constructor
    for (long i = 0; i < count; ++i) {
        property(random);
        ASSERT_FALSE(HasFailure()) << "in case " << i << " of " << count;
    }
    ASSERT_EQ(api().put(counter, std::to_string(count)).status, 200);
}

std::string Task::choose_scope() const {
    // Lockstep names the test in LOCKSTEP_TEST; without it, under a debugger say, GoogleTest knows the name too.
    const std::string planned = environment("LOCKSTEP_TEST");
    return (planned.empty() ? full_name() : planned) + "-" + std::to_string(::getpid());
}

std::string ChainTask::choose_scope() const {
    return this_test().test_suite_name();
}

bool ChainTask::begins_scope() const {
    return this_test().name() == first_;
}

bool ChainTask::ends_scope() const {
    return this_test().name() == last_;
}

}  // namespace phased_api
