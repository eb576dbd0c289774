#include "commands/resolution.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "os/files.hpp"
#include "os/machine.hpp"
#include "os/processes.hpp"
#include "session/session.hpp"

namespace lockstep {
namespace {

/// More than this many are kept only while sessions use them.
constexpr std::size_t graphs_kept = 8;

bool switched_on(const std::string& name, Diagnostics& diagnostics) {
    const auto value = os::environment(name);
    if (!value || value->empty() || *value == "0") return false;
    if (*value != "1") {
        diagnostics.error({}, "bad-switch", fmt::format("{}={} is neither 0 nor 1", name, *value),
                          fmt::format("write {}=1, or unset it", name));
    }
    return true;
}

void prune_graphs(const Layout& layout) {
    auto names = os::list_directory(layout.graphs());
    if (names.size() <= graphs_kept) return;
    std::vector<std::pair<std::int64_t, std::string>> by_age;
    const auto sessions = read_sessions(layout);
    for (auto& name : names) {
        if (std::ranges::find(sessions, name, &Session::graph) != sessions.end()) continue;
        const auto id = os::identify(layout.graph(name));
        by_age.emplace_back(id ? id->modified_ns : 0, std::move(name));
    }
    std::ranges::sort(by_age);
    for (std::size_t i = 0; i + graphs_kept < by_age.size(); ++i) os::remove_tree(layout.graph(by_age[i].second));
}

}  // namespace

RunFacts facts_from_environment(const Workspace& workspace, const Plan& plan, Diagnostics& diagnostics) {
    RunFacts facts;
    facts.memory_bytes = os::memory_bytes();
    facts.sequential = switched_on("LOCKSTEP_SEQUENTIAL", diagnostics);
    facts.project_has_spec = plan.run.resource_spec.value.has_value() || !workspace.project_spec.empty();
    if (const auto gate = os::environment("LOCKSTEP_GATE"); gate && !gate->empty()) {
        for (const auto candidate : {Gate::recorded, Gate::strict, Gate::order, Gate::none}) {
            if (to_string(candidate) == *gate) facts.gate = candidate;
        }
        if (!facts.gate) {
            diagnostics.error({}, "bad-switch", fmt::format("LOCKSTEP_GATE={} is not a gate", *gate),
                              "one of recorded, strict, order, none");
        }
    }
    return facts;
}

std::optional<Resolved> resolve_all(Plan plan, Inventory inventory, const RunFacts& facts, Diagnostics& diagnostics) {
    Resolved resolved;
    resolved.plan = std::make_unique<const Plan>(std::move(plan));
    resolved.inventory = std::make_unique<const Inventory>(std::move(inventory));
    resolved.schedule = resolve(*resolved.plan, *resolved.inventory, facts, diagnostics);
    if (!resolved.schedule) return std::nullopt;
    return resolved;
}

std::string graph_name(const Workspace& workspace, const Plan& plan, const RunFacts& facts, const Listing& listing) {
    std::string text;
    const auto add = [&](std::string_view value) {
        text.append(std::to_string(value.size())).append(":").append(value);
    };
    add(LOCKSTEP_VERSION);
    // Also a program that was built anew under the same version makes everything anew.
    add(os::own_executable());
    if (const auto id = os::identify(os::own_executable())) add(fmt::format("{} {}", id->size, id->modified_ns));
    add(workspace.layout.build_dir);
    add(workspace.configuration);
    add(workspace.source_dir);
    add(workspace.plan_path);
    add(plan.source->text());
    add(os::environment("LOCKSTEP_PROFILE").value_or(""));
    add(os::environment("LOCKSTEP_SET").value_or(""));
    for (const auto& name : plan.environment_names) {
        const auto value = os::environment(name);
        add(name);
        add(value ? "=" + *value : "");
    }
    add(fmt::format("{} {} {} {} {} {} {}", facts.memory_bytes, facts.sequential,
                    facts.gate ? to_string(*facts.gate) : "", facts.timeout_on_command_line,
                    facts.foreign_resource_spec, facts.names_excluded, facts.project_has_spec));
    add(listing.hash);
    return os::hash_text(text).substr(0, 16);
}

FillValues fill_values(const Workspace& workspace) {
    return {workspace.layout.build_dir, workspace.source_dir,
            [](const std::string& name) { return os::environment(name); }};
}

bool ensure_graph(const Workspace& workspace, const Plan& plan, const RunFacts& facts, const std::string& name,
                  Diagnostics& diagnostics) {
    const auto& layout = workspace.layout;
    const auto folder = layout.graph(name);
    if (os::exists(folder)) return true;

    auto inventory = read_listing(workspace, diagnostics);
    if (!inventory) return false;
    const auto resolved = resolve_all(plan, std::move(*inventory), facts, diagnostics);
    if (!resolved) return false;
    const auto values = fill_values(workspace);
    const auto table = make_run_table(*resolved->schedule, values, diagnostics);
    if (!table) return false;
    const OverlayOptions options{os::own_executable(), name, layout.state, workspace.plan_path, LOCKSTEP_VERSION};
    const auto overlay = overlay_script(*resolved->schedule, values, options, diagnostics);
    if (!overlay) return false;

    // Another process may be making the same folder: each fills one of its own, and the first rename wins.
    const auto draft = fmt::format("{}/draft-{}", layout.state, os::own_process());
    os::make_empty_directory(draft);
    os::write_file(draft + "/overlay.cmake", *overlay);
    os::write_file(draft + "/schedule.json", schedule_json(*resolved->schedule, LOCKSTEP_VERSION));
    os::write_file(draft + "/run.json", to_json(*table));
    if (const auto needs = resource_needs(*resolved->schedule); !needs.empty())
        os::write_file(draft + "/resources.json", needs);
    os::make_directories(layout.graphs());
    try {
        os::move_tree(draft, folder);
    } catch (const std::exception&) {
        os::remove_tree(draft);
        if (!os::exists(folder)) throw;
    }
    prune_graphs(layout);
    return true;
}

std::optional<RunTable> read_run_table(const Layout& layout, const std::string& graph) {
    const auto text = os::read_file(layout.graph(graph) + "/run.json");
    if (!text) return std::nullopt;
    return run_table_from_json(*text);
}

void point_at(const Layout& layout, const std::string& graph) {
    os::replace_symlink("g/" + graph + "/overlay.cmake", layout.state + "/overlay.cmake");
    os::replace_symlink("g/" + graph + "/schedule.json", layout.state + "/schedule.json");
}

}  // namespace lockstep
