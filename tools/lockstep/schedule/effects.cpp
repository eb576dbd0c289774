#include "schedule/effects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <climits>
#include <map>
#include <set>
#include <unordered_map>

#include "schedule/launching.hpp"
#include "schedule/names.hpp"
#include "schedule/no_effect.hpp"
#include "schedule/unused.hpp"

namespace lockstep {
namespace {

constexpr std::uint64_t mebibyte = 1024 * 1024;

std::string seconds_text(Milliseconds value) {
    const auto ms = value.count();
    if (ms % 1000 == 0) return fmt::format("{}", ms / 1000);
    return fmt::format("{}.{:03}", ms / 1000, ms % 1000);
}

/// CTest's resource types are [a-z_][a-z0-9_]*; other characters of a name become two hex digits after '_'.
std::string resource_type(std::string_view prefix, std::string_view name) {
    std::string type(prefix);
    for (const char c : name) {
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            type += c;
        } else {
            type += fmt::format("_{:02x}", static_cast<unsigned char>(c));
        }
    }
    return type;
}

class Effects {
public:
    Effects(Schedule& schedule, const RunFacts& facts, Diagnostics& diagnostics)
        : schedule_(schedule), plan_(*schedule.plan), facts_(facts), diagnostics_(diagnostics) {}

    void run() {
        labelled_ = labels_put(plan_, *schedule_.inventory, diagnostics_);
        count_names();
        for (auto& test : schedule_.tests) resolve(test);
        resolve_launching(schedule_, facts_, no_effect_, diagnostics_);
        no_effect_.report(diagnostics_);
        resolve_resources();
        report_unused(schedule_, diagnostics_);
    }

private:
    const InventoryTest& of(const ScheduledTest& test) const { return schedule_.inventory->tests[test.position]; }

    void count_names() {
        std::vector<std::string_view> repeated;  // in the inventory's order
        for (const auto& test : schedule_.inventory->tests) {
            if (++times_[test.name] == 2) repeated.push_back(test.name);
        }
        for (const auto name : repeated) {
            diagnostics_.warning(
                {}, "duplicate-test", fmt::format("{} tests have the name '{}'", times_.at(name), name),
                "properties reach both (CTest finds tests by name), so they never run at the same time; give each a "
                "name of its own");
        }
    }

    void resolve(ScheduledTest& test) {
        const auto& own = of(test);
        const auto variables = own_variables(own);
        test.isolate = plan_.defaults.isolate.value;
        test.isolate_place = plan_.defaults.isolate.place;
        const Spanned<std::optional<Milliseconds>>* timeout = nullptr;
        const Spanned<std::optional<int>>* processors = nullptr;
        bool parallel_safe = false;
        for (const auto& [index, by] : test.services) service_effects(test, own, variables, index, by);
        for (const auto& [index, by] : test.markers) {
            const auto& marker = plan_.markers[index];
            parallel_safe = parallel_safe || marker.name.value == "parallel_safe";
            add_label(test, own, marker.name.value, by);
            for (const auto& label : marker.labels) add_label(test, own, label.value, label.place);
            for (const auto& lock : marker.lock) add_lock(test, own, lock.value, lock.place.known() ? lock.place : by);
            for (const auto& [pool, slots] : marker.use) {
                add_demand(test, {pool, slots.value, false, fmt::format("pool {}", pool), slots.place});
            }
            if (marker.max_parallel.value) {
                add_demand(test,
                           {resource_type("lockstep_max_marker_", marker.name.value), 1, true,
                            fmt::format("max_parallel of marker {}", marker.name.value), marker.max_parallel.place});
            }
            if (marker.memory.value) add_memory(test, *marker.memory.value, marker.memory.place);
            if (marker.alone.value && !test.alone) test.alone = marker.alone.place.known() ? marker.alone.place : by;
            if (marker.timeout.value) timeout = &marker.timeout;
            if (marker.processors.value) processors = &marker.processors;
            if (marker.isolate.value) {
                test.isolate = *marker.isolate.value;
                test.isolate_place = marker.isolate.place;
            }
            for (const auto& [name, value] : marker.env) {
                add_variable(test, own, variables, {name, value.value, value.place, std::nullopt});
            }
        }
        phase_effects(test, own);
        set_timeout(test, own, timeout);
        set_processors(test, own, processors);
        if (test.isolate.cwd) set_directory(test, own);
        if (facts_.sequential) test.locks.push_back({std::string(names::sequential_lock), {}});
        if (times_.at(own.name) > 1) test.locks.push_back({names::same_name_lock(own.name), {}});
        if (plan_.defaults.unmarked.value == Unmarked::serial && !test.phase && test.markers.empty()) {
            test.locks.push_back({std::string(names::unmarked_lock), plan_.defaults.unmarked.place});
        }
        if (parallel_safe) check_parallel_safe(test, own);
    }

