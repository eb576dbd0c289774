// Runs a command in our place: on our standard streams, with its signals and its exit status.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "os/processes.hpp"

namespace lockstep::os {

/// Runs `command` (no shell; command[0] is looked up in PATH) to its end and returns its exit status; 128 + signal
/// where one ended it, 127 or 126, as a shell does, where it cannot be started, which is said on standard error. What a
/// terminal sends to its foreground (SIGINT, SIGQUIT) is the command's alone meanwhile; it is ended when we are.
[[nodiscard]] int run_in_front(const std::vector<std::string>& command,
                               const std::vector<std::pair<std::string, std::string>>& set_environment = {});

/// From now on what is written on our standard output and error goes to their ends: a file there has more writers than
/// those who share our place in it.
void append_to_streams();

/// Leaves a process behind that keeps open what we have open, locks with it, and ends when `other` does. Its standard
/// streams are on /dev/null. Throws std::system_error.
void hold_until_end_of(const ProcessId& other);

}  // namespace lockstep::os
