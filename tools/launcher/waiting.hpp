// Waiting for descriptors, until a moment.
#pragma once

#include <poll.h>

#include <algorithm>
#include <chrono>

namespace lockstep::launcher {

using Time = std::chrono::steady_clock::time_point;
constexpr auto never = Time::max();

/// Until one of `files`, a container of pollfd, is ready or a signal comes, from `now` to `deadline` at most. How many
/// are ready; below 0: poll's error.
template <class Files>
int wait_for_files(Files& files, Time now, Time deadline) {
    if (deadline == never) return ::ppoll(files.data(), files.size(), nullptr, nullptr);
    const auto left = std::max(deadline - now, Time::duration::zero());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    timespec wait{};
    wait.tv_sec = seconds.count();
    wait.tv_nsec = std::chrono::nanoseconds(left - seconds).count();
    return ::ppoll(files.data(), files.size(), &wait, nullptr);
}

}  // namespace lockstep::launcher
