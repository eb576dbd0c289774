#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "os/files.hpp"
#include "os/processes.hpp"
#include "scratch.hpp"

namespace os = lockstep::os;
using namespace std::chrono_literals;

namespace {

class Run : public Scratch {
protected:
    static os::RunOptions shell(const std::string& script) {
        os::RunOptions options;
        options.command = {"sh", "-c", script};
        return options;
    }
    /// Waits until the process whose number the file holds is gone.
    [[nodiscard]] bool gone(std::string_view file) const {
        const int pid = std::atoi(content(file).c_str());
        if (pid == 0) return false;
        for (int i = 0; i < 400; ++i) {
            const auto process = os::identify_process(pid);
            if (!process || !os::alive(*process)) return true;
            std::this_thread::sleep_for(5ms);
        }
        return false;
    }
};

TEST_F(Run, StandardErrorGoesIntoAFileOfItsOwn) {
    auto options = shell("echo out; echo err >&2");
    options.stderr_file = at("err");
    EXPECT_EQ(os::run(options).output, "out\n");
    EXPECT_EQ(content("err"), "err\n");
    options.command.back() = "true";
    EXPECT_EQ(os::run(options).output, "");
    EXPECT_EQ(content("err"), "");
}

TEST_F(Run, StatusAndOutput) {
    struct Row {
        const char* script;
        int status;
        const char* output;
    };
    for (const auto& row :
         {Row{"echo one; echo two", 0, "one\ntwo\n"}, Row{"printf x; exit 7", 7, "x"},
          Row{"echo out; echo err >&2", 0, "out\nerr\n"}, Row{"kill -KILL $$", 137, ""}, Row{"kill -SEGV $$", 139, ""},
          Row{"cat", 0, ""}, Row{"exec >&- 2>&-; sleep 0.05; exit 3", 3, ""}}) {
        SCOPED_TRACE(row.script);
        const auto result = os::run(shell(row.script));
        EXPECT_EQ(result.status, row.status);
        EXPECT_EQ(result.output, row.output);
        EXPECT_FALSE(result.timed_out);
        EXPECT_GT(result.seconds, 0);
        EXPECT_LT(result.seconds, 5);
    }
}

TEST_F(Run, LargeOutputIsWhole) {
    const auto result = os::run(shell("head -c 5000000 /dev/zero; echo end"));
    EXPECT_EQ(result.output.size(), 5'000'004U);
    EXPECT_TRUE(result.output.ends_with("end\n"));
}

TEST_F(Run, WordsAreNoShellCode) {
    os::RunOptions options;
    options.command = {"printf", "%s|", "a b", "$HOME;`id`", "", "\"'\\"};
    EXPECT_EQ(os::run(options).output, "a b|$HOME;`id`||\"'\\|");
}

TEST_F(Run, StandardErrorMayBeOurs) {
    auto options = shell("echo out; echo err >&2");
    options.merge_stderr = false;
    testing::internal::CaptureStderr();
    EXPECT_EQ(os::run(options).output, "out\n");
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "err\n");
}

TEST_F(Run, EnvironmentAndFolder) {
    ::setenv("LOCKSTEP_TEST_OLD", "old", 1);
    ::setenv("LOCKSTEP_TEST_GONE", "there", 1);
    ::setenv("LOCKSTEP_TEST_KEPT", "kept", 1);
    auto options =
        shell("echo \"$LOCKSTEP_TEST_OLD,${LOCKSTEP_TEST_GONE-none},$LOCKSTEP_TEST_KEPT,$LOCKSTEP_TEST_NEW\"; pwd -P");
    options.set_environment = {{"LOCKSTEP_TEST_OLD", "new"}, {"LOCKSTEP_TEST_NEW", "a=b c"}};
    options.unset_environment = {"LOCKSTEP_TEST_GONE", "LOCKSTEP_TEST_NEVER"};
    options.working_directory = folder();
    EXPECT_EQ(os::run(options).output, "new,none,kept,a=b c\n" + std::filesystem::canonical(folder()).string() + "\n");
}

TEST_F(Run, WhatCannotStartIs127WithTheReason) {
    os::RunOptions options;
    options.command = {"lockstep-no-such-program", "x"};
    auto result = os::run(options);
    EXPECT_EQ(result.status, 127);
    EXPECT_EQ(result.output, "cannot start 'lockstep-no-such-program': No such file or directory");

    options.command = {put("plain", "no program")};
    EXPECT_EQ(os::run(options).output, "cannot start '" + at("plain") + "': Permission denied");

    options.command = {"true"};
    options.working_directory = at("none");
    EXPECT_EQ(os::run(options).output, "cannot start 'true' in '" + at("none") + "': No such file or directory");

    EXPECT_EQ(os::run({}).status, 127);
}

