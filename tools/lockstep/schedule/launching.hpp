// Which tests start through the launcher, and what it does for each. Part of resolve().
#pragma once

#include <set>
#include <string_view>

#include "schedule/no_effect.hpp"
#include "schedule/schedule.hpp"

namespace lockstep {

/// Fills `launching` of the tests, whose other values are known by then. Reports "unknown-port".
void resolve_launching(Schedule& schedule, const RunFacts& facts, NoEffect& no_effect, Diagnostics& diagnostics);

/// Variables whose values the project decides. ENVIRONMENT_MODIFICATION ("NAME=set:…") comes after ENVIRONMENT: what it
/// sets or takes away is lost, what it appends to is not.
[[nodiscard]] std::set<std::string_view> own_variables(const InventoryTest& test);

/// Whether the launcher has to know the worker's number for the test.
[[nodiscard]] bool uses_worker_id(const Plan& plan, const ScheduledTest& test);

}  // namespace lockstep
