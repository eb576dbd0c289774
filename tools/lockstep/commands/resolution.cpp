#include "commands/resolution.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "commands/case_times.hpp"
#include "commands/discoveries.hpp"
#include "commands/drafts.hpp"
#include "os/files.hpp"
#include "os/machine.hpp"
#include "os/processes.hpp"
#include "overlay/launch.hpp"
#include "runtime/debug_request.hpp"
#include "session/debug_log.hpp"
#include "session/fingerprint.hpp"
#include "session/session.hpp"
#include "text/quote.hpp"

namespace lockstep {
namespace {

/// More than this many are kept only while sessions use them.
constexpr std::size_t graphs_kept = 8;

constexpr int most_shards = 65535;

bool switched_on(const std::string& name, Diagnostics& diagnostics) {
    const auto value = os::environment(name);
    if (!value || value->empty() || *value == "0") return false;
    if (*value != "1") {
        diagnostics.error({}, "bad-switch", fmt::format("{}={} is neither 0 nor 1", name, *value),
                          fmt::format("write {}=1, or unset it", name));
    }
    return true;
}

/// A number from 1 on, all of the text.
std::optional<int> positive(std::string_view text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < 1) return std::nullopt;
    return number;
}

/// LOCKSTEP_LIMITS and LOCKSTEP_SHARD.
void read_limits(RunFacts& facts, Diagnostics& diagnostics) {
    if (const auto limits = os::environment("LOCKSTEP_LIMITS"); limits && !limits->empty() && *limits != "on") {
        facts.limits = false;
        if (*limits != "off") {
            diagnostics.error({}, "bad-switch", fmt::format("LOCKSTEP_LIMITS={} is neither on nor off", *limits),
                              "write LOCKSTEP_LIMITS=off, or unset it");
        }
    }
    const auto shard = os::environment("LOCKSTEP_SHARD");
    if (!shard || shard->empty()) return;
    const auto slash = std::min(shard->find('/'), shard->size());
    const auto number = positive(std::string_view(*shard).substr(0, slash));
    const auto of = slash == shard->size() ? std::nullopt : positive(std::string_view(*shard).substr(slash + 1));
    if (number && of && *number <= *of && *of <= most_shards) {
        facts.shard = *number;
        facts.shards = *of;
        return;
    }
    diagnostics.error({}, "bad-switch", fmt::format("LOCKSTEP_SHARD={} is no shard of several", *shard),
                      "write LOCKSTEP_SHARD=2/8 for the second of eight, or unset it");
}

std::optional<Granularity> forced_granularity(Diagnostics& diagnostics) {
    const auto word = os::environment("LOCKSTEP_GRANULARITY");
    if (!word || word->empty()) return std::nullopt;
    const auto granularity = granularity_from(*word);
    if (!granularity) {
        diagnostics.error({}, "bad-switch", fmt::format("LOCKSTEP_GRANULARITY={} is no granularity", *word),
                          "one of case, suite, file, batch");
    }
    return granularity;
}

std::optional<runtime::DebugRequest> debug_request() {
    const auto path = os::environment(runtime::debug_variable);
    if (!path || path->empty()) return std::nullopt;
    const auto text = os::read_file(*path);
    std::string error = "it is missing";
    auto request = text ? runtime::debug_request_from_text(*text, error) : std::nullopt;
    if (!request) throw Refusal(fmt::format("{}='{}': {}", runtime::debug_variable, *path, error));
    return request;
}

/// What include(CTest) has written down for tests without a TIMEOUT; 0 where there is nothing.
double configured_timeout(const Workspace& workspace) {
    const auto text = os::read_file(workspace.layout.build_dir + "/DartConfiguration.tcl");
    if (!text) return 0;
    constexpr std::string_view key = "\nTimeOut:";
    const auto at = text->find(key);
    if (at == std::string::npos) return 0;
    return std::strtod(text->c_str() + at + key.size(), nullptr);
}

/// Compared with the graph that was made or used last.
std::string why_new(const Layout& layout, const GraphInputs& inputs) {
    std::error_code none;
    const auto last = std::filesystem::read_symlink(layout.state + "/overlay.cmake", none).parent_path().string();
    const auto before = none ? std::nullopt : os::read_file(layout.state + "/" + last + "/inputs.json");
    if (!before) return "it is the first";
    const auto changed = inputs.changed_since(*before);
    return changed.empty() ? fmt::format("nothing has changed since {}", last)
                           : fmt::format("since {}, this has changed: {}", last, fmt::join(changed, ", "));
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
    for (std::size_t i = 0; i + graphs_kept < by_age.size(); ++i) prune(layout.graph(by_age[i].second));
}

}  // namespace

