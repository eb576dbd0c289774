#include "runtime/locks.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <list>

#include "scratch.hpp"

namespace lockstep::runtime {
namespace {

using namespace std::chrono_literals;
using test::Child;
using test::eventually;
using test::Scratch;
using Mode = LockFile::Mode;

Deadline in(std::chrono::nanoseconds patience) {
    return after(patience);
}

TEST(LockFile, ExcludesOtherDescriptionsOfTheSameProcess) {
    const Scratch scratch;
    LockFile a(scratch / "new/folders/lock"), b(scratch / "new/folders/lock");
    EXPECT_TRUE(a.try_lock({5}));
    EXPECT_FALSE(b.try_lock({5}));
    EXPECT_FALSE(b.try_lock({0, 10}));
    EXPECT_TRUE(b.try_lock({6}));
    EXPECT_EQ(b.taken({0, 100}), (std::vector<std::uint64_t>{5}));
    a.unlock({5});
    EXPECT_TRUE(b.try_lock({5}));
}

TEST(LockFile, SharedLocksExcludeExclusiveOnesOnly) {
    const Scratch scratch;
    LockFile a(scratch / "lock"), b(scratch / "lock"), c(scratch / "lock");
    EXPECT_TRUE(a.try_lock({0}, Mode::shared));
    EXPECT_TRUE(b.try_lock({0}, Mode::shared));
    EXPECT_FALSE(c.try_lock({0}));
    EXPECT_TRUE(c.taken({0}).empty());
}

TEST(LockFile, TakenFindsEveryOne) {
    const Scratch scratch;
    LockFile looking(scratch / "lock");
    std::list<LockFile> holders;
    for (const std::uint64_t position : {90U, 3U, 50U, 51U, 7U}) {
        holders.emplace_back(scratch / "lock");
        ASSERT_TRUE(holders.back().try_lock({position}));
    }
    EXPECT_EQ(looking.taken({0, 1000}), (std::vector<std::uint64_t>{3, 7, 50, 51, 90}));
    EXPECT_EQ(looking.taken({7, 44}), (std::vector<std::uint64_t>{7, 50}));
}

TEST(LockFile, IsFreeWhenItsHolderIsKilled) {
    const Scratch scratch;
    const auto path = scratch / "lock";
    Child child([&] {
        LockFile mine(path);
        mine.lock({0});
        ::pause();
    });
    LockFile lock(path);
    ASSERT_TRUE(eventually([&] { return !lock.taken({0}).empty(); }));
    EXPECT_FALSE(lock.lock_until(in(20ms), {0}));
    child.kill();
    EXPECT_TRUE(lock.try_lock({0}));
}

TEST(LockFile, IsInheritedByProgramsOnlyIfAskedTo) {
    const Scratch scratch;
    for (const bool inheritable : {false, true}) {
        const auto path = scratch / (inheritable ? "yes" : "no");
        Child child([&] {
            LockFile mine(path, inheritable);
            mine.lock({0});
            ::execlp("sleep", "sleep", "60", nullptr);
        });
        LockFile lock(path);
        const auto cmdline = "/proc/" + std::to_string(child.pid()) + "/comm";
        ASSERT_TRUE(eventually([&] { return test::text_of(cmdline) == "sleep\n"; }));
        EXPECT_EQ(lock.try_lock({0}), !inheritable);
    }
}

TEST(LockFile, NamesItsPathInErrors) {
    const Scratch scratch;
    std::ofstream(scratch / "file") << "x";
    try {
        LockFile lock(scratch / "file/lock");
        FAIL();
    } catch (const std::system_error& error) {
        EXPECT_NE(std::string(error.what()).find(scratch / "file"), std::string::npos);
    }
}

/// Children that wait for their turns, in this order; each then adds its letter to `served`.
class Queue {
public:
    std::string path() const { return scratch_ / "queue"; }
    void join(char letter) {
        const auto before = Turn::length(look_, 0);
        children_.emplace_back([=] {
            LockFile file(path());
            Turn turn(file, 0);
            if (!turn.wait()) ::_exit(1);
            std::ofstream(scratch_ / "served", std::ios::app) << letter;
        });
        ASSERT_TRUE(eventually([&] { return Turn::length(look_, 0) == before + 1; }));
    }
    std::list<Child>& children() { return children_; }
    std::string served_so_far() const { return test::text_of(scratch_ / "served"); }
    std::string served() {
        for (auto& child : children_) static_cast<void>(child.wait());
        children_.clear();
        return served_so_far();
    }

private:
    Scratch scratch_;
    LockFile look_{path()};
    std::list<Child> children_;
};

TEST(Turn, ComesInTheOrderOfArrival) {
    Queue queue;
    {
        LockFile first(queue.path());
        Turn turn(first, 0);
        ASSERT_TRUE(turn.wait());
        for (char letter = 'a'; letter <= 'z'; ++letter) queue.join(letter);
        EXPECT_EQ(Turn::length(first, 0), 26U);  // but for its own
    }
    EXPECT_EQ(queue.served(), "abcdefghijklmnopqrstuvwxyz");
}

TEST(Turn, IsLostOnlyToTheKilled) {
    Queue queue;
    auto& children = queue.children();
    {
        LockFile first(queue.path());
        Turn turn(first, 0);
        ASSERT_TRUE(turn.wait());
        for (char letter = 'a'; letter <= 'f'; ++letter) queue.join(letter);
        // b is the one that c waits for, f the last; then one more comes.
        children.erase(std::next(children.begin(), 5));
        children.erase(std::next(children.begin(), 1));
        queue.join('g');
        ::kill(children.front().pid(), SIGSTOP);
    }
    // With b gone c must still wait for a, who is slow.
    std::this_thread::sleep_for(100ms);
    EXPECT_EQ(queue.served_so_far(), "");
    ::kill(children.front().pid(), SIGCONT);
    EXPECT_EQ(queue.served(), "acdeg");
}

TEST(Turn, WhoLeavesAndComesAgainStandsLast) {
    Queue queue;
    LockFile greedy(queue.path());
    {
        Turn turn(greedy, 0);
        ASSERT_TRUE(turn.wait());
        queue.join('a');
    }
    Turn again(greedy, 0);
    ASSERT_TRUE(again.wait());
    EXPECT_EQ(queue.served(), "a");
}

TEST(Turn, ADeadlineKeepsThePlace) {
    const Scratch scratch;
    LockFile a(scratch / "queue"), b(scratch / "queue"), c(scratch / "queue");
    std::optional<Turn> first(std::in_place, a, 0);
    ASSERT_TRUE(first->wait());
    Turn second(b, 0);
    EXPECT_FALSE(second.wait(in(5ms)));
    Turn third(c, 0);
    EXPECT_FALSE(third.wait(in(5ms)));
    first.reset();
    EXPECT_FALSE(third.wait(in(5ms)));
    EXPECT_TRUE(second.wait(in(5s)));
}

TEST(Turn, GoesOnWhereTheCounterWasLost) {
    const Scratch scratch;
    LockFile a(scratch / "queue"), b(scratch / "queue");
    static_cast<void>(Turn(a, 0));
    std::optional<Turn> first(std::in_place, a, 0);
    ASSERT_TRUE(first->wait());
    const std::uint64_t zero = 0;
    a.write(0, &zero, sizeof zero);
    Turn second(b, 0);
    EXPECT_FALSE(second.wait(in(5ms)));
    first.reset();
    EXPECT_TRUE(second.wait(in(5s)));
}

TEST(NamedLock, ExcludesAndSaysWhoHasIt) {
    const Scratch scratch;
    const auto path = scratch / "locks/db";
    EXPECT_TRUE(holders(path).empty());
    EXPECT_FALSE(std::filesystem::exists(path));
    {
        const auto held = NamedLock::acquire(path, Mode::exclusive, "MyTest");
        ASSERT_TRUE(held);
        EXPECT_FALSE(NamedLock::acquire(path, Mode::exclusive, "other", in(5ms)));
        EXPECT_FALSE(NamedLock::acquire(path, Mode::shared, "other", in(5ms)));
        const auto who = holders(path);
        ASSERT_EQ(who.size(), 1U);
        EXPECT_EQ(who[0].text, "MyTest");
        EXPECT_EQ(who[0].pid, ::getpid());
        EXPECT_NEAR(static_cast<double>(who[0].since), static_cast<double>(std::time(nullptr)), 60);
    }
    EXPECT_TRUE(holders(path).empty());
    EXPECT_TRUE(NamedLock::acquire(path, Mode::exclusive, "", in(0s)));
}

TEST(NamedLock, IsShared) {
    const Scratch scratch;
    const auto path = scratch / "db";
    const auto a = NamedLock::acquire(path, Mode::shared, std::string(500, 'x'));
    const auto b = NamedLock::acquire(path, Mode::shared, "b", in(1s));
    ASSERT_TRUE(a && b);
    EXPECT_EQ(holders(path).size(), 2U);
    EXPECT_EQ(holders(path)[0].text, std::string(200, 'x'));
    EXPECT_FALSE(NamedLock::acquire(path, Mode::exclusive, "c", in(5ms)));
}

TEST(NamedLock, ThoseWhoShareDoNotStarveOneWhoDoesNot) {
    const Scratch scratch;
    const auto path = scratch / "db";
    auto reader = NamedLock::acquire(path, Mode::shared, "");
    Child writer([&] { static_cast<void>(NamedLock::acquire(path, Mode::exclusive, "")); });
    ASSERT_TRUE(eventually([&] { return waiting(path, 0) == 1; }));
    EXPECT_FALSE(NamedLock::acquire(path, Mode::shared, "", in(5ms)));
    reader.reset();
    EXPECT_TRUE(NamedLock::acquire(path, Mode::shared, "", in(5s)));
    EXPECT_EQ(writer.wait(), 0);
}

TEST(NamedLock, AForkedChildDoesNotProlongIt) {
    const Scratch scratch;
    const auto path = scratch / "db";
    auto held = NamedLock::acquire(path, Mode::exclusive, "");
    Child child([] { ::pause(); });
    held.reset();
    EXPECT_TRUE(NamedLock::acquire(path, Mode::exclusive, "", in(0s)));
}

TEST(Deadline, ForEverIsNotThePast) {
    EXPECT_FALSE(passed(after(std::chrono::nanoseconds::max())));
    EXPECT_FALSE(passed(after(std::nullopt)));
    EXPECT_TRUE(passed(after(0ns)));
}

}  // namespace
}  // namespace lockstep::runtime
