// The launcher costs a process a test and stands between a debugger and its program, so a test is launched only for
// what CTest cannot do, and `explain` shows for what.
#include "schedule/launching.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

namespace lockstep {
namespace {

using Kind = Template::Part::Kind;

constexpr std::chrono::seconds longest_debugging = std::chrono::hours(24 * 30);

bool uses_worker(const Template& text) {
    return std::ranges::any_of(text.parts,
                               [](const auto& p) { return p.kind == Kind::worker || p.kind == Kind::worker_dir; });
}

/// Why the launcher has to fill it in: "env DB with ${worker}".
std::string open_variable(const EnvironmentEntry& entry) {
    const auto open = std::ranges::find_if(entry.value.parts, [](const auto& part) {
        return part.kind == Kind::worker || part.kind == Kind::worker_dir || part.kind == Kind::port;
    });
    return fmt::format("env {} with {}", entry.name, to_string(Template{{*open}}));
}

class Resolver {
public:
    Resolver(Schedule& schedule, const RunFacts& facts, NoEffect& no_effect, Diagnostics& diagnostics)
        : schedule_(schedule), plan_(*schedule.plan), facts_(facts), no_effect_(no_effect), diagnostics_(diagnostics) {}

    void run() {
        for (auto& test : schedule_.tests) {
            const auto& own = schedule_.inventory->tests[test.position];
            check_ports(test, own);
            // Of a program that is not there CTest has to say so itself.
            if (own.command.empty()) continue;
            resolve(test);
            if (own.name == facts_.debugged) {
                debug(test);
            } else if (test.launching.needed()) {
                set_timeout(test, own);
            }
        }
    }

private:
    void resolve(ScheduledTest& test) {
        auto& launching = test.launching;
        const auto because = [&](std::string what, const Place& place) {
            launching.because.push_back({std::move(what), place});
        };
        const auto* retry = facts_.limits ? marker_with_retry(test) : nullptr;
        for (const auto& [index, by] : test.markers) {
            const auto& marker = plan_.markers[index];
            if (facts_.limits && marker.rate_limit.value) add_limit(launching, marker);
            if (&marker == retry) {
                launching.retry = plan_.retry_index(*marker.retry.value);
                because(fmt::format("retry rule {}", *marker.retry.value), marker.retry.place);
            }
            if (marker.setup.value) {
                launching.setup.push_back(index);
                because(fmt::format("setup of marker {}", marker.name.value), marker.setup.place);
            }
            if (marker.cleanup.value) {
                launching.cleanup.push_back(index);
                because(fmt::format("cleanup of marker {}", marker.name.value), marker.cleanup.place);
            }
        }
        std::ranges::sort(launching.rate_limits);
        if (test.phase && plan_.phases[*test.phase].stagger.value) {
            launching.stagger = true;
            because(fmt::format("stagger of phase {}", plan_.phases[*test.phase].name.value),
                    plan_.phases[*test.phase].stagger.place);
        }
        for (const auto& entry : test.environment) {
            if (needs_launcher(entry.value)) because(open_variable(entry), entry.place);
        }
        for (const auto& [index, by] : test.services) add_service(test, index);
        if (plan_.worker.setup.value) because("worker setup", plan_.worker.setup.place);
        if (plan_.worker.teardown.value) because("worker teardown", plan_.worker.teardown.place);
        if (plan_.run.measure.value) because("measure", plan_.run.measure.place);
    }

    /// Somebody looks at it: it has all the time there is, and is not tried again.
    static void debug(ScheduledTest& test) {
        test.launching.because.push_back({"lockstep debug", {}});
        test.launching.retry.reset();
        test.timeout = Cause{std::to_string(longest_debugging.count()), {}};
    }

    /// Of single values the marker written last wins, limits add up: each of them guards something else.
    void add_limit(Launching& launching, const Marker& marker) {
        const auto index = plan_.rate_limit_index(*marker.rate_limit.value);
        if (!index || std::ranges::find(launching.rate_limits, *index) != launching.rate_limits.end()) return;
        const auto& limit = plan_.rate_limits[*index];
        if (!limit.rate.value && !limit.max_concurrent.value) return;  // it limits nothing: a warning elsewhere
        launching.rate_limits.push_back(*index);
        launching.because.push_back({fmt::format("rate limit {}", limit.name.value), marker.rate_limit.place});
    }

    /// A single value: the marker written last wins.
    const Marker* marker_with_retry(const ScheduledTest& test) const {
        const Marker* last = nullptr;
        for (const auto& [index, by] : test.markers) {
            if (plan_.markers[index].retry.value) last = &plan_.markers[index];
        }
        return last;
    }

    void add_service(ScheduledTest& test, std::size_t index) const {
        const auto& service = plan_.services[index];
        const bool skips = service.if_unavailable.value == Unavailable::skip && has_start_test(service);
        const bool fills = std::ranges::any_of(test.environment, [&](const EnvironmentEntry& entry) {
            return entry.service == index && needs_launcher(entry.value);
        });
        if (skips) {
            test.launching.because.push_back(
                {fmt::format("if_unavailable of service {}", service.name.value), service.if_unavailable.place});
        }
        if (skips || fills) test.launching.services.push_back(index);
    }

