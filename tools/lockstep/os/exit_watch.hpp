// Private to os/: waits for a process to end. With a pidfd (Linux 5.3) that is one poll, and a signal cannot hit
// another process that got the number meanwhile; an older kernel or a container that forbids it gets short sleeps
// instead.
#pragma once

#include <chrono>

#include "os/descriptor.hpp"
#include "os/processes.hpp"

namespace lockstep::os {

class ExitWatch {
public:
    explicit ExitWatch(const ProcessId& process);

    [[nodiscard]] int descriptor() const { return pidfd_.get(); }  ///< readable once ended; -1: not to be had
    [[nodiscard]] bool ended() const;
    [[nodiscard]] bool wait_until(std::chrono::steady_clock::time_point deadline) const;
    /// False if there is nobody to get it. Throws if we may not.
    bool signal(int number) const;

private:
    ProcessId process_;
    Descriptor pidfd_;
    bool gone_ = false;
};

/// How long to sleep between looks where nothing tells us.
constexpr std::chrono::milliseconds look_again{5};

}  // namespace lockstep::os
