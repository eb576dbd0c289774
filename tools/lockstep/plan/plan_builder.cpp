#include "plan/plan_builder.hpp"

#include <algorithm>

namespace lockstep {
namespace {

const std::vector<std::string> sections{"defaults",   "run",   "phase",   "marker", "pool",
                                        "rate_limit", "retry", "service", "worker"};

std::string noun(std::string_view section) {
    if (section == "rate_limit") return "rate limit";
    if (section == "retry") return "retry rule";
    return std::string(section);
}

std::string header(std::string_view section, std::string_view name) {
    return fmt::format("[{}.{}]", section, name);
}

/// CTest's rule for the types of a resource specification file, and the prefix of those that Lockstep adds.
bool is_pool_name(std::string_view name) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    return !name.empty() && letter(name[0]) &&
           std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

/// Each suggestion compares with every name there is, and nobody reads the hundredth.
constexpr std::size_t most_suggestions = 100;

using Index = std::unordered_map<std::string, std::size_t>;

/// A suggestion from the keys of `declared`.
std::string suggest(std::string_view name, const Index& declared, const Diagnostics& diagnostics,
                    std::string otherwise) {
    if (diagnostics.errors() >= most_suggestions) return otherwise;
    std::vector<std::string> known;
    for (const auto& [key, value] : declared) known.push_back(key);
    std::sort(known.begin(), known.end());  // maps without an order: the first of equals must not depend on it
    return suggestion(name, known, std::move(otherwise));
}

}  // namespace

std::vector<Marker> predeclared_markers() {
    std::vector<Marker> markers(3);
    markers[0].name.value = "serial";
    markers[0].lock = {{"serial", {}}};
    markers[1].name.value = "exclusive";
    markers[1].alone.value = true;
    markers[2].name.value = "parallel_safe";
    for (Marker& marker : markers) marker.declared = false;
    return markers;
}

PlanBuilder::PlanBuilder(Plan& plan, Diagnostics& diagnostics) : plan_(plan), reader_(diagnostics) {}

void PlanBuilder::read_plan(const Value& document) {
    for (const Member& section : document.members) {
        if (section.key != "version" && section.key != "profile") read_section(section);
    }
    if (document.find("marker") == nullptr) plan_.markers = predeclared_markers();
    for (std::size_t i = 0; i < plan_.markers.size(); ++i) marker_index_.emplace(plan_.markers[i].name.value, i);
}

void PlanBuilder::read_section(const Member& section) {
    const Value& value = section.value;
    if (section.key == "phase") {
        read_phases(section);
    } else if (std::find(sections.begin(), sections.end(), section.key) == sections.end()) {
        std::vector<std::string> known = sections;
        known.insert(known.end(), {"version", "profile"});
        report_unknown_key(reader_, section, "the plan", known);
    } else if (section.key == "marker") {
        read_markers(section);
    } else if (section.key == "pool") {
        read_pools(section);
    } else if (section.key == "rate_limit") {
        read_named(section, plan_.rate_limits, rate_limit_index_, known_.rate_limits);
    } else if (section.key == "retry") {
        read_named(section, plan_.retries, retry_index_, known_.retries);
    } else if (section.key == "service") {
        read_named(section, plan_.services, service_index_, known_.services);
    } else if (!reader_.is_table(value, quoted(section.key))) {
        return;
    } else if (section.key == "defaults") {
        read_table(reader_, plan_.defaults, value, "[defaults]", Level::plan);
    } else if (section.key == "run") {
        read_table(reader_, plan_.run, value, "[run]", Level::plan);
    } else {
        read_table(reader_, plan_.worker, value, "[worker]", Level::plan);
    }
}

void PlanBuilder::read_phases(const Member& section) {
    const Value& value = section.value;
    // Only [phase] and [phase.x] give a table here, by far the likeliest mistake.
    known_.phases = value.kind == Value::Kind::array;
    if (!known_.phases) return reader_.wrong_type(value, "'phase'", "an array of tables, each begun by [[phase]]");
    for (const Value& item : value.items) {
        if (!reader_.is_table(item, "an entry of 'phase'")) continue;
        Phase phase;
        phase.place = item.place;
        read_table(reader_, phase, item, "[[phase]]", Level::plan);
        if (!phase.name.place.known()) {
            known_.phases = false;
            continue;
        }
        const auto [entry, is_new] = phase_index_.emplace(phase.name.value, plan_.phases.size());
        if (is_new) {
            plan_.phases.push_back(std::move(phase));
            continue;
        }
        reader_.diagnostics().report({.message = fmt::format("the phase '{}' is written twice", phase.name.value),
                                      .code = "duplicate-name",
                                      .place = phase.name.place,
                                      .notes = {{"first written here", plan_.phases[entry->second].name.place}}});
    }
}

void PlanBuilder::read_markers(const Member& section) {
    plan_.markers = predeclared_markers();
    known_.markers = reader_.is_table(section.value, quoted(section.key));
    if (!known_.markers) return;
    const auto declares = [&](const Marker& marker) { return section.value.find(marker.name.value) != nullptr; };
    const std::vector<Marker> predeclared = plan_.markers;
    plan_.markers.erase(std::remove_if(plan_.markers.begin(), plan_.markers.end(), declares), plan_.markers.end());
    for (const Member& entry : section.value.members) {
        const auto base = std::find_if(predeclared.begin(), predeclared.end(),
                                       [&](const Marker& marker) { return marker.name.value == entry.key; });
        // What a plan does not write of a predeclared marker stays: [marker.serial] with `tests` alone still locks.
        Marker marker = base == predeclared.end() ? Marker{} : *base;
        marker.name = {entry.key, entry.place};
        marker.declared = true;
        if (reader_.check_name("marker", entry.key, entry.place) && reader_.is_table(entry.value, quoted(entry.key))) {
            read_table(reader_, marker, entry.value, header(section.key, entry.key), Level::plan);
        }
        plan_.markers.push_back(std::move(marker));
    }
}

void PlanBuilder::read_pools(const Member& section) {
    known_.pools = reader_.is_table(section.value, quoted(section.key));
    if (!known_.pools) return;
    for (const Member& entry : section.value.members) {
        Pool pool{.name = {entry.key, entry.place}, .slots = {}};
        if (!is_pool_name(entry.key)) {
            reader_.error(entry.place, "bad-name", fmt::format("'{}' cannot be the name of a pool", entry.key),
                          "small letters, digits and '_', not beginning with a digit: CTest's rule for resource types");
        } else if (entry.key.substr(0, 9) == "lockstep_") {
            reader_.error(entry.place, "bad-name", fmt::format("the name '{}' belongs to Lockstep itself", entry.key),
                          "resource types beginning with 'lockstep_' are taken");
        }
        if (reader_.is_table(entry.value, quoted(entry.key))) {
            read_table(reader_, pool, entry.value, header(section.key, entry.key), Level::plan);
        }
        pool_index_.emplace(entry.key, plan_.pools.size());
        plan_.pools.push_back(std::move(pool));
    }
}

template <class Record>
void PlanBuilder::read_named(const Member& section, std::vector<Record>& records, Index& index, bool& known) {
    known = reader_.is_table(section.value, quoted(section.key));
    if (!known) return;
    for (const Member& entry : section.value.members) {
        Record record;
        record.name = {entry.key, entry.place};
        if (reader_.check_name(noun(section.key), entry.key, entry.place) &&
            reader_.is_table(entry.value, quoted(entry.key))) {
            read_table(reader_, record, entry.value, header(section.key, entry.key), Level::plan);
        }
        index.emplace(entry.key, records.size());
        records.push_back(std::move(record));
    }
}

void PlanBuilder::read_profiles(const Value& document, const Member* chosen) {
    const Member* profiles = document.find("profile");
    if (profiles == nullptr || !reader_.is_table(profiles->value, "'profile'")) return;
    for (const Member& profile : profiles->value.members) {
        if (!reader_.check_name("profile", profile.key, profile.place)) continue;
        if (!reader_.is_table(profile.value, quoted(profile.key))) continue;
        for (const Member& section : profile.value.members) {
            replace_section(section, &profile == chosen, header("profile", profile.key));
        }
    }
}

void PlanBuilder::read_override(const Member& setting) {
    replace_section(setting, true, "the plan");
}

void PlanBuilder::replace_section(const Member& section, bool real, std::string_view title) {
    if (section.key == "version" || section.key == "profile") return report_not_replaceable(reader_, section);
    if (std::find(sections.begin(), sections.end(), section.key) == sections.end()) {
        return report_unknown_key(reader_, section, title, sections);
    }
    if (section.key == "phase" && section.value.kind == Value::Kind::array) {
        return reader_.wrong_type(section.value, "'phase'", "a table here, phases by name as in phase.core.order");
    }
    if (!reader_.is_table(section.value, quoted(section.key))) return;
    if (section.key == "defaults") {
        replace_table(section, plan_.defaults, real);
    } else if (section.key == "run") {
        replace_table(section, plan_.run, real);
    } else if (section.key == "phase") {
        if (known_.phases) replace_named(section, plan_.phases, phase_index_, real);
    } else if (section.key == "marker") {
        if (known_.markers) replace_named(section, plan_.markers, marker_index_, real);
    } else if (section.key == "pool") {
        if (known_.pools) replace_named(section, plan_.pools, pool_index_, real);
    } else if (section.key == "rate_limit") {
        if (known_.rate_limits) replace_named(section, plan_.rate_limits, rate_limit_index_, real);
    } else if (section.key == "retry") {
        if (known_.retries) replace_named(section, plan_.retries, retry_index_, real);
    } else if (section.key == "service") {
        if (known_.services) replace_named(section, plan_.services, service_index_, real);
    } else {
        replace_table(section, plan_.worker, real);
    }
}

template <class Record>
void PlanBuilder::replace_table(const Member& section, Record& record, bool real) {
    Record scratch;
    read_table(reader_, real ? record : scratch, section.value, quoted(section.key), Level::replacement);
}

void PlanBuilder::report_unknown_name(const Member& section, const Member& entry, const Index& declared) {
    std::string code = "unknown-" + section.key;
    std::replace(code.begin(), code.end(), '_', '-');
    reader_.error(entry.place, std::move(code), fmt::format("unknown {} '{}'", noun(section.key), entry.key),
                  suggest(entry.key, declared, reader_.diagnostics(),
                          "a profile and LOCKSTEP_SET only replace values of what the plan declares"));
}

template <class Record>
void PlanBuilder::replace_named(const Member& section, std::vector<Record>& records, const Index& index, bool real) {
    for (const Member& entry : section.value.members) {
        const auto found = index.find(entry.key);
        if (found == index.end()) {
            report_unknown_name(section, entry, index);
        } else if (reader_.is_table(entry.value, quoted(entry.key))) {
            Record scratch;
            read_table(reader_, real ? records[found->second] : scratch, entry.value,
                       fmt::format("'{}.{}'", section.key, entry.key), Level::replacement);
        }
    }
}

void PlanBuilder::check_references() {
    for (const Reference& reference : reader_.references) {
        const bool retry = reference.kind == Reference::Kind::retry;
        const Index& declared = retry ? retry_index_ : rate_limit_index_;
        if (!(retry ? known_.retries : known_.rate_limits) || declared.count(reference.name) != 0) continue;
        const std::string_view table = retry ? "retry" : "rate_limit";
        reader_.error(reference.place, retry ? "unknown-retry" : "unknown-rate-limit",
                      fmt::format("unknown {} '{}'", noun(table), reference.name),
                      suggest(reference.name, declared, reader_.diagnostics(),
                              fmt::format("declare it as [{}.{}]", table, reference.name)));
    }
}

}  // namespace lockstep
