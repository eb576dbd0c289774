// first_plan() of any tests: what it writes is a plan, and one that adds nothing to a test.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "adoption/first_plan.hpp"
#include "inventory/ctest_json.hpp"
#include "schedule/names.hpp"
#include "schedule/schedule.hpp"

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

void require_no_change(const lockstep::Schedule& schedule) {
    require(schedule.resources.empty() && !schedule.worker_ids);
    for (const auto& test : schedule.tests) {
        require(test.demands.empty() && test.labels.empty() && test.environment.empty() && !test.alone);
        require(!test.timeout && !test.processors && test.isolate == lockstep::Isolation{});
        require(test.fixtures_required.size() == 1 && test.fixtures_setup.empty());
        const auto& name = schedule.inventory->tests[test.position].name;
        for (const auto& lock : test.locks) require(lock.value == lockstep::names::same_name_lock(name));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    lockstep::Diagnostics reading;
    const auto inventory =
        lockstep::read_ctest_json(std::make_shared<const lockstep::Source>("tests.json", text), {}, reading);
    if (!inventory) return 0;
    const auto first = lockstep::first_plan(*inventory);
    require(first.text == lockstep::first_plan(*inventory).text);
    lockstep::Diagnostics diagnostics;
    const auto plan =
        lockstep::read_plan(std::make_shared<const lockstep::Source>("lockstep.toml", first.text), {}, diagnostics);
    require(plan && diagnostics.all().empty());
    // Some tests fit no plan: two of them wait for each other, one has a name of Lockstep's.
    const auto schedule = lockstep::resolve(*plan, *inventory, {}, diagnostics);
    if (schedule) require_no_change(*schedule);
    return 0;
}
