#include "runtime/limiter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <list>
#include <mutex>
#include <random>

#include "scratch.hpp"

namespace lockstep::runtime {
namespace {

using namespace std::chrono_literals;
using test::Child;
using test::eventually;
using test::Scratch;

constexpr std::int64_t second = 1'000'000'000;

/// Takes a grant at `now` or as soon after as it is due; returns when.
std::int64_t take(Bucket& bucket, const Rate& rate, std::int64_t now) {
    bucket.set(rate, now);
    now = std::max(now, bucket.due(rate));
    bucket.set(rate, now);
    EXPECT_LE(bucket.due(rate), now);
    bucket.grant(rate, now);
    return now;
}

/// The most that lies beyond rate·t + burst, over all windows that begin and end with a grant.
double excess(const std::vector<std::int64_t>& grants, double per_second, int burst) {
    double worst = -1e9, least = 1e300;
    for (std::size_t i = 0; i < grants.size(); ++i) {
        const double level = static_cast<double>(i) - static_cast<double>(grants[i]) / 1e9 * per_second;
        least = std::min(least, level);
        worst = std::max(worst, level - least + 1 - burst);
    }
    return worst;
}

TEST(Bucket, GivesTheBurstAndThenTheRate) {
    Bucket bucket;
    const Rate rate{10, 3, false};
    std::vector<std::int64_t> grants;
    auto now = 5 * second;
    for (int i = 0; i < 6; ++i) grants.push_back((now = take(bucket, rate, now)) - 5 * second);
    EXPECT_EQ(grants, (std::vector<std::int64_t>{0, 0, 0, second / 10, second / 5, 3 * second / 10}));
    EXPECT_EQ(bucket.granted, 6U);
}

TEST(Bucket, NeverGivesMoreInAnyWindow) {
    std::mt19937_64 random(20261121);
    for (int round = 0; round < 50; ++round) {
        const Rate rate{static_cast<double>(random() % 1000 + 1) / 7, static_cast<int>(random() % 20 + 1), false};
        Bucket bucket;
        std::vector<std::int64_t> grants;
        std::int64_t now = second;
        for (int i = 0; i < 500; ++i) {
            now += static_cast<std::int64_t>(random() % 100) * (random() % 10 == 0 ? 100'000'000 : 100'000);
            now = take(bucket, rate, now);
            grants.push_back(now);
        }
        EXPECT_LE(excess(grants, rate.per_second, rate.burst), 1e-3);
    }
}

TEST(Excess, IsSeenWhereTheLimitIsBroken) {
    EXPECT_GT(excess({0, 0, 0, 0}, 10, 3), 0.5);
    EXPECT_GT(excess({0, second, second, second + 1000}, 1, 2), 0.5);
    EXPECT_LE(excess({0, 0, 0, second / 10}, 10, 3), 1e-9);
}

TEST(Bucket, KeepsWhatIsSpentWhenTheRateChanges) {
    Bucket bucket;
    const Rate slow{1, 4, false}, fast{100, 4, false};
    for (int i = 0; i < 4; ++i) take(bucket, slow, second);
    bucket.set(fast, second);
    EXPECT_EQ(bucket.due(fast), second + second / 100);
    bucket.set(slow, second);
    EXPECT_EQ(bucket.due(slow), 2 * second);
}

TEST(Bucket, ANoteFromTheFutureDelaysByOneInterval) {
    const Rate rate{2, 5, false};
    for (const auto tat : {std::int64_t{100} * second, std::numeric_limits<std::int64_t>::max()}) {
        Bucket bucket;
        bucket.tat = tat;
        bucket.interval = second / 2;
        bucket.set(rate, second);
        EXPECT_EQ(bucket.due(rate), second + second / 2);
    }
}

TEST(Bucket, ANoteFromLongAgoIsNoReserve) {
    Bucket bucket;
    const Rate rate{10, 2, false};
    take(bucket, rate, second);
    std::vector<std::int64_t> grants;
    auto now = 1000 * second;
    for (int i = 0; i < 4; ++i) grants.push_back((now = take(bucket, rate, now)) - 1000 * second);
    EXPECT_EQ(grants, (std::vector<std::int64_t>{0, 0, second / 10, second / 5}));
}

TEST(Bucket, HalvesDownToASixteenthAndRecovers) {
    Bucket bucket;
    const Rate rate{1000, 1, true};
    std::int64_t now = take(bucket, rate, second);
    for (const std::uint32_t expected : {8U, 4U, 2U, 1U, 1U}) {
        bucket.penalise(rate, now);
        EXPECT_EQ(bucket.sixteenths, expected);
    }
    const auto next = take(bucket, rate, now);
    EXPECT_NEAR(static_cast<double>(next - now), 16e6, 1e3);
    now = next;
    for (std::uint32_t i = 1; i < 15 * Limiter::grants_per_step; ++i) now = take(bucket, rate, now);
    EXPECT_EQ(bucket.sixteenths, 16U);
    EXPECT_EQ(take(bucket, rate, now) - now, second / 1000);
}

TEST(Bucket, APenaltyGivesNothing) {
    Bucket bucket;
    const Rate rate{200, 20, true};
    for (int i = 0; i < 20; ++i) take(bucket, rate, second);
    bucket.penalise(rate, second);
    EXPECT_EQ(take(bucket, rate, second) - second, second / 100);
}

TEST(Bucket, ARateThatDoesNotAdaptTakesNoPenalty) {
    Bucket bucket;
    const Rate rate{200, 1, false};
    bucket.penalise(rate, second);
    EXPECT_EQ(bucket.sixteenths, 16U);
}

TEST(Bucket, ExtremeRatesDoNotOverflow) {
    for (const double per_second : {1e-12, 1e-4, 1e9, 1e30}) {
        Bucket bucket;
        const Rate rate{per_second, 1000000, true};
        for (int i = 0; i < 10; ++i) {
            bucket.set(rate, second);
            EXPECT_LE(bucket.due(rate), second);
            bucket.grant(rate, second);
            EXPECT_GT(bucket.tat, second);
        }
    }
}

TEST(Limiter, LimitsThreadsAndProcesses) {
    const Scratch scratch;
    const Rate rate{500, 5, false};
    std::list<Child> children;
    for (int i = 0; i < 6; ++i)
        children.emplace_back([&, i] {
            std::vector<std::int64_t> mine;
            std::mutex mutex;
            const auto work = [&] {
                Limiter limiter(scratch / "limits/ofs");
                for (int j = 0; j < 10; ++j) {
                    const auto grant = limiter.acquire(rate);
                    const std::lock_guard<std::mutex> guard(mutex);
                    mine.push_back(grant->at_ns);
                }
            };
            std::thread a(work), b(work);
            a.join();
            b.join();
            std::ofstream file(scratch / std::to_string(i));
            for (const auto time : mine) file << time << "\n";
        });
    std::vector<std::int64_t> grants;
    int i = 0;
    for (auto& child : children) {
        ASSERT_EQ(child.wait(), 0);
        std::ifstream file(scratch / std::to_string(i++));
        for (std::int64_t time = 0; file >> time;) grants.push_back(time);
    }
    std::sort(grants.begin(), grants.end());
    ASSERT_EQ(grants.size(), 120U);
    EXPECT_LE(excess(grants, rate.per_second, rate.burst), 1e-3);
    EXPECT_EQ(Limiter(scratch / "limits/ofs").look(rate).granted, 120U);
}

TEST(Limiter, ADeadlineNotesNothing) {
    const Scratch scratch;
    Limiter limiter(scratch / "x");
    const Rate hourly{1.0 / 3600, 1, false};
    ASSERT_TRUE(limiter.acquire(hourly));
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_FALSE(limiter.acquire(hourly, after(5s)));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 4s);  // it is known at once
    EXPECT_EQ(limiter.look(hourly).granted, 1U);
    EXPECT_GT(limiter.look(hourly).until_next, 3590s);
    // The plan was edited.
    EXPECT_TRUE(limiter.acquire({1000, 1, false}, after(5s)));
}

TEST(Limiter, AKilledHeadChangesNothing) {
    const Scratch scratch;
    const Rate rate{10, 1, false};
    Limiter limiter(scratch / "x");
    ASSERT_TRUE(limiter.acquire({1.0 / 3600, 1, false}));
    Child head([&] { static_cast<void>(Limiter(scratch / "x").acquire({1.0 / 3600, 1, false})); });
    ASSERT_TRUE(eventually([&] { return limiter.look(rate).waiting == 1; }));
    EXPECT_FALSE(limiter.acquire(rate, after(10ms)));  // behind it
    head.kill();
    EXPECT_TRUE(limiter.acquire(rate, after(10s)));
    EXPECT_EQ(limiter.look(rate).granted, 2U);
}

TEST(Limiter, ADamagedNoteIsNone) {
    const Scratch scratch;
    Limiter limiter(scratch / "x");
    const Rate hourly{1.0 / 3600, 1, false};
    ASSERT_TRUE(limiter.acquire(hourly));
    LockFile file(scratch / "x");
    const char noise[] = "noise";
    file.write(80, noise, sizeof noise);
    EXPECT_EQ(limiter.look(hourly).granted, 0U);
    EXPECT_TRUE(limiter.acquire(hourly, after(1s)));
}

TEST(Limiter, NoRateNeverWaits) {
    const Scratch scratch;
    Limiter limiter(scratch / "x");
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(limiter.acquire({}, after(0s)));
}

TEST(Limiter, StaggersStarts) {
    const Scratch scratch;
    Limiter limiter(scratch / "x");
    const auto rate = Rate::one_every(20ms);
    std::vector<std::int64_t> grants;
    for (int i = 0; i < 4; ++i) grants.push_back(limiter.acquire(rate)->at_ns);
    for (std::size_t i = 1; i < grants.size(); ++i) EXPECT_GE(grants[i] - grants[i - 1], 20'000'000);
    EXPECT_EQ(Rate::one_every(0ms).per_second, 0);
}

}  // namespace
}  // namespace lockstep::runtime
