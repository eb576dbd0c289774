#include "schedule/membership.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "schedule/subject.hpp"
#include "text/suggest.hpp"

namespace lockstep {
namespace {

constexpr std::size_t named_at_most = 5;

std::string shorten(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), named_at_most); ++i) {
        text += (i == 0 ? "'" : ", '") + names[i] + "'";
    }
    if (names.size() > named_at_most) text += fmt::format(" and {} more", names.size() - named_at_most);
    return text;
}

class Membership {
public:
    Membership(Schedule& schedule, Diagnostics& diagnostics)
        : schedule_(schedule), plan_(*schedule.plan), tests_(schedule.inventory->tests), diagnostics_(diagnostics) {
        markers_of_.resize(tests_.size());
        services_of_.resize(tests_.size());
    }

    void run() {
        refuse_unknown_markers();
        // Each after what its expressions ask for: the plan's checks have seen to it that this comes to an end. Markers
        // before phases and services, since most of those that ask for anything ask for markers.
        std::vector<bool> resolved(plan_.markers.size());
        for (bool going_on = true; going_on;) {
            going_on = false;
            for (std::size_t m = 0; m < plan_.markers.size(); ++m) {
                if (resolved[m] || !possible(plan_.markers[m].tests, resolved)) continue;
                resolve_marker(m);
                resolved[m] = going_on = true;
            }
            if (!phases_known_ && std::ranges::all_of(plan_.phases, [&](const auto& phase) {
                    return std::ranges::all_of(phase.tests,
                                               [&](const auto& tests) { return possible(tests, resolved); });
                })) {
                resolve_phases();
                phases_known_ = going_on = true;
            }
            if (!services_known_ && std::ranges::all_of(plan_.services, [&](const auto& service) {
                    return possible(service.tests, resolved);
                })) {
                resolve_services();
                services_known_ = going_on = true;
            }
        }
        for (auto& test : schedule_.tests) std::ranges::sort(test.markers, {}, [](const auto& m) { return m.first; });
    }

private:
    /// Whether all that the expression asks for is known.
    bool possible(const std::optional<TestSet>& tests, const std::vector<bool>& resolved) const {
        if (!tests) return true;
        if ((tests->phases().used && !phases_known_) || (tests->services().used && !services_known_)) return false;
        const auto& asked = tests->markers();
        for (std::size_t m = 0; m < resolved.size(); ++m) {
            const bool concerned = asked.any_matcher || asked.names.contains(plan_.markers[m].name.value);
            if (concerned && !resolved[m]) return false;
        }
        return true;
    }

    TestSubject subject(std::size_t position) const {
        auto subject = subject_of(tests_[position]);
        subject.markers = markers_of_[position];
        if (phases_known_) {
            const auto& phase = schedule_.tests[position].phase;
            subject.phase = phase ? std::string_view(plan_.phases[*phase].name.value) : std::string_view{};
        }
        subject.services.reset();
        if (services_known_) subject.services = services_of_[position];
        return subject;
    }

    /// Calls `found` for each match, reports what cannot be told. Returns how many matched.
    template <class Found>
    std::size_t each_match(const TestSet& expression, const Found& found) {
        std::size_t matched = 0;
        std::vector<std::string> unclear;
        for (std::size_t position = 0; position < tests_.size(); ++position) {
            const auto answer = expression.matches(subject(position));
            if (answer == Match::yes) {
                ++matched;
                found(position);
            } else if (answer == Match::unknown) {
                unclear.push_back(tests_[position].name);
            }
        }
        if (!unclear.empty()) {
            diagnostics_.error(expression.place(), "cannot-tell",
                               fmt::format("'{}' cannot be told of {}", expression.text(), shorten(unclear)),
                               "ctest does not say what the expression asks for (a source file, a directory, a "
                               "program); use name() or label() for these tests");
        }
        return matched;
    }

    void warn_of_no_match(const TestSet& expression, const std::string& whose) {
        if (diagnostics_.has_errors() || expression.text() == "none()") return;
        diagnostics_.warning(expression.place(), "matches-nothing",
                             fmt::format("'{}' of {} matches no test", expression.text(), whose),
                             tests_.empty() ? "" : "`lockstep list -E EXPR` shows what an expression matches");
    }

    /// lockstep_add_test(MARKERS m) and lockstep_mark_tests(MARKERS m) speak through labels, which mean nothing to
    /// ctest: one with a typing mistake would guard nothing.
    void refuse_unknown_markers() {
        std::vector<std::string> known;
        for (const auto& marker : plan_.markers) known.push_back(marker.name.value);
        for (const auto& name : schedule_.inventory->markers) {
            if (std::ranges::find(known, name) != known.end()) continue;
            std::vector<std::string> marked;
            for (const auto& test : tests_) {
                if (std::ranges::find(test.labels, name) != test.labels.end()) marked.push_back(test.name);
            }
            if (marked.empty()) continue;
            const auto meant = nearest(name, known);
            diagnostics_.error({}, "unknown-marker",
                               fmt::format("{} {} the marker '{}' in CMake, and the plan has no such marker",
                                           shorten(marked), marked.size() == 1 ? "has" : "have", name),
                               meant
                                   ? fmt::format("did you mean '{}'?", *meant)
                                   : fmt::format("declare [marker.{}] in the plan, or change MARKERS where the test is "
                                                 "added; a label that is no marker is set with LABELS",
                                                 name));
        }
    }

