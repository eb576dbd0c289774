// `lockstep list`: the project's tests in CTest's order, with what the plan makes of each. Tests that Lockstep adds are
// left out: no expression of a plan can mean them.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "commands/commands.hpp"
#include "commands/holdings.hpp"
#include "commands/output.hpp"
#include "commands/table.hpp"

namespace lockstep {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> marker_names(const Schedule& schedule, const ScheduledTest& test) {
    std::vector<std::string> names;
    for (const auto& [index, place] : test.markers) names.push_back(schedule.plan->markers[index].name.value);
    return names;
}

/// Columns of what few plans have are there only where one of the tests has it.
void print_table(const Schedule& schedule, const std::vector<std::size_t>& positions) {
    if (positions.empty()) return;
    const bool services =
        std::ranges::any_of(positions, [&](std::size_t p) { return !schedule.tests[p].services.empty(); });
    const bool launched =
        std::ranges::any_of(positions, [&](std::size_t p) { return schedule.tests[p].launching.needed(); });
    std::vector<std::string> titles{">#", "name", "phase", "markers", "locks", "pools"};
    if (services) titles.emplace_back("services");
    if (launched) titles.emplace_back("launched for");
    Table table(titles);
    for (const auto position : positions) {
        const auto& test = schedule.tests[position];
        auto locks = locks_of(schedule, position);
        if (runs_alone(schedule, position)) locks.emplace_back("(alone)");
        std::vector<std::string> pools;
        for (const auto& demand : test.demands) pools.push_back(brief_demand(schedule, demand));
        std::vector<std::string> row{std::to_string(position + 1),
                                     schedule.inventory->tests[position].name,
                                     test.phase ? schedule.plan->phases[*test.phase].name.value : "-",
                                     list_or_dash(marker_names(schedule, test)),
                                     list_or_dash(locks),
                                     list_or_dash(pools)};
        if (services) row.push_back(list_or_dash(services_of(schedule, position)));
        if (launched) row.push_back(list_or_dash(launched_for(schedule, position)));
        table.add(row);
    }
    fmt::print("{}", table.text());
}

Json json_of(const Schedule& schedule, std::size_t position) {
    const auto& test = schedule.tests[position];
    auto resources = Json::array();
    for (const auto& demand : test.demands) {
        resources.push_back({{"type", demand.type}, {"slots", demand.slots}, {"for", demand.shown}});
    }
    return {{"number", position + 1},
            {"name", schedule.inventory->tests[position].name},
            {"phase", test.phase ? Json(schedule.plan->phases[*test.phase].name.value) : Json()},
            {"markers", marker_names(schedule, test)},
            {"locks", locks_of(schedule, position)},
            {"alone", runs_alone(schedule, position)},
            {"resources", resources},
            {"services", services_of(schedule, position)},
            {"launched_for", launched_for(schedule, position)}};
}

/// A line a test, written as it goes: 100,000 of them are a normal size.
void print_json(const Schedule& schedule, const std::vector<std::size_t>& positions) {
    fmt::print("{{\"version\": 1,\n \"tests\": [");
    const char* separator = "\n  ";
    for (const auto position : positions) {
        fmt::print("{}{}", separator, json_of(schedule, position).dump(-1, ' ', false, Json::error_handler_t::replace));
        separator = ",\n  ";
    }
    fmt::print("]}}\n");
}

}  // namespace

int list_command(const CommonOptions& options, const std::string& expression) {
    Diagnostics diagnostics;
    std::optional<TestSet> asked;
    if (!expression.empty()) {
        const auto source = std::make_shared<const Source>("-E", expression);
        asked = parse_testset(expression, {source, 1, 1, static_cast<std::uint32_t>(expression.size())}, diagnostics);
    }
    const auto resolved = resolve_inputs(options, diagnostics);
    std::optional<std::vector<std::size_t>> positions;
    if (resolved && asked) positions = tests_in(*resolved->schedule, *asked, diagnostics);
    if (resolved && expression.empty()) {
        positions.emplace(resolved->schedule->tests.size());
        std::iota(positions->begin(), positions->end(), 0U);
    }
    print_errors(diagnostics, options.diagnostics_json);
    if (diagnostics.has_errors() || !positions) return 1;

    if (options.json) {
        print_json(*resolved->schedule, *positions);
    } else {
        print_table(*resolved->schedule, *positions);
    }
    if (positions->empty()) {
        say(resolved->schedule->tests.empty() ? std::string("there are no tests")
                                              : fmt::format("no test matches '{}'", expression));
    }
    return 0;
}

}  // namespace lockstep
