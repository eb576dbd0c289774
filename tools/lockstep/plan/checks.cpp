#include "plan/checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "plan/reader.hpp"
#include "text/suggest.hpp"

namespace lockstep {
namespace {

using Index = std::unordered_map<std::string, std::size_t>;

template <class Records>
Index index_of(const Records& records) {
    Index index;
    for (std::size_t i = 0; i < records.size(); ++i) index.emplace(records[i].name.value, i);
    return index;
}

/// Where `expression` says `predicate(name)` or `predicate(=name)`; the whole expression where that cannot be found.
Place reference_place(const TestSet& expression, std::string_view predicate, std::string_view name) {
    const Place& whole = expression.place();
    const std::string& text = expression.text();
    // The text stands in the file as it is only if the string has no escapes.
    if (!whole.known() || whole.column == 0) return whole;
    const std::string_view line = whole.source->line(whole.line);
    if (whole.column > line.size() || line.substr(whole.column - 1, text.size()) != text) return whole;
    for (std::size_t i = text.find(predicate); i != std::string::npos; i = text.find(predicate, i + 1)) {
        std::size_t argument = i + predicate.size();
        while (argument < text.size() && (text[argument] == ' ' || text[argument] == '(' || text[argument] == '='))
            ++argument;
        if (argument == i + predicate.size() || text.compare(argument, name.size(), name) != 0) continue;
        const std::size_t end = text.find_first_of(" )", argument);
        if (end == argument + name.size()) return whole.at(argument, name.size());
    }
    return whole;
}

class PlanChecker {
public:
    PlanChecker(const Plan& plan, const CheckScope& scope, Diagnostics& diagnostics)
        : plan_(plan),
          scope_(scope),
          diagnostics_(diagnostics),
          phases_(index_of(plan.phases)),
          markers_(index_of(plan.markers)),
          pools_(index_of(plan.pools)),
          services_(index_of(plan.services)) {}

    void check() {
        if (scope_.phases) check_needs();
        if (scope_.pools) check_pools();
        for (std::size_t i = 0; i < plan_.markers.size(); ++i) check_marker(i);
        for (const Service& service : plan_.services) check_service(service);
        for (const Phase& phase : plan_.phases) {
            for (const TestSet& tests : phase.tests) check_phase_tests(phase, tests);
        }
    }

private:
    void check_needs() {
        for (const Phase& phase : plan_.phases) {
            for (const auto& need : phase.needs) {
                if (phases_.count(need.value) == 0) unknown_phase(need.place, need.value);
            }
        }
        state_.assign(plan_.phases.size(), State::unseen);
        for (std::size_t i = 0; i < plan_.phases.size(); ++i) {
            if (state_[i] == State::unseen) look_for_cycles(i);
        }
    }

    /// A depth-first walk without recursion; what it meets again on its own path closes a circle.
    void look_for_cycles(std::size_t start) {
        struct Step {
            std::size_t phase;
            std::size_t next_need = 0;
        };
        std::vector<Step> path{{start}};
        state_[start] = State::on_path;
        while (!path.empty()) {
            Step& step = path.back();
            const Phase& phase = plan_.phases[step.phase];
            if (step.next_need == phase.needs.size()) {
                state_[step.phase] = State::done;
                path.pop_back();
                continue;
            }
            const auto needed = phases_.find(phase.needs[step.next_need++].value);
            if (needed == phases_.end() || state_[needed->second] == State::done) continue;
            if (state_[needed->second] == State::unseen) {
                state_[needed->second] = State::on_path;
                path.push_back({needed->second});
                continue;
            }
            std::vector<std::size_t> circle;
            for (std::size_t i = path.size(); i-- > 0;) {
                circle.push_back(path[i].phase);
                if (path[i].phase == needed->second) break;
            }
            std::reverse(circle.begin(), circle.end());
            report_cycle(circle);
        }
    }

