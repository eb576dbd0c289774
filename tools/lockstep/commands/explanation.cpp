#include "commands/explanation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "commands/holdings.hpp"
#include "commands/table.hpp"
#include "schedule/names.hpp"

namespace lockstep {
namespace {

constexpr const char* project = "project";
constexpr const char* by_default = "default";
constexpr const char* by_lockstep = "Lockstep";

std::string from(const Place& place, const char* otherwise) {
    return place.known() ? place.brief() : otherwise;
}

std::string isolation_text(const Isolation& isolate) {
    std::vector<std::string> words;
    if (isolate.tmp) words.emplace_back("tmp");
    if (isolate.home) words.emplace_back("home");
    if (isolate.cwd) words.emplace_back("cwd");
    return words.empty() ? "none" : list_or_dash(words);
}

class Explainer {
public:
    Explainer(const Schedule& schedule, std::size_t position)
        : schedule_(schedule),
          plan_(*schedule.plan),
          test_(schedule.tests[position]),
          own_(schedule.inventory->tests[position]) {}

    std::vector<ExplainedValue> values() {
        membership();
        granularity();
        launching();
        shown_as();
        exclusion();
        resources();
        limits();
        surroundings();
        environment();
        fixtures();
        return std::move(values_);
    }

private:
    void add(const char* kind, std::string value, std::string from, std::optional<int> slots = std::nullopt) {
        values_.push_back({kind, std::move(value), std::move(from), slots});
    }
    /// A line of the plan, and the label in CMake that made it apply, if one did.
    std::string by_label(const Place& place, bool declared_place, const std::string& label) const {
        const bool labelled = declared_place && std::ranges::find(own_.labels, label) != own_.labels.end();
        if (!labelled) return from(place, by_lockstep);
        return fmt::format("{}, by the project's label '{}'", from(place, by_lockstep), label);
    }
    static bool same(const Place& a, const Place& b) { return a.line == b.line && a.column == b.column; }

    void membership() {
        if (test_.phase) {
            const auto& phase = plan_.phases[*test_.phase];
            add("phase", phase.name.value,
                by_label(test_.phase_place, same(test_.phase_place, phase.place), phase_label(phase.name.value)));
            if (test_.chain_position) {
                add("chain_position", fmt::format("{}", *test_.chain_position), from(phase.order.place, by_default));
            }
        }
        for (const auto& [index, place] : test_.markers) {
            const auto& name = plan_.markers[index].name;
            add("marker", name.value, by_label(place, same(place, name.place), name.value));
        }
        for (const auto& [index, place] : test_.services)
            add("service", plan_.services[index].name.value, from(place, by_lockstep));
    }

    /// Of a discovered case: what it runs in, in a call of ctest that means no test by name or number.
    void granularity() {
        if (!own_.origin) return;
        const auto& how = schedule_.granularities[test_.position];
        // Who says it is a line of the plan, or somebody else.
        const auto by =
            from(how.because.place, how.because.value == "defaults" ? by_default : how.because.value.c_str());
        add("granularity",
            how.obstacle.empty() ? std::string(to_string(how.granularity))
                                 : fmt::format("case and not {}: {}", to_string(how.granularity), how.obstacle),
            by);
    }

    /// Why the test starts through the launcher; what it is launched for says what the launcher does.
    void launching() {
        for (const auto& cause : test_.launching.because)
            add("launched_for", cause.value, from(cause.place, by_default));
        for (const auto limit : test_.launching.rate_limits) {
            const auto& rate = plan_.rate_limits[limit];
            add("rate_limit", rate.name.value, from(rate.name.place, by_default));
        }
        if (test_.launching.retry) {
            const auto& rule = plan_.retries[*test_.launching.retry];
            add("retry", fmt::format("{}: {}", rule.name.value, counted(rule.attempts.value, "attempt")),
                from(rule.attempts.place.known() ? rule.attempts.place : rule.name.place, by_default));
        }
    }

    void shown_as() {
        for (const auto& label : own_.labels) add("label", label, project);
        for (const auto& label : test_.labels) add("label", label.value, from(label.place, by_lockstep));
        if (own_.disabled) add("disabled", "yes", project);
        if (own_.will_fail) add("will_fail", "yes", project);
    }

    void exclusion() {
        for (const auto& lock : own_.resource_lock) add("lock", lock, project);
        for (const auto& lock : test_.locks) add("lock", lock.value, from(lock.place, by_lockstep));
        if (own_.run_serial) {
            add("alone", "yes", project);
        } else if (test_.alone) {
            add("alone", "yes", from(*test_.alone, by_lockstep));
        }
    }

