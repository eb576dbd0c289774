#include "commands/holdings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "commands/inputs.hpp"
#include "commands/output.hpp"
#include "schedule/names.hpp"
#include "schedule/subject.hpp"
#include "text/suggest.hpp"

namespace lockstep {
namespace {

constexpr std::string_view limit_prefix = "max_parallel of ";
constexpr std::size_t named_at_most = 5;

struct Memberships {
    std::vector<std::string_view> markers, services;
};

TestSubject resolved_subject(const Schedule& schedule, std::size_t position, Memberships& of) {
    const auto& test = schedule.tests[position];
    of.markers.clear();
    of.services.clear();
    for (const auto& [index, place] : test.markers) of.markers.emplace_back(schedule.plan->markers[index].name.value);
    for (const auto& [index, place] : test.services)
        of.services.emplace_back(schedule.plan->services[index].name.value);
    auto subject = subject_of(schedule.inventory->tests[position]);
    subject.markers = of.markers;
    subject.services = of.services;
    subject.phase = test.phase ? std::string_view(schedule.plan->phases[*test.phase].name.value) : std::string_view{};
    return subject;
}

template <class Things>
void refuse_unknown(const TestSet::References& references, const Things& things, const char* code,
                    std::string_view kind, const Place& place, Diagnostics& diagnostics) {
    std::vector<std::string> known;
    for (const auto& thing : things) known.push_back(thing.name.value);
    for (const auto& name : references.names) {
        if (std::ranges::find(known, name) != known.end()) continue;
        const auto meant = nearest(name, known);
        diagnostics.error(place, code, fmt::format("unknown {} '{}'", kind, name),
                          meant ? fmt::format("did you mean '{}'?", *meant) : "");
    }
}

}  // namespace

std::optional<Resolved> resolve_inputs(const CommonOptions& options, Diagnostics& diagnostics) {
    auto inputs = read_inputs(options, false, diagnostics);
    if (!inputs.plan || !inputs.inventory) return std::nullopt;
    auto resolved = resolve_all(std::move(*inputs.plan), std::move(*inputs.inventory), inputs.facts, diagnostics);
    if (diagnostics.has_errors()) return std::nullopt;
    return resolved;
}

void print_errors(const Diagnostics& diagnostics, bool as_json) {
    Diagnostics errors;
    for (const auto& diagnostic : diagnostics.all()) {
        if (diagnostic.severity == Severity::error) errors.report(diagnostic);
    }
    print_diagnostics(errors, as_json);
}

std::vector<std::string> locks_of(const Schedule& schedule, std::size_t position) {
    auto locks = schedule.inventory->tests[position].resource_lock;
    for (const auto& lock : schedule.tests[position].locks) locks.push_back(lock.value);
    return locks;
}

bool runs_alone(const Schedule& schedule, std::size_t position) {
    return schedule.inventory->tests[position].run_serial || schedule.tests[position].alone;
}

const ResourceType* resource_of(const Schedule& schedule, const Demand& demand) {
    const auto found = std::ranges::find(schedule.resources, demand.type, &ResourceType::type);
    return found == schedule.resources.end() ? nullptr : &*found;
}

std::optional<std::string_view> limited_group(const Demand& demand) {
    if (!demand.shown.starts_with(limit_prefix)) return std::nullopt;
    return std::string_view(demand.shown).substr(limit_prefix.size());
}

std::string brief_demand(const Schedule& schedule, const Demand& demand) {
    if (const auto group = limited_group(demand)) {
        const auto* resource = resource_of(schedule, demand);
        return fmt::format("{}<={}", *group, resource != nullptr ? resource->slots_each : 1);
    }
    if (demand.type == names::memory_type) return fmt::format("memory:{}MiB", demand.slots);
    return fmt::format("{}:{}", demand.type, demand.slots);
}

std::vector<std::string> services_of(const Schedule& schedule, std::size_t position) {
    std::vector<std::string> names;
    for (const auto& [index, place] : schedule.tests[position].services)
        names.push_back(schedule.plan->services[index].name.value);
    return names;
}

std::vector<std::string> launched_for(const Schedule& schedule, std::size_t position) {
    std::vector<std::string> reasons;
    for (const auto& cause : schedule.tests[position].launching.because) reasons.push_back(cause.value);
    return reasons;
}

std::optional<std::vector<std::size_t>> tests_in(const Schedule& schedule, const TestSet& expression,
                                                 Diagnostics& diagnostics) {
    const auto errors_before = diagnostics.errors();
    refuse_unknown(expression.phases(), schedule.plan->phases, "unknown-phase", "phase", expression.place(),
                   diagnostics);
    refuse_unknown(expression.markers(), schedule.plan->markers, "unknown-marker", "marker", expression.place(),
                   diagnostics);
    refuse_unknown(expression.services(), schedule.plan->services, "unknown-service", "service", expression.place(),
                   diagnostics);
    std::vector<std::size_t> found;
    std::vector<std::string> unclear;
    std::size_t unclear_count = 0;
    Memberships memberships;
    for (std::size_t position = 0; position < schedule.tests.size(); ++position) {
        const auto answer = expression.matches(resolved_subject(schedule, position, memberships));
        if (answer == Match::yes) {
            found.push_back(position);
        } else if (answer == Match::unknown && ++unclear_count <= named_at_most) {
            unclear.push_back(fmt::format("'{}'", schedule.inventory->tests[position].name));
        }
    }
    if (unclear_count != 0) {
        diagnostics.error(
            expression.place(), "cannot-tell",
            fmt::format(
                "'{}' cannot be told of {}{}", expression.text(), fmt::join(unclear, ", "),
                unclear_count > named_at_most ? fmt::format(" and {} more", unclear_count - named_at_most) : ""),
            "ctest does not say what the expression asks for (a source file, a directory, a program)");
    }
    if (diagnostics.errors() != errors_before) return std::nullopt;
    return found;
}

}  // namespace lockstep
