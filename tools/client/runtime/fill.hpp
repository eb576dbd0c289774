// Puts into an OpenText what only a running test, or a service that was started, knows.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/launch_table.hpp"

namespace lockstep::runtime {

struct FillValues {
    std::string temp_dir, session, worker, worker_dir;
    /// The port of that name of LaunchTable::services[service].
    std::function<std::string(std::size_t service, const std::string& name)> port;
};

[[nodiscard]] std::string fill(const OpenText& text, const FillValues& values);
[[nodiscard]] std::vector<std::string> fill(const OpenCommand& command, const FillValues& values);

}  // namespace lockstep::runtime
