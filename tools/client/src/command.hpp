// Private to the library: runs a command of a clean-up.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace lockstep {
inline namespace v1 {
namespace detail {

/// No shell; our streams, environment and directory, a process group of its own, which is killed after `patience`. ""
/// if it ended with status 0, else what became of it.
[[nodiscard]] std::string run_command(const std::vector<std::string>& command, std::chrono::seconds patience);

}  // namespace detail
}  // namespace v1
}  // namespace lockstep
