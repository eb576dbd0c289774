// What markers, phases and defaults do to each test: locks, slots, time-outs, labels, variables. Part of resolve().
#pragma once

#include "schedule/schedule.hpp"

namespace lockstep {

/// Fills the values of `schedule.tests`, `schedule.resources` and `schedule.worker_ids`.
void resolve_effects(Schedule& schedule, const RunFacts& facts, Diagnostics& diagnostics);

/// Labels of phases that are put onto tests: none where the plan says labels = false; a phase's is left out, with a
/// warning, where one of the project's own labels occurs in it (`-L api` must not match more than it did).
[[nodiscard]] std::vector<bool> phases_with_label(const Plan& plan, const Inventory& inventory,
                                                  Diagnostics& diagnostics);

}  // namespace lockstep
