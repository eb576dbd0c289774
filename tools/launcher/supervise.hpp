// A program in a process group of its own, from its start until nothing of that group is left.
//
// Processes of the group that lose their parent become this process's children (PR_SET_CHILD_SUBREAPER), before their
// parent's end can be seen. So waitid(P_PGID) says, without a race and without a look at /proc, whether the program
// left any behind. What went to another group made itself a daemon on purpose, and is left alone.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "launcher/output.hpp"
#include "launcher/spawn.hpp"
#include "runtime/launch_table.hpp"

namespace lockstep::launcher {

using runtime::Milliseconds;

/// Between SIGTERM and SIGKILL.
inline constexpr Milliseconds patience_after_term{5000};
/// What is still there this long after the program ended was left behind: a helper that was told to end may take a
/// moment.
inline constexpr Milliseconds patience_after_end{100};

struct Ended {
    int error = 0;   ///< errno: it could not be started
    int status = 0;  ///< as of waitpid(2)
    double seconds = 0, user_seconds = 0, system_seconds = 0;
    long long peak_bytes = 0;       ///< largest of the processes that were waited for
    bool timed_out = false;         ///< SIGTERM after `timeout`, and then SIGKILL
    int passed_on = 0;              ///< the last signal that this process got meanwhile and passed on; 0: none
    std::vector<std::string> left;  ///< left behind, and ended: "1234 (sleep 100)"
};

/// Signals that this process gets meanwhile go to the group. `started` is called when the program runs.
[[nodiscard]] Ended supervise(const Program& program, Output& output, std::optional<Milliseconds> timeout,
                              const std::function<void()>& started = {});

}  // namespace lockstep::launcher
