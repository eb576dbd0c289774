#include "lockstep/limits.hpp"

#include <atomic>

#include "lockstep/error.hpp"
#include "lockstep/locks.hpp"
#include "runtime/limiter.hpp"
#include "runtime/places.hpp"
#include "session_fixture.hpp"

namespace lockstep {
namespace {

using namespace std::chrono_literals;

using Locks = test::InSession;
using LocksOutside = test::Outside;

TEST_F(Locks, ExcludeUntilTheEndOfTheScope) {
    {
        auto lock = named_lock("d/b");
        EXPECT_FALSE(try_named_lock("d/b", LockOptions().within(5ms)));
        EXPECT_THROW(static_cast<void>(named_lock("d/b", LockOptions().shared().within(5ms))), Timeout);
        EXPECT_TRUE(try_named_lock("d/b", LockOptions().machine().within(0ms)));
        EXPECT_TRUE(std::filesystem::exists(facts.state + "/locks/d%2Fb"));
        EXPECT_TRUE(std::filesystem::exists(scratch / "lockstep/locks/d%2Fb"));
        lock.unlock();
        EXPECT_TRUE(try_named_lock("d/b", LockOptions().within(0ms)));
    }
    const auto one = named_lock("d/b", LockOptions().shared());
    const auto two = named_lock("d/b", LockOptions().shared());
}

TEST_F(LocksOutside, HoldForTheMachine) {
    const auto lock = named_lock("db");
    EXPECT_FALSE(try_named_lock("db", LockOptions().machine().within(5ms)));
}

TEST_F(Locks, ExcludeThreads) {
    int inside = 0, worst = 0, total = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            for (int j = 0; j < 50; ++j) {
                const auto lock = named_lock("counter");
                worst = std::max(worst, ++inside);
                ++total;
                --inside;
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(worst, 1);
    EXPECT_EQ(total, 400);
}

TEST_F(LocksOutside, PoolSlotsAreThoseOfCTest) {
    EXPECT_TRUE(pool_slots("db_connection").empty());
    set("CTEST_RESOURCE_GROUP_COUNT", "1");
    set("CTEST_RESOURCE_GROUP_0_DB_CONNECTION", "id:3,slots:1;id:4,slots:1");
    ASSERT_EQ(pool_slots("db_connection").size(), 2U);
    EXPECT_EQ(pool_slots("db_connection")[1].id, "4");
}

using Limits = test::InSession;
using LimitsOutside = test::Outside;

runtime::RateLimit limit(const std::string& name, double per_second, int burst, int most = 0) {
    runtime::RateLimit result;
    result.name = name;
    result.per_second = per_second;
    result.burst = burst;
    result.max_concurrent = most;
    return result;
}

constexpr double hourly = 1.0 / 3600;

TEST_F(LimitsOutside, AreNotActive) {
    EXPECT_FALSE(rate_limiter("ofs").active());
    EXPECT_TRUE(rate_limiter("ofs").try_acquire_for(0ns));
}

TEST_F(Limits, AreThePlans) {
    table.rate_limits = {limit("other", 0, 1), limit("ofs", hourly, 2)};
    publish();
    const auto ofs = rate_limiter("ofs");
    EXPECT_TRUE(ofs.active());
    ofs.acquire();
    EXPECT_TRUE(rate_limiter("ofs").try_acquire_for(1s));
    EXPECT_FALSE(ofs.try_acquire_for(1s));
    try {
        static_cast<void>(rate_limiter("osf"));
        FAIL();
    } catch (const Error& error) {
        EXPECT_STREQ(error.what(), "the plan has no rate_limit 'osf', but other, ofs");
    }
}

TEST_F(Limits, AreOffIfAPersonSaysSo) {
    table.rate_limits = {limit("ofs", hourly, 1)};
    facts.limits = false;
    publish();
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(rate_limiter("ofs").try_acquire_for(0ns));
    RetryPolicy policy;
    policy.backoff = 1ms;
    int calls = 0;
    EXPECT_THROW(with_retry(policy,
                            [&] {
                                ++calls;
                                throw TryAgain("429");
                            }),
                 TryAgain);
    EXPECT_EQ(calls, 1);
}

TEST_F(Limits, OfTheMachineAreSharedByBuildTrees) {
    table.rate_limits = {limit("ofs", hourly, 1)};
    table.rate_limits[0].machine = true;
    publish();
    rate_limiter("ofs").acquire();
    facts.state = scratch / "another";
    publish();
    EXPECT_FALSE(rate_limiter("ofs").try_acquire_for(1s));
}

TEST_F(Limits, APermitIsOneOfThoseAtOnce) {
    table.rate_limits = {limit("ofs", 0, 1, 2)};
    publish();
    const auto ofs = rate_limiter("ofs");
    auto a = ofs.acquire();
    auto b = ofs.try_acquire_for(1s);
    EXPECT_TRUE(b);
    EXPECT_FALSE(ofs.try_acquire_for(5ms));
    b.reset();
    EXPECT_TRUE(ofs.try_acquire_for(5s));
}

TEST_F(Limits, ALaunchedTestHasOnePlaceAlready) {
    table.rate_limits = {limit("o/fs", 0, 1, 2)};
    publish();
    const auto launcher = runtime::take_place(facts.state + "/limits/o%2Ffs", 2, "launcher");
    set("LOCKSTEP_HELD_PLACES", "other,o%2Ffs");
    const auto ofs = rate_limiter("o/fs");
    auto on_that_of_the_launcher = std::make_optional(ofs.acquire());
    const auto another = ofs.try_acquire_for(1s);
    EXPECT_TRUE(another);
    EXPECT_FALSE(ofs.try_acquire_for(5ms));
    on_that_of_the_launcher.reset();
    EXPECT_TRUE(ofs.try_acquire_for(1s));
    // Another test, not launched, gets none: all are held.
    set("LOCKSTEP_HELD_PLACES", "");
    EXPECT_FALSE(rate_limiter("o/fs").try_acquire_for(5ms));
}

TEST_F(Limits, WhereLaunchersHoldAllPlacesCallsOfATestTakeTurns) {
    table.rate_limits = {limit("ofs", 0, 1, 1)};
    publish();
    const auto launcher = runtime::take_place(facts.state + "/limits/ofs", 1, "launcher");
    set("LOCKSTEP_HELD_PLACES", "ofs");
    auto first = std::make_optional(rate_limiter("ofs").acquire());
    std::thread ends([&] {
        std::this_thread::sleep_for(50ms);
        first.reset();
    });
    EXPECT_TRUE(rate_limiter("ofs").try_acquire_for(20s));
    ends.join();
}

using Retries = test::InSession;

RetryPolicy quick(int attempts) {
    RetryPolicy policy;
    policy.name = "busy";
    policy.attempts = attempts;
    policy.backoff = 1ms;
    policy.max_backoff = 4ms;
    return policy;
}

TEST_F(Retries, GoOnUntilItWorks) {
    int calls = 0;
    EXPECT_EQ(with_retry(quick(5),
                         [&] {
                             if (++calls < 3) throw TryAgain("429 Too Many Requests");
                             return calls * 10;
                         }),
              30);
    const auto records = journal();
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].kind, "call");
    EXPECT_EQ(records[0].field("rule"), "busy");
    EXPECT_EQ(records[0].field("retried"), "1");
    EXPECT_EQ(records[0].field("test"), "17");
}

TEST_F(Retries, EndWithTheLastAttempt) {
    int calls = 0;
    EXPECT_THROW(with_retry(quick(4),
                            [&]() -> int {
                                ++calls;
                                throw TryAgain("no");
                            }),
                 TryAgain);
    EXPECT_EQ(calls, 4);
}

TEST_F(Retries, LeaveOtherFailuresAlone) {
    int calls = 0;
    EXPECT_THROW(with_retry(quick(4),
                            [&] {
                                ++calls;
                                throw std::logic_error("x");
                            }),
                 std::logic_error);
    EXPECT_EQ(calls, 1);
    ASSERT_EQ(journal().size(), 1U);
    EXPECT_EQ(journal()[0].field("retried"), "0");
}

TEST_F(Retries, WaitAsLongAsTheyAreAsked) {
    const auto begin = std::chrono::steady_clock::now();
    auto policy = quick(2);
    policy.max_backoff = 1s;
    int calls = 0;
    with_retry(policy, [&] {
        if (++calls == 1) throw TryAgain("x", 80ms);
    });
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 80ms);
    EXPECT_THROW(with_retry(policy, [] { throw TryAgain("x", 1h); }), TryAgain);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 30s);
}

