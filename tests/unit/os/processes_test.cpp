#include "os/processes.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>

#include <algorithm>
#include <functional>
#include <thread>

#include "os/files.hpp"
#include "os/machine.hpp"
#include "scratch.hpp"

namespace os = lockstep::os;
using namespace std::chrono_literals;

namespace {

/// A child that says when it is ready and then sleeps; killed at the end.
class Child {
public:
    explicit Child(const std::function<void()>& prepare = [] {}) {
        int ready[2];
        if (::pipe2(ready, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
        pid_ = ::fork();
        if (pid_ == 0) {
            prepare();
            static_cast<void>(::write(ready[1], "x", 1));
            while (true) ::pause();
        }
        ::close(ready[1]);
        char byte = 0;
        static_cast<void>(::read(ready[0], &byte, 1));
        ::close(ready[0]);
    }
    ~Child() {
        if (pid_ == 0) return;
        ::kill(pid_, SIGKILL);
        wait();
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    [[nodiscard]] int pid() const { return pid_; }
    int wait() {
        int status = -1;
        ::waitpid(std::exchange(pid_, 0), &status, 0);
        return status;
    }

private:
    pid_t pid_ = 0;
};

void wait_for_state(int pid, char state) {
    for (int i = 0; i < 1000; ++i) {
        const auto text = os::read_file("/proc/" + std::to_string(pid) + "/stat").value();
        if (text[text.rfind(')') + 2] == state) return;
        std::this_thread::sleep_for(5ms);
    }
    FAIL() << "process " << pid << " is not in state " << state;
}

class Processes : public Scratch {};

TEST_F(Processes, ProcIsOurs) {
    EXPECT_TRUE(os::proc_available());
}

TEST_F(Processes, KnowsItsOwnKin) {
    EXPECT_EQ(os::parent_process().pid, ::getppid());
    EXPECT_EQ(os::parent_process(), os::identify_process(::getppid()));
    EXPECT_EQ(os::parent_of(::getpid()), ::getppid());
    EXPECT_EQ(os::process_group_of(::getpid()), ::getpgrp());
    EXPECT_EQ(os::executable_of(::getpid()), os::own_executable());
    const Child child([] { ::setpgid(0, 0); });
    EXPECT_EQ(os::parent_of(child.pid()), ::getpid());
    EXPECT_EQ(os::process_group_of(child.pid()), child.pid());
}

TEST_F(Processes, WereStartedByTheEndOfTheirTick) {
    const auto boot_time = [] {
        timespec now{};
        ::clock_gettime(CLOCK_BOOTTIME, &now);
        return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
    };
    const auto before = boot_time();
    const Child child;
    const auto started = os::started_by(os::identify_process(child.pid()).value());
    EXPECT_GE(started, before);
    EXPECT_LE(started, boot_time() + std::chrono::nanoseconds(std::nano::den / ::sysconf(_SC_CLK_TCK)));
}

TEST_F(Processes, NamesWithBlanksAndParenthesesDoNotShiftTheFields) {
    const Child child([] { ::prctl(PR_SET_NAME, "a) Z 1 (b"); });
    ASSERT_EQ(os::read_file("/proc/" + std::to_string(child.pid()) + "/comm"), "a) Z 1 (b\n");
    EXPECT_EQ(os::parent_of(child.pid()), ::getpid());
    const auto identity = os::identify_process(child.pid());
    ASSERT_TRUE(identity);
    EXPECT_TRUE(os::alive(*identity));
}

TEST_F(Processes, OfWhatIsGoneNothingIsKnown) {
    Child child;
    const int pid = child.pid();
    const auto identity = os::identify_process(pid);
    ASSERT_TRUE(identity);
    EXPECT_TRUE(os::alive(*identity));
    ::kill(pid, SIGKILL);
    siginfo_t information{};
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(pid), &information, WEXITED | WNOWAIT), 0);
    EXPECT_FALSE(os::alive(*identity)) << "a zombie";
    child.wait();
    EXPECT_FALSE(os::alive(*identity));
    EXPECT_EQ(os::identify_process(pid), std::nullopt);
    EXPECT_EQ(os::parent_of(pid), 0);
    EXPECT_EQ(os::process_group_of(pid), 0);
    EXPECT_EQ(os::executable_of(pid), "");
    EXPECT_TRUE(os::command_line_of(pid).empty());
    EXPECT_TRUE(os::open_files_of(pid).empty());
}

TEST_F(Processes, AnotherProcessOfTheSameNumberIsAnother) {
    const Child child;
    auto earlier = os::identify_process(child.pid()).value();
    earlier.start -= 1;
    EXPECT_FALSE(os::alive(earlier));
    os::end_processes(std::array{earlier}, 1s);
    EXPECT_EQ(::kill(child.pid(), 0), 0);
    EXPECT_TRUE(os::alive(os::identify_process(child.pid()).value()));
}

TEST_F(Processes, AZombieMainThreadIsNotTheEnd) {
    const pid_t child = ::fork();
    if (child == 0) {
        std::thread([] { ::pause(); }).detach();
        ::syscall(SYS_exit, 0);
    }
    wait_for_state(child, 'Z');
    EXPECT_TRUE(os::alive(os::identify_process(child).value()));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
}

TEST_F(Processes, CommandLinesKeepTheirWords) {
    const Child child([] { ::execlp("sh", "sh", "-c", "kill -STOP $$; :", "", "two words", nullptr); });
    wait_for_state(child.pid(), 'T');
    const std::vector<std::string> expected{"sh", "-c", "kill -STOP $$; :", "", "two words"};
    EXPECT_EQ(os::command_line_of(child.pid()), expected);
}

TEST_F(Processes, OpenFilesAreListedByNumber) {
    put("file", "text");
    const int fd = ::open(at("file").c_str(), O_RDONLY | O_CLOEXEC);
    const auto has = [&](const std::string& target) {
        const auto files = os::open_files_of(::getpid());
        EXPECT_TRUE(std::is_sorted(files.begin(), files.end()));
        return std::find(files.begin(), files.end(), std::pair(fd, target)) != files.end();
    };
    const auto real = std::filesystem::canonical(at("file")).string();
    EXPECT_TRUE(has(real));
    std::filesystem::remove(at("file"));
    EXPECT_TRUE(has(real + " (deleted)"));
    ::close(fd);
}

TEST_F(Processes, FoundByWhatTheirEnvironmentHoldsExactly) {
    const auto unique = std::to_string(::getpid());
    const auto start = [&](const std::string& entry) {
        return std::make_unique<Child>([&] {
            const char* arguments[] = {"sh", "-c", "kill -STOP $$", nullptr};
            std::string first = "A=1", last = "Z=" + std::string(100'000, 'z'), copy = entry;
            char* environment[] = {first.data(), copy.data(), last.data(), nullptr};
            ::execve("/bin/sh", const_cast<char**>(arguments), environment);
        });
    };
    const auto right = start("LOCKSTEP_TEST=" + unique), longer = start("LOCKSTEP_TEST=" + unique + "0"),
               other = start("XLOCKSTEP_TEST=" + unique);
    for (const auto* child : {right.get(), longer.get(), other.get()}) wait_for_state(child->pid(), 'T');
    const std::vector<os::ProcessId> expected{os::identify_process(right->pid()).value()};
    EXPECT_EQ(os::processes_with_environment("LOCKSTEP_TEST", unique), expected);
    EXPECT_TRUE(os::processes_with_environment("LOCKSTEP_TEST", "").empty());

    // An entry that our own environment held from the start, so that /proc shows it.
    const auto ours = os::read_file("/proc/self/environ").value();
    const auto entry = ours.substr(0, ours.find('\0'));
    const auto equals = entry.find('=');
    ASSERT_NE(equals, std::string::npos);
    for (const auto& process : os::processes_with_environment(entry.substr(0, equals), entry.substr(equals + 1))) {
        EXPECT_NE(process.pid, ::getpid());
    }
}

TEST_F(Processes, LinksAFileThatAnotherHoldsOpen) {
    put("log", "one\n");
    put("taken", "something else");
    int fd = -1;
    const Child child([&] {
        fd = ::open(at("log").c_str(), O_WRONLY | O_APPEND);
        ::dup2(fd, 42);
    });
    EXPECT_TRUE(os::link_open_file(child.pid(), 42, at("linked")));
    EXPECT_TRUE(os::link_open_file(child.pid(), 42, at("taken")));
    EXPECT_EQ(os::identify(at("linked")), os::identify(at("log")));
    EXPECT_EQ(os::identify(at("taken")), os::identify(at("log")));

    // It is read through another name once the first is gone.
    std::filesystem::remove(at("log"));
    EXPECT_TRUE(os::link_open_file(child.pid(), 42, at("again")));
    EXPECT_EQ(content("again"), "one\n");

    EXPECT_FALSE(os::link_open_file(child.pid(), 43, at("nobody")));
    EXPECT_FALSE(os::link_open_file(child.pid(), 42, at("none/linked")));
    EXPECT_FALSE(std::filesystem::exists(at("nobody")));
}

TEST_F(Processes, AFileWithoutANameCannotBeLinked) {
    put("log", "one\n");
    put("stale", "an older log");
    const int fd = ::open(at("log").c_str(), O_RDONLY | O_CLOEXEC);
    std::filesystem::remove(at("log"));
    EXPECT_FALSE(os::link_open_file(::getpid(), fd, at("stale")));
    EXPECT_FALSE(std::filesystem::exists(at("stale"))) << "would be taken for the file";
    EXPECT_EQ(os::read_file("/proc/self/fd/" + std::to_string(fd)), "one\n");
    ::close(fd);
}

TEST_F(Processes, EndsOneThatListens) {
    Child child;
    const auto start = std::chrono::steady_clock::now();
    os::end_processes(std::array{os::identify_process(child.pid()).value()}, 10s);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
    EXPECT_EQ(child.wait(), SIGTERM);
}

TEST_F(Processes, EndsOneThatIgnoresTerm) {
    Child child([] { ::signal(SIGTERM, SIG_IGN); });
    const auto start = std::chrono::steady_clock::now();
    os::end_processes(std::array{os::identify_process(child.pid()).value()}, 200ms);
    const auto taken = std::chrono::steady_clock::now() - start;
    EXPECT_GE(taken, 200ms);
    EXPECT_LT(taken, 5s);
    EXPECT_EQ(child.wait(), SIGKILL);
}

TEST_F(Processes, ManyThatIgnoreTermTakeNoLongerThanOne) {
    const auto stubborn = [] { ::signal(SIGTERM, SIG_IGN); };
    Child first(stubborn), second(stubborn), third(stubborn);
    std::vector<os::ProcessId> all;
    for (auto* child : {&first, &second, &third}) all.push_back(os::identify_process(child->pid()).value());
    const auto start = std::chrono::steady_clock::now();
    os::end_processes(all, 2s);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 4s);
    for (auto* child : {&first, &second, &third}) EXPECT_EQ(child->wait(), SIGKILL);
}

TEST_F(Processes, EndingOneThatIsGoneIsQuiet) {
    Child child;
    const auto identity = os::identify_process(child.pid()).value();
    ::kill(child.pid(), SIGKILL);
    child.wait();
    os::end_processes(std::array{identity}, 10s);
}

TEST_F(Processes, EndingAStrangersThrows) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs a process of another user";
    const Child child;
    const auto identity = os::identify_process(child.pid()).value();
    Child stranger([&] {
        if (::setuid(65534) != 0) ::_exit(2);
        try {
            os::end_processes(std::array{identity}, 0s);
        } catch (const std::system_error& error) {
            const auto expected = "cannot end process " + std::to_string(identity.pid) + ": Operation not permitted";
            ::_exit(error.what() == expected ? 0 : 1);
        }
        ::_exit(3);
    });
    EXPECT_EQ(stranger.wait(), 0);
}

}  // namespace
