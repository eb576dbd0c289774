// Which cases run together in one process, as one test of ctest. Part of resolve(), after all else is known.
#pragma once

#include "schedule/schedule.hpp"

namespace lockstep {

/// Fills `schedule.granularities` and `schedule.batches`, adds a generated test for each, and puts these where
/// generated tests wait for cases. Only what agrees in all that ctest and the plan know of it goes together. Linear but
/// for sorting.
void form_batches(Schedule& schedule, const RunFacts& facts);

}  // namespace lockstep
