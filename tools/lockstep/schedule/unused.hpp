// What of a plan does nothing, or less than it seems to. Part of resolve().
#pragma once

#include "schedule/schedule.hpp"

namespace lockstep {

/// Warns ("unused-…", "no-effect") once membership is known.
void report_unused(const Schedule& schedule, Diagnostics& diagnostics);

}  // namespace lockstep
