// Where the state of a rate limit lies.
#pragma once

#include <string>

#include "runtime/launch_table.hpp"

namespace lockstep::runtime {

/// Of all that ask for that limit: below `state` (B/lockstep, or that of a configuration), or in the user's folder where
/// it holds for the machine. Throws as user_runtime_folder() does.
[[nodiscard]] std::string limit_file(const RateLimit& limit, const std::string& state);

}  // namespace lockstep::runtime
