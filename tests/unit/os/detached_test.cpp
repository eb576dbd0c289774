// Processes that outlive us, processes that must not outlive another, stopped ones, and locks that somebody else has.
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <thread>

#include "os/files.hpp"
#include "os/machine.hpp"
#include "os/processes.hpp"
#include "scratch.hpp"

namespace os = lockstep::os;
using namespace std::chrono_literals;

namespace {

template <class Condition>
bool within_a_minute(const Condition& condition) {
    for (int i = 0; i < 6000; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(10ms);
    }
    return false;
}

/// A child that runs `body`, then sleeps.
pid_t child_that(const std::function<void()>& body) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    body();
    while (true) ::pause();
}

void end(pid_t child) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
}

class Detached : public Scratch {
protected:
    /// What sh, started so, says of itself.
    std::string said_by(const std::string& script) {
        put("open", "content of the file\n");
        const auto process = os::start_detached(
            {"/bin/sh", "-c", "(" + script + ") >" + at("new") + " 2>&1; mv " + at("new") + " " + at("said")},
            at("open"));
        EXPECT_TRUE(process);
        EXPECT_TRUE(within_a_minute([&] { return os::exists(at("said")); }));
        if (process) ::waitpid(process->pid, nullptr, 0);
        return content("said");
    }
};

TEST_F(Detached, ItHasTheFileAndNothingElseOfOurs) {
    EXPECT_EQ(said_by("cat <&3; pwd; cat; readlink /proc/self/fd/0"), "content of the file\n/\n/dev/null\n");
    std::filesystem::remove(at("said"));
    ::setenv("LOCKSTEP_SESSION", "x", 1);
    EXPECT_EQ(said_by("env | grep -c LOCKSTEP_SESSION"), "0\n");
    ::unsetenv("LOCKSTEP_SESSION");
}

TEST_F(Detached, ItIsInASessionOfItsOwn) {
    put("open", "");
    const auto process = os::start_detached({"/bin/sh", "-c", "kill -STOP $$"}, at("open"));
    ASSERT_TRUE(process);
    EXPECT_TRUE(within_a_minute([&] { return os::stopped(*process); }));
    EXPECT_EQ(os::process_group_of(process->pid), process->pid);
    EXPECT_EQ(::getsid(process->pid), process->pid);
    end(process->pid);
    EXPECT_FALSE(os::alive(*process));
}

TEST_F(Detached, WhatCannotBeIsNone) {
    EXPECT_EQ(os::start_detached({"/bin/sh"}, at("missing")), std::nullopt);
    put("open", "");
    EXPECT_EQ(os::start_detached({at("missing")}, at("open")), std::nullopt);
}

TEST_F(Detached, DescriptorsAreClosedFromOneOn) {
    put("open", "");
    const pid_t child = child_that([&] {
        const int first = ::open(at("open").c_str(), O_RDONLY), second = ::open(at("open").c_str(), O_RDONLY);
        os::close_all_above(first);
        put("result", ::fcntl(first, F_GETFD) >= 0 && ::fcntl(second, F_GETFD) < 0 ? "good" : "bad");
    });
    EXPECT_TRUE(within_a_minute([&] { return !content("result").empty(); }));
    EXPECT_EQ(content("result"), "good");
    end(child);
}

TEST_F(Detached, TheEndOfAProcessIsWaitedFor) {
    const pid_t child = child_that([] {});
    const auto process = os::identify_process(child).value();
    std::thread killer([&] {
        std::this_thread::sleep_for(50ms);
        end(child);
    });
    os::wait_for_end(process);
    EXPECT_FALSE(os::alive(process));
    killer.join();
    os::wait_for_end(process);  // at once
}