    /// Waiting must not count against a test's time-out, and what comes before it neither.
    void set_timeout(ScheduledTest& test, const InventoryTest& own) {
        auto& launching = test.launching;
        const bool may_wait = !launching.rate_limits.empty() || launching.retry || launching.stagger ||
                              !launching.setup.empty() || plan_.worker.setup.value;
        if (!may_wait) return;
        const double seconds = own.timeout          ? *own.timeout
                               : test.timeout_value ? std::chrono::duration<double>(*test.timeout_value).count()
                                                    : facts_.default_timeout;
        if (!(seconds > 0)) return;
        if (own.timeout_after_match) {
            no_effect_.add("keeping waits out of the time-out", launching.because.front().place, own.name,
                           "the project sets TIMEOUT_AFTER_MATCH itself");
            return;
        }
        launching.timeout = Milliseconds(std::max<std::int64_t>(std::llround(seconds * 1000), 1));
    }

    /// Whose port a marker means depends on the services that its test talks to.
    void check_ports(const ScheduledTest& test, const InventoryTest& own) {
        for (const auto& [index, by] : test.markers) {
            const auto& marker = plan_.markers[index];
            for (const auto* command : {&marker.setup.value, &marker.cleanup.value}) {
                if (!*command) continue;
                for (const auto& word : **command) check_ports(test, own, word.value, word.place);
            }
        }
        for (const auto& entry : test.environment) {
            if (!entry.service) check_ports(test, own, entry.value, entry.place);
        }
    }

    void check_ports(const ScheduledTest& test, const InventoryTest& own, const Template& text, const Place& place) {
        for (const auto& part : text.parts) {
            if (part.kind != Kind::port) continue;
            const auto owners = port_owners(plan_, test, std::nullopt, part.text);
            if (owners.size() == 1 || !ports_reported_.insert({place.line, place.column, part.text}).second) continue;
            if (owners.empty()) {
                diagnostics_.error(place, "unknown-port",
                                   fmt::format("test '{}' talks to no service with a port '{}'", own.name, part.text),
                                   "its markers' texts may hold ports of the services whose 'tests' it matches");
            } else {
                diagnostics_.error(
                    place, "unknown-port",
                    fmt::format("test '{}' talks to two services with a port '{}', '{}' and '{}'", own.name, part.text,
                                plan_.services[owners[0]].name.value, plan_.services[owners[1]].name.value),
                    "give the ports different names, or set the variable in the env of a service");
            }
        }
    }

    Schedule& schedule_;
    const Plan& plan_;
    const RunFacts& facts_;
    NoEffect& no_effect_;
    Diagnostics& diagnostics_;
    std::set<std::tuple<std::uint32_t, std::uint32_t, std::string>> ports_reported_;
};

}  // namespace

void resolve_launching(Schedule& schedule, const RunFacts& facts, NoEffect& no_effect, Diagnostics& diagnostics) {
    Resolver(schedule, facts, no_effect, diagnostics).run();
}

std::set<std::string_view> own_variables(const InventoryTest& test) {
    std::set<std::string_view> names;
    for (const auto& entry : test.environment) names.insert(std::string_view(entry).substr(0, entry.find('=')));
    for (const std::string_view entry : test.environment_modification) {
        const auto end = std::min(entry.find('='), entry.size());
        const auto operation = entry.substr(end);
        if (operation.starts_with("=set:") || operation.starts_with("=unset:") || operation.starts_with("=reset:"))
            names.insert(entry.substr(0, end));
    }
    return names;
}

std::vector<std::size_t> port_owners(const Plan& plan, const ScheduledTest& test, std::optional<std::size_t> service,
                                     std::string_view port) {
    if (service) return {*service};
    std::vector<std::size_t> owners;
    for (const auto& [index, by] : test.services) {
        if (plan.services[index].has_port(port)) owners.push_back(index);
    }
    return owners;
}

bool uses_worker_id(const Plan& plan, const ScheduledTest& test) {
    if (!test.launching.needed()) return false;
    if (plan.worker.setup.value || plan.worker.teardown.value) return true;
    const auto in_command = [](const std::optional<Command>& command) {
        return command && std::ranges::any_of(*command, [](const auto& word) { return uses_worker(word.value); });
    };
    return std::ranges::any_of(test.environment, [](const auto& entry) { return uses_worker(entry.value); }) ||
           std::ranges::any_of(test.launching.setup,
                               [&](std::size_t m) { return in_command(plan.markers[m].setup.value); }) ||
           std::ranges::any_of(test.launching.cleanup,
                               [&](std::size_t m) { return in_command(plan.markers[m].cleanup.value); });
}

}  // namespace lockstep