    void report_cycle(const std::vector<std::size_t>& circle) {
        Diagnostic diagnostic{.message = {}, .code = "phase-cycle"};
        std::string way;
        for (std::size_t i = 0; i < circle.size(); ++i) {
            const Phase& phase = plan_.phases[circle[i]];
            const std::string& next = plan_.phases[circle[(i + 1) % circle.size()]].name.value;
            const auto need = std::find_if(phase.needs.begin(), phase.needs.end(),
                                           [&](const auto& candidate) { return candidate.value == next; });
            way += phase.name.value + " -> ";
            if (i == 0) {
                diagnostic.place = need->place;
            } else {
                diagnostic.notes.push_back({fmt::format("'{}' needs '{}'{}", phase.name.value, next,
                                                        phase.needs_written ? "" : ", the phase above it"),
                                            need->place});
            }
        }
        way += plan_.phases[circle.front()].name.value;
        diagnostic.message = circle.size() == 1
                                 ? fmt::format("phase '{}' needs itself", plan_.phases[circle[0]].name.value)
                                 : fmt::format("phases need each other in a circle: {}", way);
        diagnostic.help =
            "take one phase out of a 'needs'; without 'needs' a phase needs the one above it, with [] none";
        diagnostics_.report(std::move(diagnostic));
    }

    void check_pools() {
        for (const Marker& marker : plan_.markers) {
            for (const auto& [name, slots] : marker.use) {
                const auto found = pools_.find(name);
                if (found == pools_.end()) {
                    unknown_name("unknown-pool", "pool", name, slots.place, plan_.pools,
                                 fmt::format("declare it as [pool.{}] with its 'slots'", name));
                    continue;
                }
                const Pool& pool = plan_.pools[found->second];
                if (!pool.slots.place.known() || slots.value <= pool.slots.value) continue;
                diagnostics_.report({.message = fmt::format("marker '{}' takes {} slots of pool '{}', which has {}",
                                                            marker.name.value, slots.value, name, pool.slots.value),
                                     .code = "demand-above-pool",
                                     .place = slots.place,
                                     .notes = {{fmt::format("pool '{}' has its slots here", name), pool.slots.place}},
                                     .help = "a test with this marker could never start"});
            }
        }
    }

    /// Only markers written above may be asked for: so their own expressions are resolved first, and none in a circle.
    void check_marker(std::size_t index) {
        const Marker& marker = plan_.markers[index];
        uses_phase_.push_back(false);
        uses_service_.push_back(false);
        check_marker_ports(marker);
        if (!marker.tests) return;
        const TestSet& tests = *marker.tests;
        check_names(tests);
        if (tests.phases().used) uses_phase_.back() = true;
        if (tests.services().used) uses_service_.back() = true;
        for (const std::string& name : tests.markers().names) {
            const auto found = markers_.find(name);
            if (found == markers_.end()) continue;
            if (found->second < index) {
                if (uses_phase_[found->second]) uses_phase_.back() = true;
                if (uses_service_[found->second]) uses_service_.back() = true;
                continue;
            }
            const bool own = found->second == index;
            Diagnostic diagnostic{
                .message = own ? fmt::format("the expression of marker '{}' asks for the marker itself", name)
                               : fmt::format("the expression of marker '{}' asks for the later marker '{}'",
                                             marker.name.value, name),
                .code = own ? "marker-cycle" : "later-marker",
                .place = reference_place(tests, "marker", name),
                .help = own ? "" : fmt::format("write [marker.{}] above [marker.{}]", name, marker.name.value)};
            if (!own)
                diagnostic.notes.push_back(
                    {fmt::format("marker '{}' is declared here", name), plan_.markers[found->second].name.place});
            diagnostics_.report(std::move(diagnostic));
        }
        if (tests.markers().any_matcher) {
            diagnostics_.error(
                tests.place(), "later-marker",
                fmt::format("the expression of marker '{}' asks for markers by a pattern, which could mean later ones",
                            marker.name.value),
                "name the markers: marker(a) | marker(b)");
        }
    }

    void check_phase_tests(const Phase& phase, const TestSet& tests) {
        check_names(tests);
        if (tests.phases().used) {
            diagnostics_.error(tests.place(), "testset-cycle",
                               fmt::format("the tests of phase '{}' depend on phase()", phase.name.value),
                               "which phase a test is in follows from these expressions; use label(), name() or dir()");
        }
        if (const auto marker = marker_that(tests, uses_phase_)) {
            diagnostics_.report(
                {.message = fmt::format("the tests of phase '{}' depend on marker '{}', which depends on phase()",
                                        phase.name.value, marker->name.value),
                 .code = "testset-cycle",
                 .place = reference_place(tests, "marker", marker->name.value),
                 .notes = {{fmt::format("the expression of marker '{}'", marker->name.value), marker->tests->place()}},
                 .help = "use label(), name() or dir() in one of them"});
            return;
        }
        if (service_on_phases_ == nullptr || !(tests.services().used || marker_that(tests, uses_service_))) return;
        diagnostics_.report(
            {.message = fmt::format("the tests of phase '{}' depend on service(), and those of service '{}' on phase()",
                                    phase.name.value, service_on_phases_->name.value),
             .code = "testset-cycle",
             .place = tests.place(),
             .notes = {{fmt::format("the expression of service '{}'", service_on_phases_->name.value),
                        service_on_phases_->tests.place()}},
             .help = "use label(), name() or dir() in one of them"});
    }