    void phase_effects(ScheduledTest& test, const InventoryTest& own) {
        if (!test.phase) return;
        const auto& phase = plan_.phases[*test.phase];
        if (labelled_.phases[*test.phase]) add_label(test, own, phase_label(phase.name.value), test.phase_place);
        if (phase.order.value == Order::sequential) {
            add_lock(test, own, names::phase_lock(phase.name.value), phase.order.place);
        }
        if (phase.max_parallel.value && phase.order.value == Order::parallel) {
            add_demand(test, {resource_type("lockstep_max_phase_", phase.name.value), 1, true,
                              fmt::format("max_parallel of phase {}", phase.name.value), phase.max_parallel.place});
        }
    }

    /// A marker that says otherwise wins: it is about fewer tests, or about what they have in common besides.
    void service_effects(ScheduledTest& test, const InventoryTest& own, const std::set<std::string_view>& variables,
                         std::size_t index, const Place& by) {
        const auto& service = plan_.services[index];
        const auto& name = service.name.value;
        const auto from = [&](const Place& place) { return place.known() ? place : service.name.place; };
        if (labelled_.services[index]) add_label(test, own, service_label(name), by);
        if (service.mode.value == ServiceMode::service) {
            add_lock(test, own, names::service(name), from(service.mode.place));
        } else if (service.max_parallel.value) {
            add_demand(test, {resource_type("lockstep_max_service_", name), 1, true,
                              fmt::format("max_parallel of service {}", name), service.max_parallel.place});
        }
        if (service.isolate.value) {
            test.isolate = *service.isolate.value;
            test.isolate_place = service.isolate.place;
        }
        for (const auto& [variable, value] : service.env) {
            add_variable(test, own, variables, {variable, value.value, value.place, index});
        }
    }

    static void add_label(ScheduledTest& test, const InventoryTest& own, const std::string& label, const Place& place) {
        if (std::ranges::find(own.labels, label) != own.labels.end()) return;
        if (std::ranges::find(test.labels, label, &Cause::value) != test.labels.end()) return;
        test.labels.push_back({label, place});
    }
    static void add_lock(ScheduledTest& test, const InventoryTest& own, const std::string& lock, const Place& place) {
        if (std::ranges::find(own.resource_lock, lock) != own.resource_lock.end()) return;
        if (std::ranges::find(test.locks, lock, &Cause::value) != test.locks.end()) return;
        test.locks.push_back({lock, place});
    }
    static void add_demand(ScheduledTest& test, Demand demand) {
        const auto same = std::ranges::find(test.demands, demand.type, &Demand::type);
        if (same == test.demands.end()) {
            test.demands.push_back(std::move(demand));
        } else if (demand.slots > same->slots) {  // sets unite: the larger demand includes the smaller
            *same = std::move(demand);
        }
    }

    void add_memory(ScheduledTest& test, std::uint64_t bytes, const Place& place) {
        const int total = machine_mebibytes();
        auto wanted = static_cast<int>(std::min<std::uint64_t>((bytes + mebibyte - 1) / mebibyte, INT_MAX));
        if (wanted > total) {
            if (memory_warned_.insert(place.line).second) {
                diagnostics_.warning(place, "memory-above-machine",
                                     fmt::format("{} MiB are more than this machine's {} MiB", wanted, total),
                                     "such a test runs with no other test that names its memory");
            }
            wanted = total;
        }
        const auto same = std::ranges::find(test.demands, names::memory_type, &Demand::type);
        // A single value: the marker written last wins.
        if (same != test.demands.end()) test.demands.erase(same);
        test.demands.push_back({std::string(names::memory_type), wanted, true, "memory", place});
    }

    void add_variable(ScheduledTest& test, const InventoryTest& own, const std::set<std::string_view>& variables,
                      EnvironmentEntry variable) {
        if (variables.contains(variable.name)) {
            no_effect_.add(fmt::format("env {}", variable.name), variable.place, own.name,
                           "the project sets the variable itself");
            return;
        }
        std::erase_if(test.environment, [&](const auto& entry) { return entry.name == variable.name; });
        test.environment.push_back(std::move(variable));
    }

