// Runs a command and captures what it writes. The end of the command is the end of its first process: a daemon that it
// leaves behind keeps the pipe open, which must not keep us.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <thread>

#include "os/descriptor.hpp"
#include "os/exit_watch.hpp"
#include "os/files.hpp"
#include "os/processes.hpp"
#include "os/spawn.hpp"

namespace lockstep::os {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto never = Clock::time_point::max();
constexpr std::chrono::seconds patience_after_term{5}, patience_after_kill{5};

struct Pipe {
    Descriptor read, write;
};

/// Both ends above the standard streams, of which we may have been started without some: what becomes the child's
/// standard input must not be what its output goes to.
Pipe make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    const Descriptor low_read(ends[0]), low_write(ends[1]);
    Pipe pipe{Descriptor(::fcntl(ends[0], F_DUPFD_CLOEXEC, 3)), Descriptor(::fcntl(ends[1], F_DUPFD_CLOEXEC, 3))};
    if (!pipe.read || !pipe.write) throw std::system_error(errno, std::generic_category(), "pipe");
    return pipe;
}

/// The child's number, or what was wrong.
std::pair<pid_t, std::string> spawn(const RunOptions& options, int output) {
    if (options.command.empty()) return {0, "cannot start a command without words"};
    auto words = options.command;
    auto environment = environment_with(options.set_environment, options.unset_environment);
    SpawnActions actions;
    actions.open_nothing(STDIN_FILENO, O_RDONLY);
    actions.copy(output, STDOUT_FILENO);
    if (!options.stderr_file.empty()) {
        actions.write_file(STDERR_FILENO, options.stderr_file);
    } else if (options.merge_stderr) {
        actions.copy(output, STDERR_FILENO);
    }
    actions.go_to(options.working_directory);
    const SpawnAttributes attributes(options.own_group ? POSIX_SPAWN_SETPGROUP : 0);
    pid_t child = 0;
    const int error = ::posix_spawnp(&child, words.front().c_str(), actions.get(), attributes.get(),
                                     pointers(words).data(), pointers(environment).data());
    if (error == 0) return {child, ""};
    // posix_spawn does not tell which step failed.
    if (!options.working_directory.empty() && ::access(options.working_directory.c_str(), X_OK) != 0) {
        return {0,
                "cannot start '" + words.front() + "' in '" + options.working_directory + "': " + std::strerror(errno)};
    }
    return {0, "cannot start '" + words.front() + "': " + std::strerror(error)};
}

/// A child that runs, from its start to its exit status.
class Child {
public:
    Child(pid_t pid, bool own_group, Descriptor output)
        : pid_(pid),
          own_group_(own_group),
          output_(std::move(output)),
          watch_(identify_process(pid).value_or(ProcessId{})) {}

    /// Reads until the process has ended or the time is up; true if it has ended.
    bool read_until(Clock::time_point deadline) {
        while (true) {
            // Looked at before reading: what it wrote before it ended is then in the pipe already.
            if (has_ended()) {
                drain();
                return true;
            }
            if (Clock::now() >= deadline) return false;
            wait_for_news(deadline);
        }
    }

    void signal(int number) const { ::kill(own_group_ ? -pid_ : pid_, number); }

    [[nodiscard]] int reap() {
        int status = 0;
        if (retry([&] { return ::waitpid(pid_, &status, 0); }) < 0) {
            throw std::system_error(errno, std::generic_category(), "waitpid");
        }
        return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }

    /// Of the others of its group, those that outlive the deadline get KILL. Only after reap(): its number cannot go to
    /// another process while its group has members.
    void end_group(Clock::time_point deadline) const {
        if (!own_group_) return;
        while (::kill(-pid_, 0) == 0) {
            if (Clock::now() >= deadline) {
                ::kill(-pid_, SIGKILL);
                return;
            }
            std::this_thread::sleep_for(look_again);
        }
    }

    [[nodiscard]] std::string take_output() { return std::move(text_); }

private:
    /// Leaves the child to be waited for, so that its number stays its own.
    [[nodiscard]] bool has_ended() const {
        siginfo_t information{};
        return ::waitid(P_PID, static_cast<id_t>(pid_), &information, WEXITED | WNOHANG | WNOWAIT) != 0 ||
               information.si_pid != 0;
    }

    void wait_for_news(Clock::time_point deadline) {
        std::array<pollfd, 2> entries{pollfd{output_.get(), POLLIN, 0}, pollfd{watch_.descriptor(), POLLIN, 0}};
        auto slice = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        // Without a pidfd nothing tells of the end.
        const std::chrono::milliseconds longest = watch_.descriptor() < 0 ? look_again : std::chrono::hours(1);
        slice = std::clamp(slice, std::chrono::milliseconds(0), longest);
        if (::poll(entries.data(), entries.size(), static_cast<int>(slice.count())) <= 0) return;
        if (entries[0].revents != 0 && !read_once(buffer_.size())) output_.reset();
    }

    /// What is there now. A descendant may go on writing for ever.
    void drain() {
        int there = 0;
        if (!output_ || ::ioctl(output_.get(), FIONREAD, &there) != 0) return;
        for (auto left = static_cast<std::size_t>(there); left > 0;) {
            const auto before = text_.size();
            if (!read_once(std::min(left, buffer_.size()))) return;
            left -= text_.size() - before;
        }
    }

    bool read_once(std::size_t most) {
        const auto got = retry([&] { return ::read(output_.get(), buffer_.data(), most); });
        if (got <= 0) return false;
        text_.append(buffer_.data(), static_cast<std::size_t>(got));
        return true;
    }

    pid_t pid_;
    bool own_group_;
    Descriptor output_;
    ExitWatch watch_;
    std::string text_;
    std::array<char, 65536> buffer_;
};

}  // namespace

RunResult run(const RunOptions& options) {
    const auto start = Clock::now();
    RunResult result;
    auto pipe = make_pipe();
    auto [pid, problem] = spawn(options, pipe.write.get());
    if (pid == 0) {
        result.status = 127;
        result.output = std::move(problem);
        return result;
    }
    pipe.write.reset();
    Child child(pid, options.own_group, std::move(pipe.read));

    const auto deadline = options.timeout ? start + *options.timeout : never;
    bool ended = child.read_until(deadline);
    auto kill_time = Clock::time_point{};
    if (!ended) {
        result.timed_out = true;
        kill_time = Clock::now() + patience_after_term;
        child.signal(SIGTERM);
        ended = child.read_until(kill_time);
    }
    if (!ended) {
        child.signal(SIGKILL);
        // What even this does not end hangs in the kernel, on a dead network file system for example.
        ended = child.read_until(Clock::now() + patience_after_kill);
    }
    result.status = ended ? child.reap() : 128 + SIGKILL;
    if (ended && result.timed_out) child.end_group(kill_time);
    result.output = child.take_output();
    result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return result;
}

}  // namespace lockstep::os
