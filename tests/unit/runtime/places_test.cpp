#include "runtime/places.hpp"

#include <gtest/gtest.h>

#include <list>

#include "scratch.hpp"

namespace lockstep::runtime {
namespace {

using namespace std::chrono_literals;
using test::Child;
using test::eventually;
using test::Scratch;

TEST(Places, AreAsManyAsThePlanSays) {
    const Scratch scratch;
    const auto path = scratch / "limits/ofs";
    std::list<Place> held;
    for (int i = 0; i < 3; ++i) {
        auto place = take_place(path, 3, "test " + std::to_string(i), after(5s));
        ASSERT_TRUE(place);
        held.push_back(std::move(*place));
    }
    EXPECT_FALSE(take_place(path, 3, "", after(5ms)));
    const auto who = holders(path);
    ASSERT_EQ(who.size(), 3U);
    EXPECT_EQ(who[1].text, "test 1");
    held.erase(std::next(held.begin()));
    EXPECT_TRUE(take_place(path, 3, "", after(5s)));
}

TEST(Places, ALowerLimitCountsThoseThatAreHeldAlready) {
    const Scratch scratch;
    std::list<Place> held;
    for (int i = 0; i < 3; ++i) held.push_back(*take_place(scratch / "x", 3, ""));
    held.pop_front();
    EXPECT_FALSE(take_place(scratch / "x", 2, "", after(5ms)));
    held.pop_front();
    EXPECT_TRUE(take_place(scratch / "x", 2, "", after(5s)));
}

TEST(Places, OfAKilledProcessAreFree) {
    const Scratch scratch;
    const auto path = scratch / "x";
    Child child([&] {
        const auto place = take_place(path, 1, "doomed");
        ::pause();
    });
    ASSERT_TRUE(eventually([&] { return holders(path).size() == 1; }));
    EXPECT_FALSE(take_place(path, 1, "", after(5ms)));
    child.kill();
    EXPECT_TRUE(take_place(path, 1, "", after(5s)));
}

TEST(Places, AreTakenInTheOrderOfArrival) {
    const Scratch scratch;
    const auto path = scratch / "x";
    std::optional<Place> held = take_place(path, 1, "");
    std::list<Child> children;
    for (char letter = 'a'; letter <= 'h'; ++letter) {
        children.emplace_back([&, letter] {
            const auto place = take_place(path, 1, "");
            std::ofstream(scratch / "served", std::ios::app) << letter;
        });
        ASSERT_TRUE(eventually([&] { return waiting(path, queue_of_places) == children.size(); }));
    }
    held.reset();
    for (auto& child : children) EXPECT_EQ(child.wait(), 0);
    EXPECT_EQ(test::text_of(scratch / "served"), "abcdefgh");
}

TEST(Places, OneCallAtATimeRunsOnTheLaunchersPlace) {
    const Scratch scratch;
    auto first = use_held_place(scratch / "x", "test 1");
    EXPECT_TRUE(first);
    EXPECT_FALSE(use_held_place(scratch / "x", "test 1"));
    EXPECT_TRUE(use_held_place(scratch / "x", "test 2"));
    first.reset();
    EXPECT_TRUE(use_held_place(scratch / "x", "test 1"));
    EXPECT_TRUE(holders(scratch / "x").empty());
}

}  // namespace
}  // namespace lockstep::runtime
