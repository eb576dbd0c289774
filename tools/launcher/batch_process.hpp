// One process of a batch's program, with a guardian between it and this process.
//
// A test may kill the process group of its parent. So its parent is a guardian, a fork of this process that does
// nothing but start the program, wait for it, and say how it ended, alone in a group of its own. If the guardian is
// killed the program dies with it (PR_SET_PDEATHSIG), what is left of the program's group comes to this process
// (PR_SET_CHILD_SUBREAPER), and the batch goes on. Neither outlives this process.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "launcher/batch_watch.hpp"
#include "launcher/signals.hpp"
#include "launcher/spawn.hpp"

namespace lockstep::launcher {

struct ProcessRun {
    int error = 0;  ///< errno: it could not be started
    ProcessEnd end;
    std::vector<std::string> left;  ///< left behind, and ended: "1234 (sleep 100)"
};

/// What comes of the program's two streams, in the order in which it was written: they share a pipe, as they do under
/// ctest, since only so is it known which case a line of stderr belongs to.
using TakeOutput = std::function<void(std::string_view piece, CaseWatch::Time now)>;

/// Runs the program until nothing of its process group is left. Its stdin is empty. At deadline(), which may change
/// with what it prints, `timed_out` is called and the group is ended: TERM, after 5 s KILL. Signals that this process
/// gets meanwhile go to the group.
[[nodiscard]] ProcessRun run_process(const Program& program, const Signals& signals, const TakeOutput& take,
                                     const std::function<std::optional<CaseWatch::Time>()>& deadline,
                                     const std::function<void()>& timed_out);

}  // namespace lockstep::launcher
