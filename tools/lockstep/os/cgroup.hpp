// Private to os/: what the control groups (cgroups(7), versions 1 and 2) allow this process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace lockstep::os {

struct CgroupLimits {
    std::optional<double> processors;
    std::optional<std::uint64_t> memory;  ///< bytes
};

/// The tightest limits on the way up. `root` stands before every path read; tests give a folder.
[[nodiscard]] CgroupLimits cgroup_limits(const std::string& root = "");

}  // namespace lockstep::os