TEST_F(Retries, HalveTheRateAndCallWithinIt) {
    table.rate_limits = {limit("ofs", 1000, 1)};
    table.rate_limits[0].adapt = true;
    publish();
    auto policy = quick(3);
    policy.rate_limit = "ofs";
    int calls = 0;
    with_retry(policy, [&] {
        if (++calls < 3) throw TryAgain("429");
    });
    runtime::Limiter limiter(facts.state + "/limits/ofs");
    const auto state = limiter.look({1000, 1, true});
    EXPECT_EQ(state.granted, 3U);
    EXPECT_EQ(state.sixteenths, 4);
}

TEST_F(Retries, FollowThePlansRule) {
    runtime::RetryRule rule;
    rule.name = "too_many_requests";
    rule.attempts = 7;
    rule.backoff = 250ms;
    rule.max_backoff = 2s;
    table.retries = {rule};
    publish();
    const auto policy = retry_policy("too_many_requests");
    EXPECT_EQ(policy.attempts, 7);
    EXPECT_EQ(policy.backoff, 250ms);
    EXPECT_EQ(policy.max_backoff, 2s);
    EXPECT_THROW(static_cast<void>(retry_policy("other")), Error);
}

TEST(Backoff, DoublesWithJitterUpToItsMost) {
    RetryPolicy policy;
    policy.backoff = 100ms;
    policy.max_backoff = 1s;
    EXPECT_EQ(backoff_before(2, policy, 0), 50ms);
    EXPECT_EQ(backoff_before(2, policy, 1), 100ms);
    EXPECT_EQ(backoff_before(4, policy, 1), 400ms);
    EXPECT_EQ(backoff_before(6, policy, 1), 1000ms);
    EXPECT_EQ(backoff_before(1000000, policy, 1), 1000ms);
    EXPECT_EQ(backoff_before(2, policy, 0, 700ms), 700ms);
    EXPECT_EQ(backoff_before(2, policy, 1, 700ms), 770ms);
    EXPECT_EQ(backoff_before(2, policy, 1, 1001ms), std::nullopt);
    policy.backoff = 0ms;
    EXPECT_EQ(backoff_before(9, policy, 1), 0ms);
}

TEST(RetryAfter, IsSecondsOrADate) {
    EXPECT_EQ(retry_after("120"), 120s);
    EXPECT_EQ(retry_after(" 0 "), 0s);
    const auto now = std::chrono::system_clock::time_point(784111777s - 30s);
    EXPECT_EQ(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), 30s);
    EXPECT_EQ(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now + 1h), 0s);
    EXPECT_EQ(retry_after("Thu, 29 Feb 2024 00:00:00 GMT", std::chrono::system_clock::time_point(1709164800s - 1s)),
              1s);
    EXPECT_TRUE(retry_after("99999999999999999999999"));
    for (const char* text : {"", "x", "-1", "1.5", "12 s", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 ovD 1994 08:49:37 GMT",
                             "Sun, 06 Nov 1994 28:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT+1"})
        EXPECT_FALSE(retry_after(text)) << text;
}

}  // namespace
}  // namespace lockstep
