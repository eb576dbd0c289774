#include "launcher/batch_minimise.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace lockstep::launcher {
namespace {

using Set = std::vector<std::size_t>;

Set numbers(std::size_t count) {
    Set set(count);
    std::iota(set.begin(), set.end(), std::size_t{0});
    return set;
}
bool always() {
    return true;
}

TEST(Minimised, FindsWhatIsNeeded) {
    for (const auto& needed : {Set{0}, Set{99}, Set{37}, Set{3, 4}, Set{0, 99}, Set{1, 50, 98}, numbers(100)}) {
        std::size_t tries = 0;
        const auto found = minimised(
            numbers(100),
            [&](const Set& set) {
                ++tries;
                EXPECT_TRUE(std::is_sorted(set.begin(), set.end()));
                return std::includes(set.begin(), set.end(), needed.begin(), needed.end());
            },
            always);
        EXPECT_EQ(found, needed);
        EXPECT_LE(tries, needed.size() < 10 ? 200U : 1000U);
    }
}

TEST(Minimised, NoneOfTheResultCanBeLeftOut) {
    // Any two even ones, or any five.
    const auto fails = [](const Set& set) {
        return set.size() >= 5 ||
               std::count_if(set.begin(), set.end(), [](std::size_t one) { return one % 2 == 0; }) >= 2;
    };
    const auto found = minimised(numbers(30), fails, always);
    ASSERT_TRUE(fails(found));
    for (std::size_t i = 0; i < found.size(); ++i) {
        auto less = found;
        less.erase(less.begin() + static_cast<std::ptrdiff_t>(i));
        EXPECT_FALSE(fails(less));
    }
}

TEST(Minimised, OneIsNotTriedAgain) {
    const auto never = [](const Set&) -> bool { throw 0; };
    EXPECT_EQ(minimised({7}, never, always), Set{7});
    EXPECT_EQ(minimised({}, never, always), Set{});
}

TEST(Minimised, EndsWhenItMayNotGoOn) {
    std::size_t tries = 0;
    const auto found = minimised(
        numbers(64), [](const Set& set) { return std::count(set.begin(), set.end(), 5U) == 1; },
        [&] { return tries++ < 2; });
    EXPECT_EQ(found, numbers(16));
}

}  // namespace
}  // namespace lockstep::launcher
