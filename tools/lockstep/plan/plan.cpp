#include "plan/plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "plan/checks.hpp"
#include "plan/overrides.hpp"
#include "plan/plan_builder.hpp"
#include "plan/reader.hpp"
#include "plan/toml_reader.hpp"

namespace lockstep {
namespace {

constexpr std::int64_t known_version = 1;

/// False if the rest of the file may mean anything: it is written for another version of the format.
bool check_version(const SourcePtr& source, const Value& document, Diagnostics& diagnostics) {
    const Member* version = document.find("version");
    if (version == nullptr) {
        diagnostics.error({source, 1, 1, 1}, "missing-version",
                          "the plan does not say which version of the format it has", "write version = 1 at its top");
    } else if (version->value.kind != Value::Kind::integer) {
        Reader(diagnostics).wrong_type(version->value, "'version'", "an integer");
    } else if (version->value.integer != known_version) {
        diagnostics.error(
            version->value.place, "unknown-version",
            fmt::format("this version of Lockstep does not know version {} of the format", version->value.integer),
            "write version = 1, or use a Lockstep that knows it");
        return false;
    }
    return true;
}

/// The table of the profile asked for, or null.
const Member* find_profile(const Value& document, const std::optional<std::string>& name, Diagnostics& diagnostics) {
    // A variable set to nothing counts as not set, as everywhere on a command line.
    if (!name || name->empty()) return nullptr;
    const Member* profiles = document.find("profile");
    std::vector<std::string> known;
    if (profiles != nullptr) {
        if (profiles->value.kind != Value::Kind::table) return nullptr;  // reported where the profiles are read
        if (const Member* found = profiles->value.find(*name)) return found;
        for (const Member& profile : profiles->value.members) known.push_back(profile.key);
    }
    const auto variable = std::make_shared<const Source>("LOCKSTEP_PROFILE", *name);
    diagnostics.error({variable, 1, 1, static_cast<std::uint32_t>(name->size())}, "unknown-profile",
                      fmt::format("unknown profile '{}'", *name),
                      suggestion(*name, known,
                                 known.empty() ? "the plan declares no profile"
                                               : fmt::format("the plan's profiles are: {}", fmt::join(known, ", "))));
    return nullptr;
}

template <class Records>
std::optional<std::size_t> index_of(const Records& records, std::string_view name) {
    const auto found =
        std::find_if(records.begin(), records.end(), [&](const auto& record) { return record.name.value == name; });
    if (found == records.end()) return std::nullopt;
    return static_cast<std::size_t>(found - records.begin());
}

}  // namespace

std::optional<Plan> read_plan(const SourcePtr& source, const PlanOptions& options, Diagnostics& diagnostics) {
    const std::size_t errors_before = diagnostics.errors();
    const auto document = read_toml(source, diagnostics);
    if (!document || !check_version(source, *document, diagnostics)) return std::nullopt;

    Plan plan;
    plan.source = source;
    PlanBuilder builder(plan, diagnostics);
    builder.read_plan(*document);
    builder.read_profiles(*document, find_profile(*document, options.profile, diagnostics));
    if (options.overrides) {
        const auto variable = std::make_shared<const Source>("LOCKSTEP_SET", *options.overrides);
        for (const Member& setting : read_overrides(variable, diagnostics)) builder.read_override(setting);
    }
    builder.check_references();
    fill_in_needs(plan);
    check_plan(plan, builder.known(), diagnostics);
    plan.environment_names = environment_names_of(plan);
    if (diagnostics.errors() != errors_before) return std::nullopt;
    return plan;
}

bool Service::has_port(std::string_view port) const {
    return std::any_of(ports.begin(), ports.end(), [&](const auto& own) { return own.value == port; });
}

std::optional<std::size_t> Plan::phase_index(std::string_view name) const {
    return index_of(phases, name);
}

std::optional<std::size_t> Plan::marker_index(std::string_view name) const {
    return index_of(markers, name);
}

std::optional<std::size_t> Plan::rate_limit_index(std::string_view name) const {
    return index_of(rate_limits, name);
}

std::optional<std::size_t> Plan::retry_index(std::string_view name) const {
    return index_of(retries, name);
}

std::optional<std::size_t> Plan::service_index(std::string_view name) const {
    return index_of(services, name);
}

const Pool* Plan::pool(std::string_view name) const {
    const auto index = index_of(pools, name);
    return index ? &pools[*index] : nullptr;
}

std::string_view to_string(Gate gate) {
    switch (gate) {
        case Gate::recorded:
            return "recorded";
        case Gate::strict:
            return "strict";
        case Gate::order:
            return "order";
        case Gate::none:
            return "none";
    }
    return "";
}

std::string_view to_string(Order order) {
    switch (order) {
        case Order::parallel:
            return "parallel";
        case Order::sequential:
            return "sequential";
        case Order::chain:
            return "chain";
    }
    return "";
}

std::string_view to_string(Granularity granularity) {
    switch (granularity) {
        case Granularity::single:
            return "case";
        case Granularity::suite:
            return "suite";
        case Granularity::file:
            return "file";
        case Granularity::batch:
            return "batch";
    }
    return "";
}

std::optional<Granularity> granularity_from(std::string_view word) {
    for (const auto granularity : {Granularity::single, Granularity::suite, Granularity::file, Granularity::batch}) {
        if (to_string(granularity) == word) return granularity;
    }
    return std::nullopt;
}

}  // namespace lockstep
