// `lockstep limits`: each rate limit as the plan has it, what is in effect now, who waits and who holds a place.
#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "commands/commands.hpp"
#include "commands/output.hpp"
#include "commands/resolution.hpp"
#include "commands/table.hpp"
#include "os/files.hpp"
#include "os/machine.hpp"
#include "runtime/launch_table.hpp"
#include "runtime/limit_file.hpp"
#include "runtime/limiter.hpp"
#include "runtime/locks.hpp"
#include "runtime/places.hpp"

namespace lockstep {
namespace {

using Json = nlohmann::ordered_json;

struct LimitNow {
    runtime::RateLimit limit;
    double per_second = 0;  ///< in effect; below the plan's while `adapt` has lowered it
    std::uint64_t granted = 0;
    double next_seconds = 0;  ///< until the next start may be granted
    std::size_t waiting_for_rate = 0, waiting_for_place = 0;
    std::vector<runtime::Holder> holders;
};

LimitNow look_at(const runtime::RateLimit& limit, const std::string& state) {
    LimitNow now;
    now.limit = limit;
    now.per_second = limit.per_second;
    const auto file = runtime::limit_file(limit, state);
    if (!os::exists(file)) return now;  // nobody has asked yet: looking must not make one
    const runtime::Rate rate{limit.per_second, limit.burst, limit.adapt};
    const auto found = runtime::Limiter(file).look(rate);
    now.per_second = limit.per_second * found.sixteenths / 16;
    now.granted = found.granted;
    now.next_seconds = std::chrono::duration<double>(found.until_next).count();
    now.waiting_for_rate = found.waiting;
    now.waiting_for_place = runtime::waiting(file, runtime::queue_of_places);
    now.holders = runtime::holders(file);
    return now;
}

std::string rate_text(double per_second) {
    return fmt::format("{:g}/s", per_second);
}

std::string configured(const runtime::RateLimit& limit) {
    std::vector<std::string> parts;
    if (limit.per_second > 0) parts.push_back(fmt::format("{}, burst {}", rate_text(limit.per_second), limit.burst));
    if (limit.max_concurrent > 0) parts.push_back(fmt::format("{} at once", limit.max_concurrent));
    if (limit.adapt) parts.emplace_back("adapts");
    return list_or_dash(parts);
}

void print_text(const std::vector<LimitNow>& limits) {
    if (limits.empty()) {
        fmt::print("the plan has no rate limit\n");
        return;
    }
    Table table({"limit", "scope", "configured", "in effect", ">granted", ">next in", ">waiting", ">places held"});
    for (const auto& now : limits) {
        const bool paced = now.limit.per_second > 0;
        table.add({now.limit.name, now.limit.machine ? "machine" : "build", configured(now.limit),
                   paced ? rate_text(now.per_second) : "-", paced ? std::to_string(now.granted) : "-",
                   paced ? fmt::format("{:.2f} s", now.next_seconds) : "-",
                   std::to_string(now.waiting_for_rate + now.waiting_for_place),
                   now.limit.max_concurrent > 0 ? fmt::format("{} of {}", now.holders.size(), now.limit.max_concurrent)
                                                : "-"});
    }
    fmt::print("{}", table.text());
    for (const auto& now : limits) {
        if (now.holders.empty()) continue;
        fmt::print("\nplaces of {}\n", now.limit.name);
        Table held({"", ">", ">"});
        for (const auto& holder : now.holders) {
            held.add({holder.text.empty() ? "?" : holder.text, fmt::format("process {}", holder.pid),
                      fmt::format("for {} s", os::now_ns() / 1'000'000'000 - holder.since)});
        }
        fmt::print("{}", held.text(2));
    }
}

Json json_of(const LimitNow& now) {
    const auto& limit = now.limit;
    auto holders = Json::array();
    for (const auto& holder : now.holders)
        holders.push_back({{"for", holder.text}, {"process", holder.pid}, {"since", holder.since}});
    const auto or_null = [](bool there, Json value) { return there ? std::move(value) : Json(); };
    return {{"name", limit.name},
            {"scope", limit.machine ? "machine" : "build"},
            {"rate", or_null(limit.per_second > 0, limit.per_second)},
            {"burst", limit.burst},
            {"max_concurrent", or_null(limit.max_concurrent > 0, limit.max_concurrent)},
            {"adapt", limit.adapt},
            {"rate_in_effect", or_null(limit.per_second > 0, now.per_second)},
            {"granted", now.granted},
            {"next_seconds", now.next_seconds},
            {"waiting", now.waiting_for_rate + now.waiting_for_place},
            {"holders", std::move(holders)}};
}

runtime::LaunchTable table_of(const Layout& layout, const std::string& graph) {
    const auto text = os::read_file(layout.launch_table(graph));
    if (!text) return {};  // the plan asks for nothing of the kind
    std::string error;
    auto table = runtime::launch_table_from_text(*text, error);
    if (!table)
        throw Refusal(fmt::format("'{}' is damaged ({}): remove that folder", layout.launch_table(graph), error));
    return std::move(*table);
}

}  // namespace

int limits_command(const CommonOptions& options) {
    const auto workspace = open_workspace({options.build_dir, options.plan, options.configuration});
    Diagnostics diagnostics;
    auto plan = load_plan(workspace.plan_path, workspace.plan_name, diagnostics);
    std::optional<Graph> graph;
    if (plan) {
        const auto facts = facts_from_environment(workspace, *plan, diagnostics);
        graph = current_graph(workspace, *plan, facts, workspace.ctest, diagnostics);
    }
    print_diagnostics(diagnostics, options.diagnostics_json);
    if (!graph) return 1;
    std::vector<LimitNow> limits;
    for (const auto& limit : table_of(workspace.layout, graph->name).rate_limits)
        limits.push_back(look_at(limit, workspace.layout.state));
    if (options.json) {
        auto list = Json::array();
        for (const auto& now : limits) list.push_back(json_of(now));
        fmt::print("{}\n", Json{{"version", 1}, {"limits", std::move(list)}}.dump(1, ' ', false,
                                                                                  Json::error_handler_t::replace));
    } else {
        print_text(limits);
    }
    return 0;
}

}  // namespace lockstep