    void set_timeout(ScheduledTest& test, const InventoryTest& own,
                     const Spanned<std::optional<Milliseconds>>* marker) {
        const auto& defaults = plan_.defaults.timeout;
        if (own.timeout) {
            // Only a marker's: a default is meant for tests that set none.
            if (marker != nullptr) {
                no_effect_.add("timeout", marker->place, own.name, "the project sets TIMEOUT itself");
            }
        } else if (marker != nullptr) {
            test.timeout = Cause{seconds_text(*marker->value), marker->place};
            test.timeout_value = *marker->value;
        } else if (defaults.value && !facts_.timeout_on_command_line) {
            test.timeout = Cause{seconds_text(*defaults.value), defaults.place};
            test.timeout_value = *defaults.value;
        }
    }

    void set_processors(ScheduledTest& test, const InventoryTest& own, const Spanned<std::optional<int>>* marker) {
        if (marker == nullptr) return;
        if (own.processors) {
            no_effect_.add("processors", marker->place, own.name, "the project sets PROCESSORS itself");
        } else {
            test.processors = Cause{fmt::format("{}", *marker->value), marker->place};
        }
    }

    /// CTest tells a test's directory, not whether the project chose it. One that is not the default was chosen, and
    /// stands.
    void set_directory(ScheduledTest& test, const InventoryTest& own) {
        test.own_working_directory = own.working_directory.empty() || own.working_directory == own.binary_dir;
        if (test.own_working_directory) return;
        no_effect_.add("isolate cwd", test.isolate_place, own.name,
                       own.binary_dir.empty() ? "whether the project chose the directory it runs in is not known"
                                              : "the project sets WORKING_DIRECTORY itself");
    }

    void check_parallel_safe(const ScheduledTest& test, const InventoryTest& own) {
        const std::string lock = !test.locks.empty() ? fmt::format("lock '{}'", test.locks.front().value)
                                 : !own.resource_lock.empty()
                                     ? fmt::format("RESOURCE_LOCK '{}'", own.resource_lock.front())
                                 : test.alone ? std::string("alone")
                                              : std::string();
        if (lock.empty()) return;
        diagnostics_.warning(test.locks.empty() ? Place{} : test.locks.front().place, "parallel-safe-locked",
                             fmt::format("test '{}' is marked parallel_safe and has {}", own.name, lock),
                             "the lock holds; take away one of the two");
    }

    void resolve_resources() {
        const bool own_groups =
            std::ranges::any_of(schedule_.inventory->tests, [](const auto& t) { return t.has_resource_groups; });
        const auto maker = std::ranges::find_if(schedule_.inventory->tests, &InventoryTest::makes_resource_spec);
        if (maker != schedule_.inventory->tests.end()) schedule_.spec_maker = maker->name;
        // Without a spec file CTest ignores a project's RESOURCE_GROUPS; with ours it would enforce them. And it
        // refuses a run with a spec file, or with groups of tests that do not wait for the test that makes it.
        const bool possible =
            !facts_.foreign_resource_spec && schedule_.spec_maker.empty() && (!own_groups || facts_.project_has_spec);
        const auto why = possible ? std::string() : why_no_resources(facts_, schedule_.spec_maker);
        const auto help = [&](const char* what) {
            return schedule_.spec_maker.empty()
                       ? fmt::format(
                             "name the spec file in the plan: [run] resource_spec = \"FILE\"; {} are merged into it",
                             what)
                       : std::string(
                             "have that file made before ctest starts, and name it: [run] resource_spec = \"FILE\"");
        };
        schedule_.worker_ids = possible && plan_.run.workers.value.value_or(1) != 0;
        if (!schedule_.worker_ids) refuse_worker_ids(why);
        if (!possible) {
            for (const auto& test : schedule_.tests) {
                if (test.demands.empty()) continue;
                const auto& demand = test.demands.front();
                diagnostics_.error(demand.place, "resources-need-spec",
                                   fmt::format("{} counts slots, and {}", demand.shown, why), help("pools"));
                return;
            }
            if (plan_.run.workers.value.value_or(1) != 0) {
                diagnostics_.warning(plan_.run.workers.place, "no-worker-ids",
                                     fmt::format("tests get no worker ids: {}", why), help("worker ids"));
            }
            return;
        }
        std::map<std::string, ResourceType> types;
        for (const auto& test : schedule_.tests) {
            for (const auto& demand : test.demands) {
                if (types.contains(demand.type)) continue;
                types.emplace(demand.type, type_of(demand));
            }
        }
        for (auto& [name, type] : types) schedule_.resources.push_back(std::move(type));
    }