TEST_F(Run, TimeoutEndsTheWholeGroup) {
    auto options = shell("echo started; sleep 1000 & echo $! > pid; wait");
    options.working_directory = folder();
    options.timeout = 1s;
    const auto result = os::run(options);
    EXPECT_TRUE(result.timed_out);
    EXPECT_EQ(result.status, 128 + SIGTERM);
    EXPECT_EQ(result.output, "started\n");
    EXPECT_LT(result.seconds, 5);
    EXPECT_TRUE(gone("pid"));
}

TEST_F(Run, WithoutAGroupOnlyTheProcessIsEnded) {
    auto options = shell("echo $$; ps -o pgid= -p $$ 2>/dev/null || cut -d' ' -f5 /proc/$$/stat; exec sleep 1000");
    options.own_group = false;
    options.timeout = 1s;
    const auto result = os::run(options);
    EXPECT_EQ(result.status, 128 + SIGTERM);
    int pid = 0, group = 0;
    ASSERT_EQ(std::sscanf(result.output.c_str(), "%d %d", &pid, &group), 2) << result.output;
    EXPECT_EQ(group, ::getpgrp());
}

/// Takes five seconds, which the interface promises to whoever tidies up after TERM.
TEST_F(Run, WhoIgnoresTermIsKilledLaterBeItTheLeaderOrAMemberOfTheGroup) {
    const auto start = [&](const std::string& script, os::RunResult& result) {
        auto options = shell(script);
        options.working_directory = folder();
        options.timeout = 1s;
        return std::thread([options, &result] { result = os::run(options); });
    };
    os::RunResult leader, member;
    auto first = start("trap '' TERM; echo $$ > leader; while :; do sleep 0.1; done", leader);
    auto second = start("(trap '' TERM; while :; do sleep 0.1; done) & echo $! > member; wait", member);
    first.join();
    second.join();
    EXPECT_EQ(leader.status, 128 + SIGKILL);
    EXPECT_EQ(member.status, 128 + SIGTERM);
    for (const auto* result : {&leader, &member}) {
        EXPECT_TRUE(result->timed_out);
        EXPECT_GE(result->seconds, 6);
        EXPECT_LT(result->seconds, 10);
    }
    EXPECT_TRUE(gone("leader"));
    EXPECT_TRUE(gone("member"));
}

TEST_F(Run, OneThatTidiesUpAfterTermIsHeard) {
    auto options = shell("trap 'echo tidy; exit 5' TERM; echo ready; sleep 1000 & wait");
    options.timeout = 1s;
    const auto result = os::run(options);
    EXPECT_TRUE(result.timed_out);
    EXPECT_EQ(result.status, 5);
    EXPECT_EQ(result.output, "ready\ntidy\n");
}

TEST_F(Run, ADaemonThatKeepsThePipeOpenDoesNotKeepUs) {
    for (const auto* daemon : {"sleep 1000", "yes"}) {
        SCOPED_TRACE(daemon);
        auto options = shell("setsid " + std::string(daemon) + " & echo $! > pid; echo before; exit 4");
        options.working_directory = folder();
        const auto result = os::run(options);
        EXPECT_EQ(result.status, 4);
        EXPECT_NE(result.output.find("before\n"), std::string::npos);
        EXPECT_LT(result.seconds, 5);
        ::kill(std::atoi(content("pid").c_str()), SIGKILL);
        EXPECT_TRUE(gone("pid"));
    }
}

TEST_F(Run, ChildrenInheritNoDescriptorOfOurs) {
    const os::FileLock lock(at("lock"));
    const auto result = os::run(shell("ls -l /proc/$$/fd"));
    EXPECT_EQ(result.output.find("/lock\n"), std::string::npos) << result.output;
    EXPECT_NE(result.output.find("/dev/null"), std::string::npos) << result.output;
}

TEST_F(Run, BlockedSignalsDoNotReachTheChild) {
    sigset_t term, old;
    ::sigemptyset(&term);
    ::sigaddset(&term, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &term, &old);
    const auto result = os::run(shell("kill -TERM $$; exit 0"));
    ::pthread_sigmask(SIG_SETMASK, &old, nullptr);
    EXPECT_EQ(result.status, 128 + SIGTERM);
}

}  // namespace
