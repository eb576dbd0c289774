// `stagger` of a phase: starts of its tests lie at least so far apart.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "runtime/launch_table.hpp"
#include "runtime/locks.hpp"

namespace lockstep::launcher {

/// Whoever is next holds a lock until its program runs, so that what counts is when programs began, not when they were
/// allowed to. The time is that of CLOCK_BOOTTIME.
class Stagger {
public:
    /// `folder`: the session's. Without a name of a phase it does nothing.
    Stagger(const std::string& folder, const runtime::LaunchKind& kind);
    void wait();
    void started();

private:
    std::string path_;
    runtime::Milliseconds interval_;
    std::unique_ptr<runtime::LockFile> file_;
    std::optional<runtime::Turn> turn_;
};

}  // namespace lockstep::launcher