    /// A marker that the expression asks for and of which `property` holds; null: there is none.
    const Marker* marker_that(const TestSet& tests, const std::vector<bool>& property) const {
        if (!tests.markers().used) return nullptr;
        for (std::size_t i = 0; i < plan_.markers.size(); ++i) {
            const Marker& marker = plan_.markers[i];
            const bool asked = tests.markers().any_matcher || tests.markers().names.count(marker.name.value) != 0;
            if (asked && property[i]) return &marker;
        }
        return nullptr;
    }

    void check_service(const Service& service) {
        const std::string& name = service.name.value;
        check_names(service.tests);
        if (service.tests.services().used) {
            diagnostics_.error(
                service.tests.place(), "testset-cycle",
                fmt::format("the tests of service '{}' depend on service()", name),
                "which services a test talks to follows from these expressions; use label(), name() or dir()");
        } else if (const auto marker = marker_that(service.tests, uses_service_)) {
            diagnostics_.report(
                {.message = fmt::format("the tests of service '{}' depend on marker '{}', which depends on service()",
                                        name, marker->name.value),
                 .code = "testset-cycle",
                 .place = reference_place(service.tests, "marker", marker->name.value),
                 .notes = {{fmt::format("the expression of marker '{}'", marker->name.value), marker->tests->place()}},
                 .help = "use label(), name() or dir() in one of them"});
        }
        if (service_on_phases_ == nullptr && (service.tests.phases().used || marker_that(service.tests, uses_phase_)))
            service_on_phases_ = &service;
        check_readiness(service);
        each_port(service.start.value, [&](const auto& port, const Place& place) { check_port(service, port, place); });
        each_port(service.ready.command.value,
                  [&](const auto& port, const Place& place) { check_port(service, port, place); });
        for (const auto* text : {&service.ready.url, &service.ready.tcp}) {
            if (text->value)
                each_port(*text->value, text->place,
                          [&](const auto& port, const Place& place) { check_port(service, port, place); });
        }
        for (const auto& [variable, text] : service.env)
            each_port(text.value, text.place,
                      [&](const auto& port, const Place& place) { check_port(service, port, place); });
    }

    /// A profile may have added a second way.
    void check_readiness(const Service& service) {
        std::vector<Note> ways;
        const auto add = [&](const char* key, const auto& value) {
            if (value.value) ways.push_back({fmt::format("'{}' is written here", key), value.place});
        };
        add("url", service.ready.url);
        add("tcp", service.ready.tcp);
        add("command", service.ready.command);
        // Within one table it was reported where that was read.
        if (ways.size() < 2 || diagnostics_.has_errors()) return;
        diagnostics_.report(
            {.message = fmt::format("'ready' of service '{}' has more than one of 'url', 'tcp' and 'command'",
                                    service.name.value),
             .code = "conflicting-keys",
             .place = ways.back().place,
             .notes = {ways.begin(), ways.end() - 1},
             .help = "write ready = { … } as a whole to replace the plan's"});
    }

    template <class Found>
    static void each_port(const Template& text, const Place& place, const Found& found) {
        for (const auto& part : text.parts) {
            if (part.kind == Template::Part::Kind::port) found(part.text, place);
        }
    }
    template <class Found>
    static void each_port(const std::optional<Command>& command, const Found& found) {
        if (!command) return;
        for (const auto& word : *command) each_port(word.value, word.place, found);
    }

    void check_port(const Service& service, const std::string& port, const Place& place) {
        if (!service.start.value) {
            diagnostics_.error(place, "unknown-port",
                               fmt::format("service '{}' has no port '{}': it has no 'start', so no port is chosen",
                                           service.name.value, port),
                               "write the port that it listens on");
        } else if (!service.has_port(port)) {
            std::vector<std::string> known;
            for (const auto& own : service.ports) known.push_back(own.value);
            diagnostics_.error(place, "unknown-port",
                               fmt::format("service '{}' has no port '{}'", service.name.value, port),
                               suggestion(port, known, fmt::format("add it to the service: ports = [\"{}\"]", port)));
        }
    }

