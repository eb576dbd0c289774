// Schedule → launch table: tests with equal needs share a kind, numbered in the order in which they come.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "overlay/launch.hpp"
#include "schedule/launching.hpp"

namespace lockstep {
namespace {

using runtime::LaunchKind;
using runtime::LaunchTable;

int share_of(int whole, int shards) {
    return shards > 1 ? std::max(whole / shards, 1) : whole;
}

class Builder {
public:
    Builder(const Schedule& schedule, const RunFacts& facts, const FillValues& values, Diagnostics& diagnostics)
        : schedule_(schedule), plan_(*schedule.plan), facts_(facts), values_(values), diagnostics_(diagnostics) {}

    std::optional<Launch> build() {
        for (const auto& limit : plan_.rate_limits) add(limit);
        for (std::size_t r = 0; r < plan_.retries.size(); ++r) add(plan_.retries[r], r);
        for (std::size_t s = 0; s < plan_.services.size(); ++s) add(plan_.services[s], s);
        table().worker_setup = hook(plan_.worker.setup, nullptr);
        table().worker_teardown = hook(plan_.worker.teardown, nullptr);
        launch_.kinds.resize(schedule_.tests.size());
        for (const auto& test : schedule_.tests) {
            if (test.launching.needed()) launch_.kinds[test.position] = number_of(kind_of(test));
        }
        if (failed_) return std::nullopt;
        return std::move(launch_);
    }

private:
    /// Whose ports a text may mean.
    struct Ports {
        const ScheduledTest* test = nullptr;
        std::optional<std::size_t> service;
    };

    LaunchTable& table() { return launch_.table; }

    void add(const RateLimit& limit) {
        runtime::RateLimit entry;
        entry.name = limit.name.value;
        if (limit.rate.value) entry.per_second = *limit.rate.value / std::max(facts_.shards, 1);
        entry.burst = share_of(limit.burst.value, facts_.shards);
        if (limit.max_concurrent.value) entry.max_concurrent = share_of(*limit.max_concurrent.value, facts_.shards);
        entry.adapt = limit.adapt.value;
        entry.machine = limit.scope.value == Scope::machine;
        table().rate_limits.push_back(std::move(entry));
    }

    void add(const RetryRule& rule, std::size_t index) {
        runtime::RetryRule entry;
        entry.name = rule.name.value;
        entry.attempts = rule.attempts.value;
        for (const auto& status : rule.on_exit) entry.on_exit.push_back(status.value);
        for (const auto& pattern : rule.on_output) entry.on_output.push_back(pattern.value);
        entry.backoff = rule.backoff.value;
        entry.max_backoff = rule.max_backoff.value;
        entry.give_up_after = rule.give_up_after.value.value_or(0);
        entry.tests = static_cast<int>(
            std::ranges::count_if(schedule_.tests, [&](const auto& test) { return test.launching.retry == index; }));
        table().retries.push_back(std::move(entry));
    }

    void add(const Service& service, std::size_t index) {
        const Ports own{nullptr, index};
        runtime::Service entry;
        entry.name = service.name.value;
        entry.start = hook(service.start, nullptr, index);
        for (const auto& port : service.ports) entry.ports.push_back(port.value);
        const auto& ready = service.ready;
        if (ready.url.value) {
            entry.ready = runtime::Service::Ready::url;
            entry.ready_at = text({*ready.url.value, ready.url.place}, own);
        } else if (ready.tcp.value) {
            entry.ready = runtime::Service::Ready::tcp;
            entry.ready_at = text({*ready.tcp.value, ready.tcp.place}, own);
        } else if (ready.command.value) {
            entry.ready = runtime::Service::Ready::command;
            entry.ready_command = command(*ready.command.value, own);
        }
        entry.within = ready.within.value;
        entry.skip_if_unavailable = service.if_unavailable.value == Unavailable::skip;
        for (const auto& [name, value] : service.env) entry.env.emplace_back(name, text(value, own));
        entry.place = service.name.place.brief();
        table().services.push_back(std::move(entry));
    }

