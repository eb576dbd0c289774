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

/// What `ctest` lists now, and the folder g/<name> of all that follows from it.
struct Graph {
    std::string name;
    Listing listing;
};
/// Makes the folder unless it is there. None, with errors reported (also where there were some before), where the plan
/// does not fit the tests; then nothing is left behind, and what was there before stays.
[[nodiscard]] std::optional<Graph> current_graph(const Workspace& workspace, const Plan& plan, const RunFacts& facts,
                                                 const std::string& ctest, Diagnostics& diagnostics);

/// Of lockstep-exec, which lies beside this program.
[[nodiscard]] std::string launcher_path();

[[nodiscard]] FillValues fill_values(const Workspace& workspace);
/// None if it is missing or damaged.
[[nodiscard]] std::optional<RunTable> read_run_table(const Layout& layout, const std::string& graph);

/// B/lockstep/overlay.cmake, schedule.json and inventory.json point at these from now on.
void point_at(const Layout& layout, const Graph& graph);

}  // namespace lockstep
