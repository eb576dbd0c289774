#include "commands/inputs.hpp"

#include <fmt/format.h>

#include "inventory/ctest_json.hpp"
#include "os/files.hpp"

namespace lockstep {

std::optional<Inventory> read_inventory_file(const std::string& path, Diagnostics& diagnostics) {
    const auto source = load_source(path, path);
    if (!source) throw Refusal(fmt::format("there is no file '{}'", path));
    return read_ctest_json(source, {}, diagnostics);
}

Inputs read_inputs(const CommonOptions& options, bool plan_alone_is_enough, Diagnostics& diagnostics) {
    Inputs inputs;
    const bool no_build_tree = !os::exists(options.build_dir + "/lockstep/project.json");
    if (!options.inventory.empty() || (plan_alone_is_enough && !options.plan.empty() && no_build_tree)) {
        const auto plan = options.plan.empty() ? std::string("lockstep.toml") : options.plan;
        inputs.plan = load_plan(plan, plan, diagnostics);
        Workspace nowhere;
        if (inputs.plan) inputs.facts = facts_from_environment(nowhere, *inputs.plan, diagnostics);
        inputs.facts.one_by_one = true;
        if (options.inventory.empty()) return inputs;
        inputs.inventory = read_inventory_file(options.inventory, diagnostics);
        return inputs;
    }
    const auto workspace = open_workspace({options.build_dir, options.plan, options.configuration});
    inputs.temp_root = workspace.layout.temp(1);
    inputs.plan = load_plan(workspace.plan_path, workspace.plan_name, diagnostics);
    if (!inputs.plan) return inputs;
    inputs.facts = facts_from_environment(workspace, *inputs.plan, diagnostics);
    inputs.facts.one_by_one = true;
    inputs.inventory = read_listing(workspace, current_listing(workspace, workspace.ctest), diagnostics);
    return inputs;
}

}  // namespace lockstep
