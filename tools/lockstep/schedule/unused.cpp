#include "schedule/unused.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace lockstep {
namespace {

class Unused {
public:
    Unused(const Schedule& schedule, Diagnostics& diagnostics)
        : schedule_(schedule), plan_(*schedule.plan), diagnostics_(diagnostics) {}

    void report() {
        pools();
        for (const auto& phase : plan_.phases) {
            if (!phase.max_parallel.value || phase.order.value == Order::parallel) continue;
            no_effect(phase.max_parallel.place, fmt::format("max_parallel of phase '{}'", phase.name.value),
                      fmt::format("its order is {}, one test at a time", to_string(phase.order.value)));
        }
        for (const auto& limit : plan_.rate_limits) rate_limit(limit);
        for (const auto& rule : plan_.retries) retry(rule);
        for (const auto& service : plan_.services) of_service(service);
    }

private:
    void no_effect(const Place& place, const std::string& what, const std::string& why, std::string help = {}) {
        diagnostics_.warning(place, "no-effect", fmt::format("{} has no effect: {}", what, why), std::move(help));
    }

    void pools() {
        std::set<std::string, std::less<>> used;
        for (const auto& marker : plan_.markers) {
            for (const auto& [pool, slots] : marker.use) used.insert(pool);
        }
        for (const auto& pool : plan_.pools) {
            if (used.contains(pool.name.value)) continue;
            diagnostics_.warning(pool.name.place, "unused-pool",
                                 fmt::format("no marker uses pool '{}'", pool.name.value),
                                 fmt::format("a marker takes slots of it with use = {{ {} = 1 }}", pool.name.value));
        }
    }

    void rate_limit(const RateLimit& limit) {
        const auto& name = limit.name.value;
        const bool named =
            std::ranges::any_of(plan_.markers, [&](const auto& marker) { return marker.rate_limit.value == name; });
        if (!named) {
            // The client library finds a limit by its name alone.
            diagnostics_.warning(limit.name.place, "unused-rate-limit",
                                 fmt::format("no marker names rate limit '{}'", name),
                                 fmt::format("a marker's tests keep it with rate_limit = \"{}\"; calls of the client "
                                             "library keep it in any case",
                                             name));
        }
        const auto whole = fmt::format("rate limit '{}'", name);
        if (!limit.rate.value && !limit.max_concurrent.value)
            no_effect(limit.name.place, whole, "it has neither 'rate' nor 'max_concurrent'");
        if (limit.rate.value) return;
        if (limit.burst.place.known()) no_effect(limit.burst.place, "burst of " + whole, "it has no 'rate'");
        if (limit.adapt.value) no_effect(limit.adapt.place, "adapt of " + whole, "it has no 'rate' to slow down");
    }

    void retry(const RetryRule& rule) {
        const auto& name = rule.name.value;
        const bool named =
            std::ranges::any_of(plan_.markers, [&](const auto& marker) { return marker.retry.value == name; });
        if (!named) {
            diagnostics_.warning(
                rule.name.place, "unused-retry", fmt::format("no marker names retry rule '{}'", name),
                fmt::format("a marker's tests are retried with retry = \"{}\"; that a test asks the client library "
                            "for it is not seen from here",
                            name));
        }
        const auto whole = fmt::format("retry rule '{}'", name);
        if (rule.attempts.value == 1) no_effect(rule.attempts.place, whole, "one attempt in all is no retry");
        if (rule.max_backoff.value < rule.backoff.value && rule.backoff.place.known()) {
            no_effect(rule.backoff.place, "backoff of " + whole, "max_backoff is less",
                      "pauses are as long as max_backoff");
        }
        if (rule.on_exit.empty() && rule.on_output.empty()) any_failure(rule);
    }

    /// By its exit status alone such a test has not failed yet: CTest's expressions decide.
    void any_failure(const RetryRule& rule) {
        std::size_t count = 0;
        std::string first;
        for (const auto& test : schedule_.tests) {
            const auto& retry = test.launching.retry;
            const auto& own = schedule_.inventory->tests[test.position];
            if (!retry || &plan_.retries[*retry] != &rule || !own.judged_by_output) continue;
            if (count++ == 0) first = own.name;
        }
        if (count == 0) return;
        diagnostics_.warning(
            rule.name.place, "retry-by-status",
            fmt::format(
                "retry rule '{}' goes by the exit status of {}, which ctest judges by output expressions",
                rule.name.value,
                count == 1 ? fmt::format("test '{}'", first) : fmt::format("{} tests ('{}' first)", count, first)),
            "say with on_output what is worth another attempt");
    }

    void of_service(const Service& service) {
        const auto whole = fmt::format("service '{}'", service.name.value);
        if (service.max_parallel.value && service.mode.value == ServiceMode::service) {
            no_effect(service.max_parallel.place, "max_parallel of " + whole, "its mode is service, one test at a time",
                      "write mode = \"test\"");
        }
        if (!service.ports.empty() && !service.start.value)
            no_effect(service.ports.front().place, "ports of " + whole, "it has no 'start', so no port is chosen");
        if (!service.ready.asked() && service.ready.within.place.known())
            no_effect(service.ready.within.place, "within of " + whole, "nothing tells when the service is ready");
        if (service.if_unavailable.value == Unavailable::skip && !has_start_test(service)) {
            no_effect(service.if_unavailable.place, "if_unavailable of " + whole,
                      "it has neither 'start' nor 'ready', so nothing tells whether it is there");
        }
    }

    const Schedule& schedule_;
    const Plan& plan_;
    Diagnostics& diagnostics_;
};

}  // namespace

void report_unused(const Schedule& schedule, Diagnostics& diagnostics) {
    Unused(schedule, diagnostics).report();
}

}  // namespace lockstep
