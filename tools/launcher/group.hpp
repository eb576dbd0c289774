// Processes of a group.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace lockstep::launcher {

/// Whether a child of this process is in the group; those that have ended are waited for.
[[nodiscard]] bool group_has_children(pid_t group);
/// "1234 (sleep 100)" of each process in the group that has not ended, from /proc.
[[nodiscard]] std::vector<std::string> members_of(pid_t group);

}  // namespace lockstep::launcher
