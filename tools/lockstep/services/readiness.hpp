// Whether a service is ready for its tests.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "runtime/launch_table.hpp"

namespace lockstep {

/// What is asked, with all its words known.
struct ReadyQuestion {
    runtime::Service::Ready kind = runtime::Service::Ready::none;
    std::string address;               ///< of url and tcp
    std::vector<std::string> command;  ///< of command
    std::string working_directory;     ///< of command
};

/// Asks once, for at most `patience`. None: it is ready; else why not, in words. With kind none it is always ready.
[[nodiscard]] std::optional<std::string> not_ready(const ReadyQuestion& question, std::chrono::milliseconds patience);

}  // namespace lockstep
