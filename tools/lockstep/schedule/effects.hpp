// What markers, phases and defaults do to each test: locks, slots, time-outs, labels, variables. Part of resolve().
#pragma once

#include "schedule/schedule.hpp"

namespace lockstep {

/// Fills the values of `schedule.tests`, `schedule.resources` and `schedule.worker_ids`.
void resolve_effects(Schedule& schedule, const RunFacts& facts, Diagnostics& diagnostics);

/// By position in the plan: whether its label is put onto tests.
struct LabelsPut {
    std::vector<bool> phases, services;
};
/// None where the plan says labels = false; one is left out, with a warning, where one of the project's own labels
/// occurs in it (`-L api` must not match more than it did).
[[nodiscard]] LabelsPut labels_put(const Plan& plan, const Inventory& inventory, Diagnostics& diagnostics);

}  // namespace lockstep
