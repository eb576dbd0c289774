// Starts a program that outlives us: a server for the tests of a run.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "os/processes.hpp"

namespace lockstep::os {

struct DaemonOptions {
    std::vector<std::string> command;  ///< no shell; command[0] is looked up in PATH
    std::string working_directory;
    std::string log;  ///< a file that is emptied first: its standard output and error go there
    std::vector<std::pair<std::string, std::string>> set_environment;
    /// Descriptors that it and its children keep open; all others above the standard streams are closed.
    std::vector<int> inherited;
};

/// Starts `options.command` in a session of its own, so that what it starts can be told by its process group. Standard
/// input is /dev/null. Throws std::runtime_error naming the program where it cannot be started, and std::system_error
/// where its log cannot be opened.
[[nodiscard]] ProcessId start_daemon(const DaemonOptions& options);

}  // namespace lockstep::os