    /// Which service a test talks to is known later; that there is one with such a port, now.
    void check_marker_ports(const Marker& marker) {
        if (!scope_.services) return;
        const auto check = [&](const std::string& port, const Place& place) {
            std::vector<std::string> known;
            for (const Service& service : plan_.services) {
                for (const auto& own : service.ports) known.push_back(own.value);
            }
            if (std::find(known.begin(), known.end(), port) != known.end()) return;
            diagnostics_.error(place, "unknown-port", fmt::format("no service has a port '{}'", port),
                               suggestion(port, known, "ports are declared by services: ports = [\"http\"]"));
        };
        each_port(marker.setup.value, check);
        each_port(marker.cleanup.value, check);
        for (const auto& [variable, text] : marker.env) each_port(text.value, text.place, check);
    }

    /// Names that an expression asks for exactly.
    void check_names(const TestSet& tests) {
        for (const std::string& name : tests.phases().names) {
            if (scope_.phases && phases_.count(name) == 0) unknown_phase(reference_place(tests, "phase", name), name);
        }
        for (const std::string& name : tests.markers().names) {
            if (!scope_.markers || markers_.count(name) != 0) continue;
            unknown_name("unknown-marker", "marker", name, reference_place(tests, "marker", name), plan_.markers,
                         fmt::format("declare it as [marker.{0}], or ask for the label: label({0})", name));
        }
        for (const std::string& name : tests.services().names) {
            if (!scope_.services || services_.count(name) != 0) continue;
            unknown_name("unknown-service", "service", name, reference_place(tests, "service", name), plan_.services,
                         fmt::format("declare it as [service.{}]", name));
        }
    }

    void unknown_phase(const Place& place, const std::string& name) {
        constexpr std::size_t most_listed = 12;
        std::string known;
        if (plan_.phases.size() <= most_listed) {
            for (const Phase& phase : plan_.phases) known += (known.empty() ? "" : ", ") + phase.name.value;
        }
        unknown_name("unknown-phase", "phase", name, place, plan_.phases,
                     known.empty() ? "" : fmt::format("the phases are: {}", known));
    }

    template <class Records>
    void unknown_name(std::string code, std::string_view kind, const std::string& name, const Place& place,
                      const Records& records, std::string otherwise) {
        Diagnostic diagnostic{.message = fmt::format("unknown {} '{}'", kind, name),
                              .code = std::move(code),
                              .place = place,
                              .help = std::move(otherwise)};
        if (suggestions_left_ > 0) {
            --suggestions_left_;
            suggest(diagnostic, kind, name, records);
        }
        diagnostics_.report(std::move(diagnostic));
    }

    template <class Records>
    static void suggest(Diagnostic& diagnostic, std::string_view kind, const std::string& name,
                        const Records& records) {
        std::vector<std::string> known;
        for (const auto& record : records) known.push_back(record.name.value);
        const auto near = nearest(name, known);
        if (!near) return;
        diagnostic.help = fmt::format("did you mean '{}'?", *near);
        const auto meant = std::find(known.begin(), known.end(), *near) - known.begin();
        const Place& declared = records[static_cast<std::size_t>(meant)].name.place;
        if (declared.known())
            diagnostic.notes.push_back({fmt::format("{} '{}' is declared here", kind, *near), declared});
    }

    enum class State : char { unseen, on_path, done };