    LaunchKind kind_of(const ScheduledTest& test) {
        const auto& launching = test.launching;
        const auto& own = schedule_.inventory->tests[test.position];
        LaunchKind kind;
        kind.rate_limits = launching.rate_limits;
        kind.retry = launching.retry;
        if (launching.stagger) {
            kind.stagger_name = plan_.phases[*test.phase].name.value;
            kind.stagger = *plan_.phases[*test.phase].stagger.value;
        }
        for (const auto m : launching.setup) kind.setup.push_back(*hook(plan_.markers[m].setup, &test));
        for (const auto m : launching.cleanup) kind.cleanup.push_back(*hook(plan_.markers[m].cleanup, &test));
        kind.services = launching.services;
        for (const auto& entry : test.environment) {
            // What stands in a service's env comes with the service.
            if (entry.service || !needs_launcher(entry.value)) continue;
            kind.env.emplace_back(entry.name, text({entry.value, entry.place}, {&test, std::nullopt}));
        }
        if (!kind.env.empty() || !kind.services.empty()) kind.own_variables = settled_variables(test, own);
        kind.worker = plan_.worker.setup.value || plan_.worker.teardown.value;
        kind.timeout = launching.timeout;
        kind.announce = launching.timeout.has_value();
        kind.will_fail = own.will_fail;
        kind.skip_status = own.skip_return_code;
        kind.judged_by_output = own.judged_by_output;
        return kind;
    }

    /// Variables that the launcher leaves alone: the project's own, and those for which ctest already sets what the
    /// plan says though a service of the test says something else.
    std::vector<std::string> settled_variables(const ScheduledTest& test, const InventoryTest& own) const {
        std::vector<std::string> names;
        for (const auto& name : own_variables(own)) names.emplace_back(name);
        for (const auto& entry : test.environment) {
            if (needs_launcher(entry.value)) continue;
            const bool contested = std::ranges::any_of(test.launching.services, [&](std::size_t s) {
                return entry.service != s && plan_.services[s].env.contains(entry.name);
            });
            if (contested) names.push_back(entry.name);
        }
        std::ranges::sort(names);
        return names;
    }

    std::size_t number_of(LaunchKind kind) {
        LaunchTable alone;
        alone.kinds.push_back(std::move(kind));
        const auto [found, fresh] = numbers_.try_emplace(runtime::to_text(alone), table().kinds.size());
        if (fresh) table().kinds.push_back(std::move(alone.kinds.front()));
        return found->second;
    }

    std::optional<runtime::Hook> hook(const Spanned<std::optional<Command>>& value, const ScheduledTest* test,
                                      std::optional<std::size_t> service = std::nullopt) {
        if (!value.value) return std::nullopt;
        return runtime::Hook{command(*value.value, {test, service}), value.place.brief()};
    }

    runtime::OpenCommand command(const Command& words, const Ports& ports) {
        runtime::OpenCommand open;
        for (const auto& word : words) open.push_back(text(word, ports));
        return open;
    }

    runtime::OpenText text(const Spanned<Template>& text, const Ports& ports) {
        const auto owner = [&](std::string_view port) {
            if (ports.service) return *ports.service;
            return port_owners(plan_, *ports.test, std::nullopt, port).front();
        };
        auto open = open_text(text, values_, owner, diagnostics_);
        failed_ = failed_ || !open;
        return open.value_or(runtime::OpenText{});
    }

    const Schedule& schedule_;
    const Plan& plan_;
    const RunFacts& facts_;
    const FillValues& values_;
    Diagnostics& diagnostics_;
    Launch launch_;
    std::unordered_map<std::string, std::size_t> numbers_;
    bool failed_ = false;
};

}  // namespace

bool Launch::needed() const {
    return !table.rate_limits.empty() || !table.retries.empty() || !table.services.empty() || table.worker_setup ||
           table.worker_teardown || !table.kinds.empty();
}

std::optional<Launch> make_launch(const Schedule& schedule, const RunFacts& facts, const FillValues& values,
                                  Diagnostics& diagnostics) {
    return Builder(schedule, facts, values, diagnostics).build();
}

}  // namespace lockstep