class Parents : public Scratch {
protected:
    /// Whether a grandchild that does `body` ends when its parent is killed.
    bool ends_with_parent(const std::function<void()>& body) {
        const pid_t parent = child_that([&] {
            const pid_t child = child_that([&] {
                body();
                put("ready", "");
            });
            put("child.new", std::to_string(child));
            std::filesystem::rename(at("child.new"), at("child"));
        });
        EXPECT_TRUE(within_a_minute([&] { return os::exists(at("ready")) && os::exists(at("child")); }));
        const auto child = os::identify_process(std::stoi(content("child"))).value();
        EXPECT_TRUE(os::alive(child));
        end(parent);
        for (int i = 0; i < 50 && os::alive(child); ++i) std::this_thread::sleep_for(10ms);
        if (!os::alive(child)) return true;
        ::kill(child.pid, SIGKILL);
        return false;
    }
};

TEST_F(Parents, ItEndsWithTheOneThatStartedIt) {
    EXPECT_TRUE(ends_with_parent([] { os::end_with(os::parent_process()); }));
}

TEST_F(Parents, OthersDoNot) {
    EXPECT_FALSE(ends_with_parent([] {}));
}

TEST_F(Parents, OneThatIsGoneAlreadyEndsItAtOnce) {
    const pid_t child = child_that([] { os::end_with({.pid = ::getppid(), .start = 1}); });
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

TEST_F(Parents, StoppedProcessesAreKnown) {
    const pid_t child = child_that([] {});
    const auto process = os::identify_process(child).value();
    EXPECT_FALSE(os::stopped(process));
    ::kill(child, SIGSTOP);
    EXPECT_TRUE(within_a_minute([&] { return os::stopped(process); }));
    EXPECT_TRUE(os::alive(process));
    EXPECT_FALSE(os::stopped({.pid = process.pid, .start = process.start + 1}));
    ::kill(child, SIGCONT);
    EXPECT_TRUE(within_a_minute([&] { return !os::stopped(process); }));
    end(child);
    EXPECT_FALSE(os::stopped(process));
}

TEST_F(Parents, VariablesAreOfTheStart) {
    const pid_t child = ::fork();
    if (child == 0) {
        std::string first = "FIRST=1=2", second = "FIRSTLY=3";
        std::array environment{first.data(), second.data(), static_cast<char*>(nullptr)};
        ::execle("/bin/sh", "sh", "-c", "kill -STOP $$", nullptr, environment.data());
    }
    EXPECT_TRUE(within_a_minute([&] { return os::stopped(os::identify_process(child).value()); }));
    EXPECT_EQ(os::environment_of(child, "FIRST"), "1=2");
    EXPECT_EQ(os::environment_of(child, "FIRSTLY"), "3");
    EXPECT_EQ(os::environment_of(child, "FIR"), std::nullopt);
    end(child);
    EXPECT_EQ(os::environment_of(child, "FIRST"), std::nullopt);
}

class Locks : public Scratch {
protected:
    /// A child that holds the lock until it is killed.
    pid_t holder() {
        const pid_t child = child_that([&] {
            const os::FileLock lock(at("lock"));
            put("held", "");
            while (true) ::pause();
        });
        EXPECT_TRUE(within_a_minute([&] { return os::exists(at("held")); }));
        return child;
    }
};

TEST_F(Locks, WhoeverHasItIsNamedOnce) {
    const pid_t child = holder();
    std::vector<int> named;
    const auto name = [&](int pid) {
        named.push_back(pid);
        end(child);
    };
    {
        const os::FileLock lock(at("lock"), name, 20ms);
        EXPECT_EQ(named, std::vector<int>{child});
    }
    const os::FileLock again(at("lock"), name, 20ms);
    EXPECT_EQ(named.size(), 1U) << "free: nobody is waited for";
}

TEST_F(Locks, NobodyIsNamedWhereItIsSoonToBeHad) {
    const pid_t child = holder();
    std::thread killer([&] {
        std::this_thread::sleep_for(50ms);
        end(child);
    });
    const os::FileLock lock(
        at("lock"), [](int pid) { ADD_FAILURE() << pid; }, 60s);
    killer.join();
}

}  // namespace
