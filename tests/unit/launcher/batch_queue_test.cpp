#include "launcher/batch_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace lockstep::launcher {
namespace {

using Positions = std::vector<std::size_t>;

runtime::Batch batch_of(const std::vector<std::string>& filters) {
    runtime::Batch batch;
    for (const auto& filter : filters) batch.cases.push_back({filter, filter, 0});
    return batch;
}
const runtime::Batch six = batch_of({"A.a", "A.b", "B.a", "B.b", "C.a", "C.b"});

CaseWatch::Outcome settled(Positions positions, std::string suite = "") {
    return {std::move(positions), {}, std::move(suite), ""};
}

TEST(BatchQueue, WhatIsLeftRunsTogether) {
    BatchQueue queue(six, {0, 1, 2, 3, 4, 5});
    EXPECT_EQ(queue.next(), (Positions{0, 1, 2, 3, 4, 5}));
    EXPECT_TRUE(queue.ended(settled({0, 1, 3})).empty());
    EXPECT_EQ(queue.next(), (Positions{2, 4, 5}));
    EXPECT_TRUE(queue.ended(settled({5, 4, 2})).empty());
    EXPECT_TRUE(queue.next().empty());
}

TEST(BatchQueue, ASuiteWhoseSetUpEndsTheProcessIsGivenUp) {
    BatchQueue queue(six, {0, 1, 2, 3, 4, 5});
    static_cast<void>(queue.next());
    EXPECT_TRUE(queue.ended(settled({0, 1}, "C")).empty());
    EXPECT_EQ(queue.next(), Positions{4});
    EXPECT_EQ(queue.ended(settled({}, "C")), (Positions{4, 5}));
    EXPECT_EQ(queue.next(), (Positions{2, 3}));
    EXPECT_TRUE(queue.ended(settled({2, 3})).empty());
    EXPECT_TRUE(queue.next().empty());
}

TEST(BatchQueue, AfterTwoSuitesInARowEverythingIsGivenUp) {
    BatchQueue queue(six, {0, 1, 2, 3, 4, 5});
    EXPECT_EQ(queue.next().size(), 6U);
    EXPECT_TRUE(queue.ended({}).empty());
    EXPECT_EQ(queue.next(), Positions{0});
    EXPECT_EQ(queue.ended({}), (Positions{0, 1}));
    EXPECT_EQ(queue.next(), (Positions{2, 3, 4, 5}));
    EXPECT_TRUE(queue.ended({}).empty());
    EXPECT_EQ(queue.next(), Positions{2});
    EXPECT_EQ(queue.ended({}), (Positions{2, 3, 4, 5}));
    EXPECT_TRUE(queue.next().empty());
}

TEST(BatchQueue, WhatOnlyRunsAloneRunsAlone) {
    runtime::Batch batch;
    Positions all;
    for (std::size_t i = 0; i < 100; ++i) {
        batch.cases.push_back({std::to_string(i), "A." + std::to_string(i), 0});
        all.push_back(i);
    }
    BatchQueue queue(batch, all);
    EXPECT_EQ(queue.next().size(), 100U);
    EXPECT_TRUE(queue.ended({}).empty());
    for (const auto one : all) {
        EXPECT_EQ(queue.next(), Positions{one});
        EXPECT_TRUE(queue.ended(settled({one})).empty());
    }
    EXPECT_TRUE(queue.next().empty());
}

TEST(BatchQueue, DoubtfulOnesRunAloneInTheEnd) {
    BatchQueue queue(six, {0, 1, 2, 3});
    static_cast<void>(queue.next());
    EXPECT_TRUE(queue.ended({{2}, {0, 1}, "", ""}).empty());
    EXPECT_EQ(queue.left(), (Positions{3, 0, 1}));
    EXPECT_EQ(queue.next(), Positions{3});
    EXPECT_TRUE(queue.ended(settled({3})).empty());
    EXPECT_EQ(queue.next(), Positions{0});
    EXPECT_TRUE(queue.ended(settled({0})).empty());
    EXPECT_EQ(queue.next(), Positions{1});
    EXPECT_EQ(queue.ended({}), Positions{1});
    EXPECT_TRUE(queue.next().empty());
}

/// Whatever the processes do: each case has its end once, and there are no more new processes than cases.
TEST(BatchQueue, AlwaysEnds) {
    std::mt19937 random(20240601);  // NOLINT: the same each time
    for (int round = 0; round < 5000; ++round) {
        runtime::Batch batch;
        Positions all;
        const std::size_t count = random() % 12 + 1;
        for (std::size_t i = 0; i < count; ++i) {
            const auto filter = std::string(1, static_cast<char>('A' + random() % 4)) + "." + std::to_string(i);
            batch.cases.push_back({filter, filter, 0});
            all.push_back(i);
        }
        BatchQueue queue(batch, all);
        std::multiset<std::size_t> done;
        std::size_t processes = 0;
        while (!queue.next().empty()) {
            ++processes;
            ASSERT_LE(processes, count + 1) << round;
            CaseWatch::Outcome outcome;
            const auto asked = queue.next();
            const auto kind = random() % 4;
            for (const auto one : asked) {
                if (kind == 0) break;
                // Doubt is about two cases at least.
                if (asked.size() > 1 && random() % 5 == 0) {
                    outcome.doubtful.push_back(one);
                } else if (random() % 2 == 0) {
                    outcome.settled.push_back(one);
                }
            }
            if (outcome.doubtful.size() == 1) {
                outcome.settled.push_back(outcome.doubtful.front());
                outcome.doubtful.clear();
            }
            const auto rest = [&](std::size_t one) {
                return std::count(outcome.settled.begin(), outcome.settled.end(), one) +
                           std::count(outcome.doubtful.begin(), outcome.doubtful.end(), one) ==
                       0;
            };
            const auto left = std::find_if(asked.begin(), asked.end(), rest);
            if (left != asked.end() && random() % 2 == 0) outcome.suite = suite_of(batch.cases[*left].filter);
            done.insert(outcome.settled.begin(), outcome.settled.end());
            const auto given_up = queue.ended(outcome);
            done.insert(given_up.begin(), given_up.end());
        }
        EXPECT_EQ(Positions(done.begin(), done.end()), all);
    }
}

}  // namespace
}  // namespace lockstep::launcher