    const Plan& plan_;
    const CheckScope& scope_;
    Diagnostics& diagnostics_;
    const Index phases_, markers_, pools_, services_;
    std::vector<State> state_;
    /// By marker: whether its expression depends on phases, or on services, itself or by way of another marker.
    std::vector<bool> uses_phase_, uses_service_;
    const Service* service_on_phases_ = nullptr;  ///< the first whose expression depends on phases
    /// Each compares with every name there is, and nobody reads the hundredth.
    int suggestions_left_ = 100;
};

Note guard_of(const Phase& phase) {
    const auto of_phase = [&](const char* what) { return fmt::format("{} of phase '{}'", what, phase.name.value); };
    if (phase.order.value != Order::parallel) return {of_phase("the order"), phase.order.place};
    if (phase.max_parallel.value) return {of_phase("max_parallel"), phase.max_parallel.place};
    return {};
}

Note guard_of(const Marker& marker) {
    const auto of_marker = [&](const char* what, const Place& place) {
        // A lock that [marker.serial] has without saying so has no place.
        return Note{fmt::format("{} of marker '{}'", what, marker.name.value),
                    place.known() ? place : marker.name.place};
    };
    if (!marker.lock.empty()) return of_marker("the lock", marker.lock.front().place);
    if (marker.alone.value) return of_marker("alone", marker.alone.place);
    if (marker.max_parallel.value) return of_marker("max_parallel", marker.max_parallel.place);
    if (!marker.use.empty()) return of_marker("the pool", marker.use.begin()->second.place);
    if (marker.memory.value) return of_marker("memory", marker.memory.place);
    return {};
}

/// Some guard of the plan between tests that run at the same time; an empty message: there is none.
Note first_guard(const Plan& plan) {
    if (plan.defaults.unmarked.value == Unmarked::serial)
        return {"the lock of tests without a marker", plan.defaults.unmarked.place};
    for (const Phase& phase : plan.phases) {
        if (auto guard = guard_of(phase); !guard.message.empty()) return guard;
    }
    for (const Marker& marker : plan.markers) {
        if (!marker.declared) continue;
        if (auto guard = guard_of(marker); !guard.message.empty()) return guard;
    }
    for (const Service& service : plan.services) {
        if (service.mode.value != ServiceMode::service && !service.max_parallel.value) continue;
        const auto& place =
            service.mode.value == ServiceMode::service ? service.mode.place : service.max_parallel.place;
        return {fmt::format("the mode of service '{}'", service.name.value),
                place.known() ? place : service.name.place};
    }
    return {};
}

}  // namespace

void warn_of_sharing(const Plan& plan, Diagnostics& diagnostics) {
    if (plan.run.sessions.value != Sessions::share) return;
    auto guard = first_guard(plan);
    if (guard.message.empty()) return;
    guard.message = "such as " + guard.message;
    diagnostics.report({.severity = Severity::warning,
                        .message = "two ctests in one build tree run side by side, and what the plan guards holds "
                                   "within each only",
                        .code = "share-with-lock",
                        .place = plan.run.sessions.place,
                        .notes = {std::move(guard)},
                        .help = "take the line away, and the second waits for the first; "
                                "LOCKSTEP_SET='run.sessions=share' shares for one run"});
}

void fill_in_needs(Plan& plan) {
    for (std::size_t i = 1; i < plan.phases.size(); ++i) {
        Phase& phase = plan.phases[i];
        if (!phase.needs_written) phase.needs = {{plan.phases[i - 1].name.value, phase.place}};
    }
}

void check_plan(const Plan& plan, const CheckScope& scope, Diagnostics& diagnostics) {
    PlanChecker(plan, scope, diagnostics).check();
}

std::set<std::string> environment_names_of(const Plan& plan) {
    std::set<std::string> names;
    const auto add = [&](const Template& text) {
        for (const auto& part : text.parts) {
            if (part.kind == Template::Part::Kind::environment) names.insert(part.text);
        }
    };
    const auto add_command = [&](const Command& command) {
        for (const auto& word : command) add(word.value);
    };
    for (const Phase& phase : plan.phases) {
        if (phase.cleanup.value) add_command(*phase.cleanup.value);
        for (const Verification& verification : phase.checkpoint) add_command(verification.command.value);
    }
    const auto add_environment = [&](const EnvironmentMap& environment) {
        for (const auto& [name, value] : environment) add(value.value);
    };
    const auto add_optional = [&](const std::optional<Command>& command) {
        if (command) add_command(*command);
    };
    for (const Marker& marker : plan.markers) {
        add_environment(marker.env);
        add_optional(marker.setup.value);
        add_optional(marker.cleanup.value);
    }
    for (const Service& service : plan.services) {
        add_environment(service.env);
        add_optional(service.start.value);
        add_optional(service.ready.command.value);
        for (const auto* text : {&service.ready.url.value, &service.ready.tcp.value}) {
            if (*text) add(**text);
        }
    }
    add_optional(plan.worker.setup.value);
    add_optional(plan.worker.teardown.value);
    return names;
}

}  // namespace lockstep
