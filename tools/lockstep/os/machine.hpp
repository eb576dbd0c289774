// This machine and this moment. Failures of the system throw std::system_error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lockstep::os {

[[nodiscard]] int processors();              ///< that this process may use (affinity, cgroup quota), at least 1
[[nodiscard]] std::uint64_t memory_bytes();  ///< the smaller of the machine's and the cgroup's limit
[[nodiscard]] std::string host_name();
[[nodiscard]] std::string boot_id();            ///< another after each boot; "" without /proc
[[nodiscard]] std::string process_namespace();  ///< "pid:[4026531836]", "" without /proc
[[nodiscard]] std::int64_t now_ns();            ///< wall clock, since 1970
[[nodiscard]] std::optional<std::string> environment(const std::string& name);  ///< none: not set
[[nodiscard]] std::vector<std::string> environment_names();                     ///< of all variables that are set
[[nodiscard]] std::string own_executable();                                     ///< absolute; "" without /proc

}  // namespace lockstep::os
