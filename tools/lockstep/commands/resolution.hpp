// Plan + inventory + switches → a folder B/lockstep/g/<hash> with all that follows from them. The same inputs give the
// same folder, so a run whose inputs are known already reads nothing but the plan.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "commands/graph_inputs.hpp"
#include "commands/listing.hpp"
#include "commands/workspace.hpp"
#include "overlay/overlay.hpp"
#include "schedule/schedule.hpp"

namespace lockstep {

/// RunFacts from this machine and the switches in the environment; bad values of switches are errors ("bad-switch").
[[nodiscard]] RunFacts facts_from_environment(const Workspace& workspace, const Plan& plan, Diagnostics& diagnostics);

/// A resolved schedule with what it points into.
struct Resolved {
    std::unique_ptr<const Plan> plan;
    std::unique_ptr<const Inventory> inventory;
    std::optional<Schedule> schedule;
};
[[nodiscard]] std::optional<Resolved> resolve_all(Plan plan, Inventory inventory, const RunFacts& facts,
                                                  Diagnostics& diagnostics);

/// Their name is that of the folder below g/.
[[nodiscard]] GraphInputs graph_inputs(const Workspace& workspace, const Plan& plan, const RunFacts& facts,
                                       const Listing& listing);

/// Makes g/<name> unless it is there. False, with errors reported, where the plan does not fit the tests; then nothing
/// is left behind, and what was there before stays.
bool ensure_graph(const Workspace& workspace, const Plan& plan, const RunFacts& facts, const Listing& listing,
                  const GraphInputs& inputs, Diagnostics& diagnostics);

[[nodiscard]] FillValues fill_values(const Workspace& workspace);
[[nodiscard]] std::optional<RunTable> read_run_table(const Layout& layout, const std::string& graph);

/// B/lockstep/overlay.cmake, schedule.json and inventory.json point at these from now on.
void point_at(const Layout& layout, const std::string& graph, const Listing& listing);

}  // namespace lockstep