    void resolve_marker(std::size_t index) {
        const auto& marker = plan_.markers[index];
        const std::string_view name = marker.name.value;
        std::vector<Place> by(tests_.size());
        std::vector<bool> member(tests_.size());
        for (std::size_t position = 0; position < tests_.size(); ++position) {
            const auto& labels = tests_[position].labels;
            if (std::ranges::find(labels, name) != labels.end()) {
                member[position] = true;
                by[position] = marker.name.place;
            }
        }
        if (marker.tests) {
            const auto matched = each_match(*marker.tests, [&](std::size_t position) {
                member[position] = true;
                by[position] = marker.tests->place();
            });
            if (matched == 0) {
                warn_of_no_match(*marker.tests, fmt::format("marker '{}'", name));
            }
        }
        for (std::size_t position = 0; position < tests_.size(); ++position) {
            if (!member[position]) continue;
            schedule_.tests[position].markers.emplace_back(index, by[position]);
            markers_of_[position].push_back(name);
        }
    }

    void resolve_services() {
        for (std::size_t s = 0; s < plan_.services.size(); ++s) {
            const auto& service = plan_.services[s];
            const auto matched = each_match(service.tests, [&](std::size_t position) {
                schedule_.tests[position].services.emplace_back(s, service.tests.place());
                services_of_[position].push_back(service.name.value);
            });
            if (matched == 0) warn_of_no_match(service.tests, fmt::format("service '{}'", service.name.value));
        }
    }

    void resolve_phases() {
        for (std::size_t p = 0; p < plan_.phases.size(); ++p) {
            const auto& phase = plan_.phases[p];
            for (const auto& expression : phase.tests) {
                const auto matched =
                    each_match(expression, [&](std::size_t position) { put(position, p, expression.place()); });
                if (matched == 0 && !phase.optional.value) {
                    warn_of_no_match(expression, fmt::format("phase '{}'", phase.name.value));
                }
            }
        }
        // lockstep_add_test(PHASE p) and lockstep_mark_tests(PHASE p) speak through a label.
        for (std::size_t position = 0; position < tests_.size(); ++position) {
            for (const auto& label : tests_[position].labels) {
                if (!label.starts_with("phase:")) continue;
                if (const auto p = plan_.phase_index(std::string_view(label).substr(6))) {
                    put(position, *p, plan_.phases[*p].place);
                } else {
                    diagnostics_.error({}, "unknown-phase",
                                       fmt::format("test '{}' has the label '{}', and the plan has no such phase",
                                                   tests_[position].name, label),
                                       "declare the phase in the plan, or change PHASE where the test is added");
                }
            }
        }
        refuse_repeated_names();
        for (const auto& [phases, names] : twice_) {
            const auto& [first, second] = phases;
            Diagnostic diagnostic{
                .message = fmt::format("{} would be in two phases, '{}' and '{}'", shorten(names),
                                       plan_.phases[first].name.value, plan_.phases[second].name.value),
                .code = "two-phases",
                .place = place_of_second_.at(phases),
                .help = "a test is in at most one phase: take it out of one, for example with '- name(…)'"};
            diagnostic.notes.push_back({"the other match", place_of_first_.at(phases)});
            diagnostics_.report(std::move(diagnostic));
        }
    }

    /// CTest's DEPENDS finds the first test of a name only, and its properties reach all of that name. So a checkpoint
    /// could not wait for the others, and what ties one of them to its phase would tie them all: in two phases, or in a
    /// chain, they would wait for each other.
    void refuse_repeated_names() {
        std::unordered_map<std::string_view, std::vector<std::size_t>> positions;
        for (std::size_t position = 0; position < tests_.size(); ++position)
            positions[tests_[position].name].push_back(position);
        std::map<std::size_t, std::pair<std::vector<std::string>, Place>> repeated;  // by phase
        for (std::size_t position = 0; position < tests_.size(); ++position) {
            auto& same = positions[tests_[position].name];
            const auto& test = schedule_.tests[position];
            if (same.size() < 2 || !test.phase) continue;
            auto& [names, place] = repeated[*test.phase];
            if (names.empty()) place = test.phase_place;
            names.push_back(tests_[position].name);
            same.clear();  // said once
        }
        for (const auto& [phase, found] : repeated) {
            const auto& [names, place] = found;
            diagnostics_.error(
                place, "repeated-name",
                fmt::format("several tests {} {}, and phase '{}' would wait for the first of them only",
                            names.size() == 1 ? "have the name" : "have each of the names", shorten(names),
                            plan_.phases[phase].name.value),
                "ctest finds tests by name: give each a name of its own, or take them out of the phase, for example "
                "with '- name(…)'");
        }
    }

    void put(std::size_t position, std::size_t phase, const Place& place) {
        auto& test = schedule_.tests[position];
        if (!test.phase) {
            test.phase = phase;
            test.phase_place = place;
            schedule_.phases[phase].tests.push_back(position);
        } else if (*test.phase != phase) {
            const auto key = std::make_pair(*test.phase, phase);
            twice_[key].push_back(tests_[position].name);
            place_of_first_.try_emplace(key, test.phase_place);
            place_of_second_.try_emplace(key, place);
        }
    }

    Schedule& schedule_;
    const Plan& plan_;
    const std::vector<InventoryTest>& tests_;
    Diagnostics& diagnostics_;
    std::vector<std::vector<std::string_view>> markers_of_, services_of_;
    bool phases_known_ = false, services_known_ = false;
    using PhasePair = std::pair<std::size_t, std::size_t>;
    std::map<PhasePair, std::vector<std::string>> twice_;
    std::map<PhasePair, Place> place_of_first_, place_of_second_;
};

}  // namespace

void resolve_membership(Schedule& schedule, Diagnostics& diagnostics) {
    Membership(schedule, diagnostics).run();
}

}  // namespace lockstep
