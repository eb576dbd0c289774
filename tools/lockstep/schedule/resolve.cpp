#include <fmt/format.h>

#include <algorithm>

#include "schedule/effects.hpp"
#include "schedule/gates.hpp"
#include "schedule/membership.hpp"
#include "schedule/names.hpp"
#include "schedule/schedule.hpp"
#include "text/utf8.hpp"

namespace lockstep {
namespace {

void refuse_reserved_names(const Inventory& inventory, Diagnostics& diagnostics) {
    for (const auto& test : inventory.tests) {
        if (!is_generated_name(test.name)) continue;
        diagnostics.error(
            {}, "reserved-name", fmt::format("test '{}' has a name that Lockstep gives to tests of its own", test.name),
            "rename it: checkpoint.*, barrier.*, order.*, cleanup.*, service.* and lockstep.end are taken");
    }
}

/// What ctest's own files cannot hold: a name with a line end breaks the log that verdicts are read from.
void refuse_unreadable_names(const Inventory& inventory, Diagnostics& diagnostics) {
    for (const auto& test : inventory.tests) {
        if (test.name.find_first_of("\n\r") == std::string::npos) continue;
        diagnostics.error({}, "bad-test-name",
                          fmt::format("the name of test '{}' holds a line end", printable(test.name)),
                          "rename it: ctest's log has a line a name, and verdicts are read from there");
    }
}

}  // namespace

bool is_generated_name(std::string_view name) {
    if (name == names::end_test) return true;
    for (const std::string_view prefix : {"checkpoint.", "barrier.", "order.", "cleanup.", "service."}) {
        if (!name.starts_with(prefix)) continue;
        if (prefix != "service.") return true;
        return name.ends_with(".start") || name.ends_with(".stop");
    }
    return false;
}

std::optional<Schedule> resolve(const Plan& plan, const Inventory& inventory, const RunFacts& facts,
                                Diagnostics& diagnostics) {
    Schedule schedule;
    schedule.plan = &plan;
    schedule.inventory = &inventory;
    schedule.tests.resize(inventory.tests.size());
    for (std::size_t position = 0; position < schedule.tests.size(); ++position)
        schedule.tests[position].position = position;
    schedule.phases.resize(plan.phases.size());

    refuse_reserved_names(inventory, diagnostics);
    refuse_unreadable_names(inventory, diagnostics);
    resolve_membership(schedule, diagnostics);
    resolve_effects(schedule, facts, diagnostics);
    build_gates(schedule, facts, diagnostics);
    if (diagnostics.has_errors()) return std::nullopt;
    if (!check_cycles(schedule, diagnostics)) return std::nullopt;
    return schedule;
}

}  // namespace lockstep
