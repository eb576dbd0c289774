#include "launcher/stagger.hpp"

#include <algorithm>

#include "runtime/boot_clock.hpp"
#include "runtime/names.hpp"

namespace lockstep::launcher {
namespace {

constexpr std::uint64_t last_start = 64;  // in the file, behind the counters of its queues

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
    const auto due = std::min(last, runtime::boot_time_ns()) + interval;
    runtime::sleep_until_boot_time(due);
}

void Stagger::started() {
    if (!turn_) return;
    const auto now = runtime::boot_time_ns();
    file_->write(last_start, &now, sizeof now);
    turn_.reset();
    file_.reset();
}

}  // namespace lockstep::launcher
