#include "commands/inputs.hpp"

#include <fmt/format.h>

#include "inventory/ctest_json.hpp"
#include "os/files.hpp"

namespace lockstep {

Inputs read_inputs(const CommonOptions& options, bool plan_alone_is_enough, Diagnostics& diagnostics) {
    Inputs inputs;
    const bool no_build_tree = !os::exists(options.build_dir + "/lockstep/project.json");
    if (!options.inventory.empty() || (plan_alone_is_enough && !options.plan.empty() && no_build_tree)) {
        const auto plan = options.plan.empty() ? std::string("lockstep.toml") : options.plan;
        inputs.plan = load_plan(plan, plan, diagnostics);
        Workspace nowhere;
        if (inputs.plan) inputs.facts = facts_from_environment(nowhere, *inputs.plan, diagnostics);
        if (options.inventory.empty()) return inputs;
        const auto source = load_source(options.inventory, options.inventory);
        if (!source) throw Refusal(fmt::format("there is no file '{}'", options.inventory));
        inputs.inventory = read_ctest_json(source, {}, diagnostics);
        return inputs;
    }
    const auto workspace = open_workspace({options.build_dir, options.plan, options.configuration});
    inputs.plan = load_plan(workspace.plan_path, workspace.plan_name, diagnostics);
    if (!inputs.plan) return inputs;
    inputs.facts = facts_from_environment(workspace, *inputs.plan, diagnostics);
    [[maybe_unused]] const auto listing = current_listing(workspace, workspace.ctest);
    inputs.inventory = read_listing(workspace, diagnostics);
    return inputs;
}

}  // namespace lockstep