    /// A worker's set-up or a ${worker} needs what this run does not have.
    void refuse_worker_ids(const std::string& why) {
        const auto needing =
            std::ranges::find_if(schedule_.tests, [&](const auto& test) { return uses_worker_id(plan_, test); });
        if (needing == schedule_.tests.end()) return;
        const auto& cause = needing->launching.because.front();
        diagnostics_.error(cause.place, "needs-worker-ids",
                           fmt::format("test '{}' needs a worker id ({}), and tests get none: {}", of(*needing).name,
                                       cause.value, why.empty() ? "the plan says workers = 0" : why),
                           why.empty() ? "write a number of workers, or leave 'workers' out" : "");
    }

    /// At least 1: a demand must never be above what the resource has, or ctest would refuse its test.
    int machine_mebibytes() const {
        return static_cast<int>(std::clamp<std::uint64_t>(facts_.memory_bytes / mebibyte, 1, INT_MAX));
    }

    ResourceType type_of(const Demand& demand) const {
        if (!demand.counter) return {demand.type, plan_.pool(demand.type)->slots.value, 1, demand.shown};
        if (demand.type == names::memory_type) {
            return {demand.type, 1, machine_mebibytes(), demand.shown};
        }
        for (const auto& marker : plan_.markers) {
            if (marker.max_parallel.value && resource_type("lockstep_max_marker_", marker.name.value) == demand.type) {
                return {demand.type, 1, *marker.max_parallel.value, demand.shown};
            }
        }
        for (const auto& phase : plan_.phases) {
            if (phase.max_parallel.value && resource_type("lockstep_max_phase_", phase.name.value) == demand.type) {
                return {demand.type, 1, *phase.max_parallel.value, demand.shown};
            }
        }
        for (const auto& service : plan_.services) {
            if (service.max_parallel.value &&
                resource_type("lockstep_max_service_", service.name.value) == demand.type) {
                return {demand.type, 1, *service.max_parallel.value, demand.shown};
            }
        }
        return {demand.type, 1, 1, demand.shown};
    }

    Schedule& schedule_;
    const Plan& plan_;
    const RunFacts& facts_;
    Diagnostics& diagnostics_;
    LabelsPut labelled_;
    std::unordered_map<std::string_view, int> times_;
    std::set<std::uint32_t> memory_warned_;
    NoEffect no_effect_;
};

}  // namespace

void resolve_effects(Schedule& schedule, const RunFacts& facts, Diagnostics& diagnostics) {
    Effects(schedule, facts, diagnostics).run();
}

namespace {

/// Whether none of the project's own labels occurs in `label`.
bool keeps_apart(const std::set<std::string_view>& own, const std::string& label, const char* kind, const Place& place,
                 Diagnostics& diagnostics) {
    for (const auto& candidate : own) {
        if (candidate.empty() || candidate == label || label.find(candidate) == std::string::npos) continue;
        diagnostics.warning(
            place, "label-overlap",
            fmt::format("label '{}' is left out: the project's own label '{}' occurs in it", label, candidate),
            fmt::format("`ctest -L {}` would match more tests than before; rename the {} to have the label", candidate,
                        kind));
        return false;
    }
    return true;
}

}  // namespace

LabelsPut labels_put(const Plan& plan, const Inventory& inventory, Diagnostics& diagnostics) {
    const bool wanted = plan.defaults.labels.value;
    LabelsPut put{std::vector<bool>(plan.phases.size(), wanted), std::vector<bool>(plan.services.size(), wanted)};
    if (!wanted) return put;
    std::set<std::string_view> own;
    for (const auto& test : inventory.tests) own.insert(test.labels.begin(), test.labels.end());
    for (std::size_t p = 0; p < plan.phases.size(); ++p) {
        const auto& name = plan.phases[p].name;
        put.phases[p] = keeps_apart(own, phase_label(name.value), "phase", name.place, diagnostics);
    }
    for (std::size_t s = 0; s < plan.services.size(); ++s) {
        const auto& name = plan.services[s].name;
        put.services[s] = keeps_apart(own, service_label(name.value), "service", name.place, diagnostics);
    }
    return put;
}

std::string why_no_resources(const RunFacts& facts, std::string_view spec_maker) {
    if (facts.foreign_resource_spec) return "this ctest has a resource spec file that is not the plan's";
    if (!spec_maker.empty())
        return fmt::format("test '{}' makes the resource spec file while ctest runs (GENERATED_RESOURCE_SPEC_FILE)",
                           spec_maker);
    return "the project's tests have RESOURCE_GROUPS but there is no resource spec file";
}

std::string phase_label(std::string_view phase) {
    return names::join("phase:", phase);
}

std::string service_label(std::string_view service) {
    return names::join("service:", service);
}

}  // namespace lockstep
