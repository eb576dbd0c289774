#include <fmt/format.h>

#include <unordered_map>

#include "schedule/batches.hpp"
#include "schedule/effects.hpp"
#include "schedule/gates.hpp"
#include "schedule/membership.hpp"
#include "schedule/names.hpp"
#include "schedule/schedule.hpp"
#include "text/utf8.hpp"

namespace lockstep {
namespace {

/// Names that tests of Lockstep's own have, or would have were the phase gated otherwise.
void refuse_taken_names(const Plan& plan, const Inventory& inventory, Diagnostics& diagnostics) {
    struct Owner {
        const char* kind = nullptr;
        const Spanned<std::string>* name = nullptr;
    };
    std::unordered_map<std::string, Owner> taken{{std::string(names::end_test), {}}};
    for (const auto& phase : plan.phases) {
        for (const auto name : {names::checkpoint, names::barrier, names::order, names::cleanup})
            taken.emplace(name(phase.name.value), Owner{"phase", &phase.name});
    }
    for (const auto& service : plan.services) {
        for (const auto name : {names::service_start, names::service_stop})
            taken.emplace(name(service.name.value), Owner{"service", &service.name});
    }
    for (const auto& test : inventory.tests) {
        const auto found = taken.find(test.name);
        if (found == taken.end()) continue;
        if (const auto& owner = found->second; owner.name != nullptr) {
            diagnostics.error(owner.name->place, "reserved-name",
                              fmt::format("test '{}' has a name that Lockstep gives to a test of its own, for {} '{}'",
                                          test.name, owner.kind, owner.name->value),
                              fmt::format("rename the test or the {}", owner.kind));
        } else {
            diagnostics.error({}, "reserved-name",
                              fmt::format("test '{}' has a name that Lockstep gives to a test of its own", test.name),
                              "rename the test");
        }
    }
}

/// What ctest's own files and commands cannot hold.
void refuse_unreadable_names(const Inventory& inventory, Diagnostics& diagnostics) {
    const auto refuse = [&](const InventoryTest& test, const char* what, const char* help) {
        diagnostics.error({}, "bad-test-name", fmt::format("the name of test '{}' {}", printable(test.name), what),
                          help);
    };
    for (const auto& test : inventory.tests) {
        if (test.name.find_first_of("\n\r") != std::string::npos) {
            refuse(test, "holds a line end",
                   "rename it: ctest's log has a line a name, and verdicts are read from there");
        } else if (test.name.find("\xef\xbf\xbd") != std::string::npos) {
            refuse(test, "holds U+FFFD",
                   "rename it: ctest lists bytes that are not UTF-8 as that, and no guard would reach such a test");
        } else if (test.name == "PROPERTIES") {
            refuse(test, "is a word of set_tests_properties()",
                   "rename it: what is to be put onto it would not reach it, nor tests that get the same");
        }
    }
}

}  // namespace

std::optional<Schedule> resolve(const Plan& plan, const Inventory& inventory, const RunFacts& facts,
                                Diagnostics& diagnostics) {
    Schedule schedule;
    schedule.plan = &plan;
    schedule.inventory = &inventory;
    schedule.tests.resize(inventory.tests.size());
    for (std::size_t position = 0; position < schedule.tests.size(); ++position)
        schedule.tests[position].position = position;
    schedule.phases.resize(plan.phases.size());

    refuse_taken_names(plan, inventory, diagnostics);
    refuse_unreadable_names(inventory, diagnostics);
    resolve_membership(schedule, diagnostics);
    resolve_effects(schedule, facts, diagnostics);
    build_gates(schedule, facts, diagnostics);
    if (diagnostics.has_errors()) return std::nullopt;
    if (!check_cycles(schedule, diagnostics)) return std::nullopt;
    form_batches(schedule, facts);
    return schedule;
}

}  // namespace lockstep
