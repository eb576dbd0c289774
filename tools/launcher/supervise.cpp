#include "launcher/supervise.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "launcher/group.hpp"
#include "launcher/waiting.hpp"

namespace lockstep::launcher {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_of(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

class Supervision {
public:
    Supervision(const Signals& signals, Output& output, pid_t pid, bool terminal)
        : signals_(signals), output_(output), pid_(pid), terminal_(terminal) {}

    void limit(std::optional<Milliseconds> timeout) {
        if (timeout) timeout_at_ = begin_ + *timeout;
    }

    void until_program_ends() {
        while (!reaped_) step(never);
        ended_.seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
    }

    /// Reports and ends what is left of the group.
    void end_group() {
        timeout_at_ = never;
        if (!until_group_ends(Clock::now() + patience_after_end)) {
            if (ended_.passed_on == 0 && !ended_.timed_out) ended_.left = members_of(pid_);
            if (kill_at_ == never) {
                send(SIGTERM);
                kill_at_ = Clock::now() + patience_after_term;
            }
            // What even SIGKILL does not end hangs in the kernel, on a dead network file system for example.
            until_group_ends(kill_at_ + patience_after_term);
        }
        if (terminal_) give_terminal(::getpgrp());
        output_.drain();
    }

    Ended take() { return std::move(ended_); }

private:
    bool until_group_ends(Time deadline) {
        while (group_has_children(pid_)) {
            if (Clock::now() >= deadline) return false;
            step(deadline);
        }
        return true;
    }

    /// Waits for whatever comes next, until then at most, and deals with it.
    void step(Time deadline) {
        files_.assign(1, {signals_.descriptor(), POLLIN, 0});
        output_.add_to(files_);
        if (wait_for_files(files_, Clock::now(), std::min({deadline, timeout_at_, kill_at_})) > 0) {
            for (const int signal : signals_.take()) receive(signal);
            output_.pass(files_);
        }
        const auto now = Clock::now();
        if (now >= timeout_at_) {
            timeout_at_ = never;
            ended_.timed_out = true;
            send(SIGTERM);
            send(SIGCONT);
            kill_at_ = now + patience_after_term;
        }
        if (now >= kill_at_) {
            kill_at_ = never;
            send(SIGKILL);
        }
    }

    void receive(int signal) {
        if (signal == SIGCHLD) {
            reap();
        } else if (signal == SIGTSTP) {
            send(signal);
            stop();
        } else {
            send(signal);
            if (signal == SIGCONT) return;
            ended_.passed_on = signal;
            if (signal == SIGTERM) kill_at_ = std::min(kill_at_, Clock::now() + patience_after_term);
        }
    }

    /// To the group, while it is there: once the program was waited for, another group may have its number.
    void send(int signal) {
        if (!reaped_ || group_has_children(pid_)) ::kill(-pid_, signal);
    }

    /// Waits for all children that have ended: processes that lost their parent are ours, and would stay as zombies.
    void reap() {
        siginfo_t info;
        for (;;) {
            info.si_pid = 0;
            const auto options = WEXITED | WNOHANG | WNOWAIT | (terminal_ ? WSTOPPED : 0);
            if (runtime::retry([&] { return ::waitid(P_ALL, 0, &info, options); }) != 0 || info.si_pid == 0) return;
            if (info.si_code == CLD_STOPPED) {
                ::waitid(P_PID, static_cast<id_t>(info.si_pid), &info, WSTOPPED | WNOHANG);
                if (info.si_pid == pid_) stopped_at_terminal();
            } else if (info.si_pid == pid_) {
                rusage usage{};
                runtime::retry([&] { return ::wait4(pid_, &ended_.status, 0, &usage); });
                ended_.user_seconds = seconds_of(usage.ru_utime);
                ended_.system_seconds = seconds_of(usage.ru_stime);
                ended_.peak_bytes = static_cast<long long>(usage.ru_maxrss) * 1024;
                reaped_ = true;
            } else {
                ::waitid(P_PID, static_cast<id_t>(info.si_pid), &info, WEXITED | WNOHANG);
            }
        }
    }

    /// The program was stopped by the terminal, of which we hear nothing.
    void stopped_at_terminal() {
        give_terminal(::getpgrp());
        stop();
        if (has_terminal()) give_terminal(pid_);
        send(SIGCONT);
    }

    /// Stops this process as well, for whoever waits for it; no clock runs meanwhile.
    void stop() {
        const auto begin = Clock::now();
        ::raise(SIGSTOP);
        const auto pause = Clock::now() - begin;
        for (auto* time : {&timeout_at_, &kill_at_}) {
            if (*time != never) *time += pause;
        }
    }

    const Signals& signals_;
    Output& output_;
    pid_t pid_;
    bool terminal_, reaped_ = false;
    Time begin_ = Clock::now(), timeout_at_ = never, kill_at_ = never;
    std::vector<pollfd> files_;
    Ended ended_;
};

}  // namespace

Ended supervise(const Program& program, Output& output, std::optional<Milliseconds> timeout,
                const std::function<void()>& started) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    const Signals signals;
    const bool terminal = program.terminal && has_terminal();
    const auto [pid, error] = spawn(program, signals);
    output.started();
    if (pid == 0) {
        Ended ended;
        ended.error = error;
        return ended;
    }
    if (started) started();
    Supervision supervision(signals, output, pid, terminal);
    supervision.limit(timeout);
    supervision.until_program_ends();
    supervision.end_group();
    return supervision.take();
}

}  // namespace lockstep::launcher
