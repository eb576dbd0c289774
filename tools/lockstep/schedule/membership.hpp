// Which tests are in which phase, carry which marker and talk to which service. Part of resolve(); nothing else
// includes it.
#pragma once

#include "schedule/schedule.hpp"

namespace lockstep {

/// Fills phase, markers and services of `schedule.tests` and the test lists of `schedule.phases`.
void resolve_membership(Schedule& schedule, Diagnostics& diagnostics);

}  // namespace lockstep
