#include "os/exit_watch.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>

#include <algorithm>
#include <climits>
#include <thread>

namespace lockstep::os {

// glibc has no pidfd_open before 2.36.
ExitWatch::ExitWatch(const ProcessId& process)
    : process_(process), pidfd_(static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0))) {
    // Whom the descriptor means is certain only now: before, the number may have gone to another.
    gone_ = !alive(process);
    if (gone_) pidfd_.reset();
}

bool ExitWatch::ended() const {
    if (gone_) return true;
    if (!pidfd_) return !alive(process_);
    pollfd entry{pidfd_.get(), POLLIN, 0};
    return ::poll(&entry, 1, 0) == 1;
}

bool ExitWatch::wait_until(std::chrono::steady_clock::time_point deadline) const {
    while (!ended()) {
        const auto left = deadline - std::chrono::steady_clock::now();
        if (left <= left.zero()) return false;
        if (pidfd_) {
            const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left).count();
            pollfd entry{pidfd_.get(), POLLIN, 0};
            ::poll(&entry, 1, static_cast<int>(std::min<decltype(milliseconds)>(milliseconds, INT_MAX)));
        } else {
            std::this_thread::sleep_for(look_again);
        }
    }
    return true;
}

bool ExitWatch::signal(int number) const {
    if (ended()) return false;
    const auto result = pidfd_ ? ::syscall(SYS_pidfd_send_signal, pidfd_.get(), number, nullptr, 0)
                               : static_cast<long>(::kill(process_.pid, number));
    if (result == 0) return true;
    if (errno == ESRCH) return false;
    throw std::system_error(errno, std::generic_category(), "cannot end process " + std::to_string(process_.pid));
}

}  // namespace lockstep::os
