// `lockstep generate`: what `enter` does for a listing, on request and without a ctest around it.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "commands/commands.hpp"
#include "commands/output.hpp"
#include "commands/resolution.hpp"
#include "os/files.hpp"

namespace lockstep {

int generate_command(const CommonOptions& options) {
    const auto workspace = open_workspace({options.build_dir, options.plan, options.configuration});
    Diagnostics diagnostics;
    auto plan = load_plan(workspace.plan_path, workspace.plan_name, diagnostics);
    if (!plan) {
        print_diagnostics(diagnostics, options.diagnostics_json);
        return 1;
    }
    const auto facts = facts_from_environment(workspace, *plan, diagnostics);
    const auto graph = current_graph(workspace, *plan, facts, workspace.ctest, diagnostics);
    print_diagnostics(diagnostics, options.diagnostics_json);
    if (!graph) return 1;
    point_at(workspace.layout, *graph);
    const auto& state = workspace.layout.state;
    if (options.json) {
        fmt::print("{}\n", nlohmann::ordered_json{{"version", 1},
                                                  {"overlay", state + "/overlay.cmake"},
                                                  {"schedule", state + "/schedule.json"},
                                                  {"inventory", state + "/inventory.json"}}
                               .dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
    } else {
        fmt::print("{0}/overlay.cmake\n{0}/schedule.json\n{0}/inventory.json\n", state);
    }
    return 0;
}

}  // namespace lockstep