    void resources() {
        for (const auto& demand : test_.demands) {
            const auto where = from(demand.place, by_lockstep);
            if (const auto group = limited_group(demand)) {
                const auto* resource = resource_of(schedule_, demand);
                add("max_parallel", fmt::format("{} of {}", resource != nullptr ? resource->slots_each : 1, *group),
                    where, demand.slots);
            } else if (demand.type == names::memory_type) {
                add("memory", fmt::format("{} MiB", demand.slots), where, demand.slots);
            } else {
                add("pool", demand.type, where, demand.slots);
            }
        }
        if (own_.has_resource_groups) add("resource_groups", counted(own_.resource_group_count, "group"), project);
        if (schedule_.worker_ids) add("worker_id", "one of its own", from(plan_.run.workers.place, by_default), 1);
    }

    void limits() {
        if (own_.timeout) {
            add("timeout", fmt::format("{:g} s", *own_.timeout), project);
        } else if (test_.timeout) {
            add("timeout", test_.timeout->value + " s", from(test_.timeout->place, by_default));
        }
        if (own_.processors) {
            add("processors", fmt::format("{}", *own_.processors), project);
        } else if (test_.processors) {
            add("processors", test_.processors->value, from(test_.processors->place, by_default));
        }
    }

    void surroundings() {
        add("isolate", isolation_text(test_.isolate), from(test_.isolate_place, by_default));
        if (test_.own_working_directory) {
            add("working_directory", "${temp_dir}", from(test_.isolate_place, by_default));
        } else if (test_.isolate.cwd) {
            add("working_directory", own_.working_directory, project);
        }
    }

    void environment() {
        // Names only: a value may be a secret, and `ctest -V` shows it to who may see it.
        std::set<std::string_view> own;
        for (const auto* list : {&own_.environment, &own_.environment_modification}) {
            for (const auto& entry : *list) {
                const auto name = std::string_view(entry).substr(0, entry.find('='));
                if (own.insert(name).second) add("env", std::string(name), project);
            }
        }
        const auto ours = [&](std::initializer_list<const char*> names, const Place& place) {
            for (const auto* name : names) {
                if (!own.contains(name)) add("env", name, from(place, by_default));
            }
        };
        if (plan_.defaults.context.value)
            ours({"LOCKSTEP_TEST", "LOCKSTEP_PHASE", "LOCKSTEP_MARKERS"}, plan_.defaults.context.place);
        if (test_.isolate.tmp) ours({"LOCKSTEP_TEMP_DIR", "TMPDIR", "TMP", "TEMP"}, test_.isolate_place);
        if (test_.isolate.home)
            ours({"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"}, test_.isolate_place);
        for (const auto& entry : test_.environment) {
            add("env", fmt::format("{}={}", entry.name, to_string(entry.value)), from(entry.place, by_default));
        }
    }

    void fixtures() {
        for (const auto& fixture : own_.fixtures_setup) add("sets_up_fixture", fixture, project);
        for (const auto& fixture : test_.fixtures_setup)
            add("sets_up_fixture", fixture.value, from(fixture.place, by_lockstep));
        for (const auto& fixture : own_.fixtures_required) add("requires_fixture", fixture, project);
        for (const auto& fixture : test_.fixtures_required) {
            if (fixture.value == names::session_fixture) continue;  // every test has it
            add("requires_fixture", fixture.value, from(fixture.place, by_lockstep));
        }
        for (const auto& fixture : own_.fixtures_cleanup) add("cleans_up_fixture", fixture, project);
    }

    const Schedule& schedule_;
    const Plan& plan_;
    const ScheduledTest& test_;
    const InventoryTest& own_;
    std::vector<ExplainedValue> values_;
};

}  // namespace

Explanation explain_test(const Schedule& schedule, std::size_t position) {
    const auto& own = schedule.inventory->tests[position];
    Explanation explanation;
    explanation.number = position + 1;
    explanation.name = own.name;
    explanation.added_at = own.added_file;
    if (own.added_line != 0) explanation.added_at += fmt::format(":{}", own.added_line);
    explanation.values = Explainer(schedule, position).values();
    return explanation;
}

Explanation explain_generated(const Schedule& schedule, std::size_t index) {
    const auto& test = schedule.generated[index];
    Explanation explanation;
    explanation.number = schedule.tests.size() + index + 1;
    explanation.name = test.name;
    explanation.why = test.why;
    explanation.generated = true;
    const auto where = from(test.place, by_lockstep);
    auto& values = explanation.values;
    if (test.service) {
        values.push_back({"service", schedule.plan->services[*test.service].name.value, where, std::nullopt});
    }
    if (test.phase) values.push_back({"phase", schedule.plan->phases[*test.phase].name.value, where, std::nullopt});
    const auto add = [&](const char* kind, const std::vector<std::string>& list) {
        for (const auto& value : list) {
            if (value != names::session_fixture || test.kind == GeneratedKind::end)
                values.push_back({kind, value, where, std::nullopt});
        }
    };
    add("label", test.labels);
    add("lock", test.locks);
    add("sets_up_fixture", test.fixtures_setup);
    add("requires_fixture", test.fixtures_required);
    add("cleans_up_fixture", test.fixtures_cleanup);
    return explanation;
}

}  // namespace lockstep
