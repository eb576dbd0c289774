#include "launcher/batch_process.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "launcher/group.hpp"
#include "launcher/supervise.hpp"
#include "launcher/waiting.hpp"
#include "runtime/descriptor.hpp"

namespace lockstep::launcher {
namespace {

using Clock = std::chrono::steady_clock;
using runtime::Descriptor;

/// What the guardian says: first whether the program runs, then how it ended.
struct Word {
    pid_t pid = 0;
    int error = 0;
    int status = 0;
};

struct Pipe {
    Pipe() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) runtime::fail("cannot make", "pipe");
        read = Descriptor(ends[0]);
        write = Descriptor(ends[1]);
    }
    Descriptor read, write;
};

/// The program's process id, which it notes itself: it may kill the guardian before that has said it.
class SharedNumber {
public:
    SharedNumber() {
        void* const page = ::mmap(nullptr, sizeof(pid_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED) runtime::fail("cannot make", "shared memory");
        number_ = static_cast<pid_t*>(page);
    }
    ~SharedNumber() { ::munmap(number_, sizeof(pid_t)); }
    SharedNumber(const SharedNumber&) = delete;
    SharedNumber& operator=(const SharedNumber&) = delete;
    [[nodiscard]] pid_t* get() const { return number_; }

private:
    pid_t* number_;
};

/// A word is shorter than PIPE_BUF: it comes whole or not at all.
bool read_word(const Descriptor& file, Word& word) {
    return runtime::retry([&] { return ::read(file.get(), &word, sizeof word); }) == sizeof word;
}
bool write_word(const Descriptor& file, const Word& word) {
    return runtime::retry([&] { return ::write(file.get(), &word, sizeof word); }) == sizeof word;
}

/// The guardian, from its birth to its end. Signals that tests send to their parent wait for ever: they are blocked
/// in it as they are in this process, but for those that cannot be.
[[noreturn]] void guard(Program program, const Signals& signals, Pipe& output, Pipe& words, pid_t parent) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);  // it died before that
    words.read = {};
    output.read = {};
    program.output = program.errors = output.write.get();
    Word word;
    try {
        const auto started = spawn(program, signals);
        word.pid = started.pid;
        word.error = started.error;
    } catch (const std::exception&) {
        word.error = ENOMEM;
    }
    output.write = {};
    if (!write_word(words.write, word) || word.pid == 0) ::_exit(127);
    if (runtime::retry([&] { return ::waitpid(word.pid, &word.status, 0); }) == word.pid) write_word(words.write, word);
    ::_exit(0);
}

class Guarded {
public:
    Guarded(const Signals& signals, const TakeOutput& take) : signals_(signals), take_(take) {}

    void start(Program program) {
        const auto self = ::getpid();
        program.number = number_.get();
        guardian_ = ::fork();
        if (guardian_ < 0) {
            run_.error = errno;
            return;
        }
        if (guardian_ == 0) guard(program, signals_, output_, words_, self);
        output_.write = {};
        words_.write = {};
        // A test may stop its parent before that has said that it runs.
        pollfd file{words_.read.get(), POLLIN, 0};
        while (runtime::retry([&] { return ::poll(&file, 1, 20); }) == 0) ::kill(guardian_, SIGCONT);
        Word word;
        const bool told = read_word(words_.read, word);
        group_ = *number_.get();
        run_.error = told ? word.error : group_ != 0 ? 0 : ECHILD;
        if (run_.error != 0) runtime::retry([&] { return ::waitpid(guardian_, nullptr, 0); });
    }

    [[nodiscard]] bool runs() const { return run_.error == 0; }

    void until_it_ends(const std::function<std::optional<Time>()>& deadline, const std::function<void()>& timed_out) {
        while (!guardian_ended_) {
            const auto at = run_.end.timed_out ? std::nullopt : deadline();
            step(at.value_or(never));
            if (!at || now() < *at || guardian_ended_) continue;
            // What came by now counts.
            drain();
            const auto later = deadline();
            if (!later || now() < *later) continue;
            run_.end.timed_out = true;
            timed_out();
            send(SIGTERM);
            send(SIGCONT);
            kill_at_ = now() + patience_after_term;
        }
        Word word;
        if (read_word(words_.read, word)) {
            run_.end.status = word.status;
            ended_ = true;
        } else {
            // The kernel kills the program for that, but perhaps not yet.
            run_.end.parent_killed = run_.end.interrupted == 0;
            run_.end.status = SIGKILL;
            ::kill(-group_, SIGKILL);
        }
    }

