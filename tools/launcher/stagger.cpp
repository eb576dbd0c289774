#include "launcher/stagger.hpp"

#include <time.h>

#include <algorithm>
#include <cerrno>

#include "runtime/names.hpp"

namespace lockstep::launcher {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::uint64_t last_start = 64;  // in the file, behind the counters of its queues

std::int64_t now_ns() {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return time.tv_sec * second + time.tv_nsec;
}

}  // namespace

Stagger::Stagger(const std::string& folder, const runtime::LaunchKind& kind) : interval_(kind.stagger) {
    if (!kind.stagger_name.empty()) path_ = folder + "/stagger/" + runtime::file_name_of(kind.stagger_name);
}

void Stagger::wait() {
    if (path_.empty()) return;
    file_ = std::make_unique<runtime::LockFile>(path_);
    turn_.emplace(*file_, 0);
    static_cast<void>(turn_->wait());
    std::int64_t last = 0;
    file_->read(last_start, &last, sizeof last);
    if (last == 0) return;  // the first
    // What lies in the future was noted by another clock.
    const auto interval = std::chrono::nanoseconds(interval_).count();
    const auto due = std::min(last, now_ns()) + interval;
    const timespec until{due / second, due % second};
    while (::clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &until, nullptr) == EINTR) {
    }
}

void Stagger::started() {
    if (!turn_) return;
    const auto now = now_ns();
    file_->write(last_start, &now, sizeof now);
    turn_.reset();
    file_.reset();
}

}  // namespace lockstep::launcher