RunFacts facts_from_environment(const Workspace& workspace, const Plan& plan, Diagnostics& diagnostics) {
    RunFacts facts;
    facts.memory_bytes = os::memory_bytes();
    facts.sequential = switched_on("LOCKSTEP_SEQUENTIAL", diagnostics);
    facts.project_has_spec = plan.run.resource_spec.value.has_value() || !workspace.project_spec.empty();
    facts.default_timeout = configured_timeout(workspace);
    facts.granularity = forced_granularity(diagnostics);
    facts.processors = os::processors();
    if (!workspace.discoveries.empty())
        facts.case_seconds = case_times_from_text(os::read_file(workspace.layout.case_times()).value_or(""));
    read_limits(facts, diagnostics);
    if (const auto request = debug_request()) facts.debugged = request->test;
    if (const auto file = os::environment("LOCKSTEP_HISTORY"); file && !file->empty() && !file->starts_with('/')) {
        // ctest starts our programs in more than one folder.
        diagnostics.error({}, "bad-switch", fmt::format("LOCKSTEP_HISTORY={} is not an absolute path", *file),
                          "write it from / on");
    }
    if (const auto log = os::environment("LOCKSTEP_LOG"); log && !log->empty() && *log != "debug") {
        diagnostics.error({}, "bad-switch", fmt::format("LOCKSTEP_LOG={} is not a kind of log", *log),
                          "write LOCKSTEP_LOG=debug, or unset it");
    }
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

std::string launcher_path() {
    return std::filesystem::path(os::own_executable()).replace_filename("lockstep-exec").string();
}

FillValues fill_values(const Workspace& workspace) {
    return {workspace.layout.build_dir, workspace.source_dir,
            [](const std::string& name) { return os::environment(name); }};
}

namespace {

/// Their name is that of the folder below g/.
GraphInputs graph_inputs(const Workspace& workspace, const Plan& plan, const RunFacts& facts, const Listing& listing) {
    GraphInputs inputs;
    const auto program = os::own_executable();
    const auto id = os::identify(program);
    // Also a program that was built anew under the same version makes everything anew.
    inputs.add("the program",
               fmt::format("{} {} {} {}", LOCKSTEP_VERSION, program, id ? id->size : 0, id ? id->modified_ns : 0));
    inputs.add("the build tree", workspace.layout.build_dir);
    inputs.add("the configuration", workspace.configuration);
    inputs.add("the source tree", workspace.source_dir);
    inputs.add("the plan's path", workspace.plan_path);
    inputs.add("the plan", plan.source->text());
    for (const auto* name : {"LOCKSTEP_PROFILE", "LOCKSTEP_SET"}) inputs.add(name, os::environment(name).value_or(""));
    for (const auto& name : plan.environment_names) {
        const auto value = os::environment(name);
        inputs.add("environment variable " + name, value ? "=" + *value : "");
    }
    inputs.add("this machine's memory", std::to_string(facts.memory_bytes));
    inputs.add("LOCKSTEP_SEQUENTIAL", facts.sequential ? "1" : "");
    inputs.add("LOCKSTEP_GATE", facts.gate ? to_string(*facts.gate) : "");
    inputs.add("ctest --timeout", facts.timeout_on_command_line ? "1" : "");
    inputs.add("the time-out of tests without one", fmt::format("{}", facts.default_timeout));
    inputs.add("LOCKSTEP_LIMITS", facts.limits ? "" : "off");
    inputs.add("the test that is debugged", facts.debugged);
    inputs.add("LOCKSTEP_SHARD", facts.shards == 0 ? "" : fmt::format("{}/{}", facts.shard, facts.shards));
    if (!workspace.discoveries.empty()) {
        // These have a say in what the tests of a run are, and nothing else.
        inputs.add("the granularity of this run", facts.granularity ? to_string(*facts.granularity) : "");
        const bool in_batches = facts.granularity != Granularity::single;
        inputs.add("the processors of this machine", in_batches ? std::to_string(facts.processors) : "");
        inputs.add("how long cases take", in_batches ? to_text(facts.case_seconds) : "");
        std::string discovered;
        for (const auto& file : workspace.discoveries) {
            const auto found = os::identify(file);
            discovered += fmt::format("{} {}\n", file, found ? identity_text(*found) : "");
        }
        inputs.add("the discovered cases", discovered);
    }
    inputs.add("ctest --resource-spec-file", facts.foreign_resource_spec ? "1" : "");
    inputs.add("tests taken away by name", facts.names_excluded ? "1" : "");
    inputs.add("a resource spec file of the project", facts.project_has_spec ? "1" : "");
    inputs.add("markers in CMake", fmt::format("{}", fmt::join(workspace.markers, " ")));
    inputs.add("the tests", listing.hash);
    return inputs;
}

/// A line each: where, and what.
std::string unmatched_expressions(const Diagnostics& diagnostics) {
    std::string lines;
    for (const auto& diagnostic : diagnostics.all()) {
        if (diagnostic.code == "matches-nothing")
            lines += fmt::format("{}: {}\n", diagnostic.place.brief(), diagnostic.message);
    }
    return lines;
}

/// What the launcher reads, what test files include in place of all cases, and for --rerun-failed how these batches
/// came about.
void write_batches(const std::string& draft, const std::string& folder, const Schedule& schedule,
                   const RunFacts& facts) {
    os::write_file(
        draft + "/granularity.txt",
        fmt::format("{}\n{}", facts.granularity ? to_string(*facts.granularity) : "", to_text(facts.case_seconds)));
    if (schedule.batches.empty()) return;
    os::write_file(draft + "/batches.txt", runtime::to_text(batch_table(schedule)));
    std::string script;
    for (const auto& rest : rest_of_discoveries(schedule)) {
        os::write_file(fmt::format("{}/rest-{}.cmake", draft, rest.program), rest.script);
        script += fmt::format("string(MD5 _lockstep_key {})\nset(\"_lockstep_tests_of_${{_lockstep_key}}\" {})\n",
                              cmake_bracket(schedule.inventory->programs[rest.program].cases_file),
                              cmake_bracket(fmt::format("{}/rest-{}.cmake", folder, rest.program)));
    }
    os::write_file(draft + "/batches.cmake", script);
}

bool ensure_graph(const Workspace& workspace, const Plan& plan, const RunFacts& facts, const Graph& graph,
                  const GraphInputs& inputs, Diagnostics& diagnostics) {
    const auto& layout = workspace.layout;
    const auto folder = layout.graph(graph.name);
    if (os::exists(folder)) {
        keep_from_pruning(folder);
        return true;
    }
    debug([&] { return fmt::format("makes {}: {}", folder, why_new(layout, inputs)); });
    auto inventory = read_listing(workspace, graph.listing, diagnostics);
    if (!inventory) return false;
    const auto resolved = resolve_all(plan, std::move(*inventory), facts, diagnostics);
    if (!resolved) return false;
    const auto values = fill_values(workspace);
    const auto table = make_run_table(*resolved->schedule, values, diagnostics);
    if (!table) return false;
    const OverlayOptions options{os::own_executable(),          graph.name,       layout.state,
                                 workspace.plan_path,           LOCKSTEP_VERSION, launcher_path(),
                                 layout.batch_table(graph.name)};
    const auto overlay = overlay_script(*resolved->schedule, values, options, diagnostics);
    const auto launch = make_launch(*resolved->schedule, facts, values, diagnostics);
    if (!overlay || !launch) return false;

    const auto draft = make_draft(layout);
    os::write_file(draft + "/overlay.cmake", *overlay);
    os::write_file(draft + "/schedule.json", schedule_json(*resolved->schedule, LOCKSTEP_VERSION));
    os::write_file(draft + "/run.json", to_json(*table));
    os::write_file(draft + "/inputs.json", inputs.to_json());
    if (const auto unmatched = unmatched_expressions(diagnostics); !unmatched.empty())
        os::write_file(draft + "/unmatched.txt", unmatched);
    if (const auto needs = resource_needs(*resolved->schedule); !needs.empty())
        os::write_file(draft + "/resources.json", needs);
    if (launch->needed()) os::write_file(draft + "/launch.txt", runtime::to_text(launch->table));
    if (!launch->table.kinds.empty()) {
        os::write_file(draft + "/launch.cmake",
                       launch_script(*resolved->schedule, *launch, options, folder + "/launch.txt"));
    }
    if (!workspace.discoveries.empty()) write_batches(draft, folder, *resolved->schedule, facts);
    put_in_place(draft, folder);
    prune_graphs(layout);
    return true;
}

}  // namespace

std::optional<Graph> current_graph(const Workspace& workspace, const Plan& plan, const RunFacts& facts,
                                   const std::string& ctest, Diagnostics& diagnostics) {
    if (diagnostics.has_errors()) return std::nullopt;
    auto listing = current_listing(workspace, ctest);
    const auto inputs = graph_inputs(workspace, plan, facts, listing);
    Graph graph{inputs.name(), std::move(listing)};
    if (!ensure_graph(workspace, plan, facts, graph, inputs, diagnostics)) return std::nullopt;
    debug([&] {
        return fmt::format("goes by {} for {}", workspace.layout.graph(graph.name),
                           workspace.layout.listing(graph.listing.name));
    });
    return graph;
}

std::optional<RunTable> read_run_table(const Layout& layout, const std::string& graph) {
    const auto text = os::read_file(layout.graph(graph) + "/run.json");
    if (!text) return std::nullopt;
    return run_table_from_json(*text);
}

void point_at(const Layout& layout, const Graph& graph) {
    os::replace_symlink("i/" + graph.listing.name + "/inventory.json", layout.state + "/inventory.json");
    os::replace_symlink("g/" + graph.name + "/overlay.cmake", layout.state + "/overlay.cmake");
    os::replace_symlink("g/" + graph.name + "/schedule.json", layout.state + "/schedule.json");
}

}  // namespace lockstep