    /// Reports and ends what is left of the group.
    void end_group() {
        if (!until_group_ends(now() + patience_after_end)) {
            const bool told = run_.end.interrupted != 0 || run_.end.timed_out || run_.end.parent_killed;
            if (!told) run_.left = members_of(group_);
            if (kill_at_ == never) {
                send(SIGTERM);
                kill_at_ = now() + patience_after_term;
            }
            until_group_ends(kill_at_ + patience_after_term);
        }
        drain();
    }

    ProcessRun take() { return std::move(run_); }

private:
    /// No clock runs while this process is stopped.
    [[nodiscard]] Time now() const { return Clock::now() - paused_; }

    bool until_group_ends(Time deadline) {
        while (group_has_children(group_)) {
            if (now() >= deadline) return false;
            step(deadline);
        }
        return true;
    }

    /// Waits for whatever comes next, until then at most, and deals with it.
    void step(Time deadline) {
        std::array<pollfd, 2> files{{{signals_.descriptor(), POLLIN, 0}, {output_.read.get(), POLLIN, 0}}};
        if (wait_for_files(files, now(), std::min(deadline, kill_at_)) > 0) {
            if (files[1].revents != 0) read_at_most(SIZE_MAX);
            if (files[0].revents != 0) {
                for (const int signal : signals_.take()) receive(signal);
            }
        }
        if (now() >= kill_at_) {
            kill_at_ = never;
            send(SIGKILL);
        }
    }

    std::size_t read_at_most(std::size_t most) {
        static std::array<char, 65536> buffer;
        const auto size = std::min(most, buffer.size());
        const auto got = runtime::retry([&] { return ::read(output_.read.get(), buffer.data(), size); });
        if (got <= 0) {
            output_.read = {};
            return 0;
        }
        take_({buffer.data(), static_cast<std::size_t>(got)}, now());
        return static_cast<std::size_t>(got);
    }

    /// What is in the pipe now, and no more: a daemon may go on writing for ever.
    void drain() {
        int there = 0;
        if (!output_.read || ::ioctl(output_.read.get(), FIONREAD, &there) != 0) return;
        for (auto left = static_cast<std::size_t>(there); left > 0 && output_.read;) left -= read_at_most(left);
    }

    void receive(int signal) {
        if (signal == SIGCHLD) {
            reap();
        } else if (signal == SIGTSTP) {
            send(signal);
            const auto begin = Clock::now();
            ::raise(SIGSTOP);
            paused_ += Clock::now() - begin;
        } else {
            send(signal);
            if (signal == SIGCONT) return;
            run_.end.interrupted = signal;
            if (signal == SIGTERM) kill_at_ = std::min(kill_at_, now() + patience_after_term);
        }
    }

    /// To the program's group, while it is there: later another group may have its number.
    void send(int signal) {
        if (!ended_ || group_has_children(group_)) ::kill(-group_, signal);
    }

    /// Waits for the guardian and for processes that lost their parent.
    void reap() {
        siginfo_t info;
        for (;;) {
            info.si_pid = 0;
            const auto got = runtime::retry([&] { return ::waitid(P_ALL, 0, &info, WEXITED | WSTOPPED | WNOHANG); });
            if (got != 0 || info.si_pid == 0) return;
            if (info.si_pid != guardian_) continue;
            if (info.si_code == CLD_STOPPED) {
                ::kill(guardian_, SIGCONT);  // a test that stops its parent stops nobody
            } else {
                guardian_ended_ = true;
            }
        }
    }

    const Signals& signals_;
    const TakeOutput& take_;
    Pipe output_, words_;
    SharedNumber number_;
    pid_t guardian_ = 0, group_ = 0;
    bool guardian_ended_ = false, ended_ = false;
    Clock::duration paused_{};
    Time kill_at_ = never;
    ProcessRun run_;
};

}  // namespace

ProcessRun run_process(const Program& program, const Signals& signals, const TakeOutput& take,
                       const std::function<std::optional<Time>()>& deadline, const std::function<void()>& timed_out) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    Guarded guarded(signals, take);
    guarded.start(program);
    if (guarded.runs()) {
        guarded.until_it_ends(deadline, timed_out);
        guarded.end_group();
    }
    return guarded.take();
}

}  // namespace lockstep::launcher
