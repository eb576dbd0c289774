// LOCKSTEP_SET: `rate_limit.ofs.rate=5/s;phase.core.untested=fail`.
#pragma once

#include <vector>

#include "plan/value.hpp"

namespace lockstep {

/// Each setting as a member with the parts of its dotted key below each other, in the order written. A value is TOML if
/// it parses as that, else a string. Reports "bad-override", and "duplicate-name" for a key set twice.
[[nodiscard]] std::vector<Member> read_overrides(const SourcePtr& source, Diagnostics& diagnostics);

}  // namespace lockstep
