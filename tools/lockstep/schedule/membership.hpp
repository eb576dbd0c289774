// Which tests are in which phase and carry which marker. Part of resolve(); nothing else includes it.
#pragma once

#include "schedule/schedule.hpp"

namespace lockstep {

/// Fills phase and markers of `schedule.tests` and the test lists of `schedule.phases`.
void resolve_membership(Schedule& schedule, Diagnostics& diagnostics);

}  // namespace lockstep
