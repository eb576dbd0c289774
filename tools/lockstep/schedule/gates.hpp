// Phases as CTest sees them: generated tests and the fixtures that tie tests to them. Part of resolve().
#pragma once

#include "schedule/schedule.hpp"

namespace lockstep {

/// Fills `schedule.generated`, fixtures of tests, and what `schedule.phases` says of gates.
void build_gates(Schedule& schedule, const RunFacts& facts, Diagnostics& diagnostics);

}  // namespace lockstep
