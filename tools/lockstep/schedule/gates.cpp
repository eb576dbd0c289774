// Why the pieces are what they are (each was measured on CTest 3.25 to 4.x):
// - A fixture whose set-up is a whole phase makes N1 x N2 edges (25 s for `ctest -N` at 2,000 + 2,000 tests). So
// between
//   two phases there is always one generated test: many edges in, one fixture out.
// - DEPENDS orders and neither selects nor blocks; FIXTURES_REQUIRED does both. A checkpoint DEPENDS on its phase and
// is
//   the set-up of a fixture for the next: a click on one late test pulls in the checkpoint and nothing else.
// - CTest 3.25 forgets tests that wait for one that became "Not Run". So a checkpoint requires no fixture of an earlier
//   phase: it always runs, and fails by itself.
// - A filter may leave out the phase in the middle. So a checkpoint depends on the tests of all phases before it, not
//   only on its own and on the checkpoint before, which that filter leaves out as well.
// - `ctest -E core` without -R takes checkpoint.core away before fixtures are looked at, so that nothing brings it
// back.
//   In such a run the generated tests of all phases before stand in for it: they set up its fixture as well.
#include "schedule/gates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <queue>
#include <set>
#include <unordered_map>

#include "schedule/effects.hpp"
#include "schedule/names.hpp"

namespace lockstep {
namespace {

class Gates {
public:
    Gates(Schedule& schedule, const RunFacts& facts, Diagnostics& diagnostics)
        : schedule_(schedule),
          plan_(*schedule.plan),
          tests_(schedule.inventory->tests),
          facts_(facts),
          diagnostics_(diagnostics) {}

    void run() {
        Diagnostics ignored;  // the warnings on labels were reported with the tests' effects
        labelled_ = labels_put(plan_, *schedule_.inventory, ignored).phases;
        find_ungated();
        stand_ins_.resize(plan_.phases.size());
        for (std::size_t p = 0; p < plan_.phases.size(); ++p) find_needs(p);
        for (std::size_t p = 0; p < plan_.phases.size(); ++p) {
            const auto closure = before(p, [](Gate gate) { return gate == Gate::recorded || gate == Gate::strict; });
            schedule_.phases[p].judges.assign(closure.begin(), closure.end());
            for (const auto q : ordered_before(p)) schedule_.phases[q].needed_by.push_back(p);
        }
        for (std::size_t p = 0; p < plan_.phases.size(); ++p) tie_tests(p);
        for (auto& test : schedule_.tests) {
            test.fixtures_required.push_back({std::string(names::session_fixture), {}});
            for (const auto& [index, by] : test.services) {
                const auto& service = plan_.services[index];
                if (has_start_test(service)) test.fixtures_required.push_back({names::service(service.name.value), by});
            }
        }
        find_set_ups();
        for (std::size_t p = 0; p < plan_.phases.size(); ++p) generate(p);
        generate_services();
        generate_end();
    }

private:
    /// Fixture clean-ups run after all tests that require the fixture, checkpoints included: a gate cannot wait for
    /// them, nor for what depends on them.
    void find_ungated() {
        std::unordered_map<std::string_view, std::vector<std::size_t>> dependents;
        std::queue<std::size_t> todo;
        ungated_.resize(tests_.size());
        for (std::size_t t = 0; t < tests_.size(); ++t) {
            for (const auto& name : tests_[t].depends) dependents[name].push_back(t);
            if (!tests_[t].fixtures_cleanup.empty()) todo.push(t);
        }
        while (!todo.empty()) {
            const auto t = todo.front();
            todo.pop();
            if (ungated_[t]) continue;
            ungated_[t] = true;
            schedule_.tests[t].gated = false;
            if (const auto& phase = schedule_.tests[t].phase) {
                diagnostics_.warning(schedule_.tests[t].phase_place, "not-gated",
                                     fmt::format("test '{}' of phase '{}' is a fixture clean-up or runs after one: no "
                                                 "checkpoint waits for it",
                                                 tests_[t].name, plan_.phases[*phase].name.value));
            }
            const auto found = dependents.find(tests_[t].name);
            if (found == dependents.end()) continue;
            for (const auto d : found->second) todo.push(d);
        }
    }

    void find_needs(std::size_t p) {
        const auto& phase = plan_.phases[p];
        for (const auto& need : phase.needs) {
            const auto q = plan_.phase_index(need.value);
            if (!q) continue;
            Gate gate = Gate::recorded;
            if (facts_.gate) {
                gate = *facts_.gate;
            } else if (phase.gate.value) {
                gate = *phase.gate.value;
            } else if (plan_.phases[*q].cleanup.value) {
                gate = Gate::strict;
                diagnostics_.warning(
                    plan_.phases[*q].cleanup.place, "strict-by-cleanup",
                    fmt::format("phase '{}' is cleaned up after the run, so '{}' gates it strictly: "
                                "selecting one of its tests runs all of '{}'",
                                need.value, phase.name.value, need.value),
                    fmt::format("write gate = \"strict\" to say so, or gate = \"recorded\", in phase '{}'",
                                phase.name.value));
            }
            schedule_.phases[p].needs.emplace_back(*q, gate);
        }
    }

    /// `p` and all phases it needs through gates that `follow` accepts, in the plan's order.
    template <class Follow>
    std::set<std::size_t> before(std::size_t p, const Follow& follow) const {
        std::set<std::size_t> found;
        std::vector<std::size_t> todo{p};
        while (!todo.empty()) {
            const auto q = todo.back();
            todo.pop_back();
            if (!found.insert(q).second) continue;
            for (const auto& [need, gate] : schedule_.phases[q].needs) {
                if (follow(gate)) todo.push_back(need);
            }
        }
        return found;
    }
    std::set<std::size_t> ordered_before(std::size_t p) const {
        return before(p, [](Gate gate) { return gate != Gate::none; });
    }
    /// A gate of that kind is demanded of phase `q` by some phase.
    bool demanded(std::size_t q, Gate kind) const {
        return std::ranges::any_of(schedule_.phases, [&](const auto& phase) {
            return std::ranges::any_of(phase.needs,
                                       [&](const auto& need) { return need.first == q && need.second == kind; });
        });
    }

    /// Which fixtures the generated tests of each phase set up: its own, and those of later phases that it stands in
    /// for.
    void find_set_ups() {
        set_ups_.resize(plan_.phases.size());
        for (std::size_t q = 0; q < plan_.phases.size(); ++q) {
            const auto& name = plan_.phases[q].name.value;
            const bool recorded = demanded(q, Gate::recorded), strict = demanded(q, Gate::strict),
                       order = demanded(q, Gate::order);
            if (recorded || strict) set_ups_[q].checkpoint.push_back(names::passed_fixture(name));
            if (strict) set_ups_[q].barrier.push_back(names::barrier_fixture(name));
            if (order) set_ups_[q].order.push_back(names::order_fixture(name));
            if (!facts_.names_excluded) continue;
            const auto& judged = schedule_.phases[q].judges;
            for (const auto p : ordered_before(q)) {
                if (p == q) continue;
                const bool counts = std::ranges::find(judged, p) != judged.end();
                auto& gate = counts ? set_ups_[p].checkpoint : set_ups_[p].order;
                if (recorded || strict) gate.push_back(names::passed_fixture(name));
                if (strict)
                    (counts && demanded(p, Gate::strict) ? set_ups_[p].barrier : gate)
                        .push_back(names::barrier_fixture(name));
                if (order) set_ups_[p].order.push_back(names::order_fixture(name));
            }
        }
    }

    /// Fixtures on the tests of phase `p`: what they need, and what makes them needed.
    void tie_tests(std::size_t p) {
        const auto& phase = plan_.phases[p];
        const auto ordered = ordered_before(p);
        const bool strict = demanded(p, Gate::strict);
        std::size_t link = 0;
        std::string previous;  // fixture that the link before sets up
        for (const auto position : schedule_.phases[p].tests) {
            auto& test = schedule_.tests[position];
            if (ungated_[position]) continue;
            for (const auto& [q, gate] : schedule_.phases[p].needs) {
                const auto& needed = plan_.phases[q].name.value;
                const auto& place = phase.needs_written ? phase.needs.front().place : phase.place;
                if (gate == Gate::recorded) test.fixtures_required.push_back({names::passed_fixture(needed), place});
                if (gate == Gate::strict) test.fixtures_required.push_back({names::barrier_fixture(needed), place});
                if (gate == Gate::order) test.fixtures_required.push_back({names::order_fixture(needed), place});
            }
            for (const auto q : ordered) {
                if (plan_.phases[q].cleanup.value) {
                    test.fixtures_required.push_back(
                        {names::use_fixture(plan_.phases[q].name.value), plan_.phases[q].cleanup.place});
                }
            }
            // A disabled test never passes, so as a set-up it would keep all that require it from running.
            if (tests_[position].disabled) continue;
            // CTest wants one fixture, no more, of a test that makes its resource spec file.
            const bool one_only = tests_[position].makes_resource_spec && !tests_[position].fixtures_setup.empty();
            if (strict && one_only) stand_ins_[p].push_back(tests_[position].fixtures_setup.front());
            if (strict && !one_only)
                test.fixtures_setup.push_back({names::strict_fixture(phase.name.value), phase.place});
            if (phase.order.value == Order::chain) {
                if (!previous.empty()) test.fixtures_required.push_back({previous, phase.order.place});
                test.chain_position = ++link;
                previous =
                    one_only ? tests_[position].fixtures_setup.front() : names::chain_fixture(phase.name.value, link);
                if (!one_only) test.fixtures_setup.push_back({previous, phase.order.place});
            }
        }
    }

    std::vector<std::string> gated_names(const std::set<std::size_t>& phases) const {
        std::vector<std::string> all;
        for (const auto p : phases) {
            for (const auto position : schedule_.phases[p].tests) {
                if (!ungated_[position]) all.push_back(tests_[position].name);
            }
        }
        return all;
    }

    /// What a verification or a clean-up of phase `p` finds up: all that the project's tests of the phase require, and
    /// the services that they talk to.
    std::vector<std::string> fixtures_around(std::size_t p) const {
        std::set<std::string> fixtures;
        for (const auto position : schedule_.phases[p].tests) {
            if (ungated_[position]) continue;
            fixtures.insert(tests_[position].fixtures_required.begin(), tests_[position].fixtures_required.end());
            for (const auto& [index, by] : schedule_.tests[position].services) {
                const auto& service = plan_.services[index];
                if (has_start_test(service)) fixtures.insert(names::service(service.name.value));
            }
        }
        for (const auto& fixture : plan_.phases[p].fixtures) fixtures.insert(fixture.value);
        return {fixtures.begin(), fixtures.end()};
    }

    GeneratedTest make(std::string name, GeneratedKind kind, std::string why, const Place& place) const {
        GeneratedTest test;
        test.name = std::move(name);
        test.kind = kind;
        test.why = std::move(why);
        test.place = place;
        test.labels.emplace_back(names::own_label);
        if (facts_.sequential) test.locks.emplace_back(names::sequential_lock);
        test.fixtures_required.emplace_back(names::session_fixture);
        return test;
    }

    GeneratedTest make(std::string name, GeneratedKind kind, std::size_t p, std::string why) const {
        auto test = make(std::move(name), kind, std::move(why), plan_.phases[p].place);
        test.phase = p;
        return test;
    }

    void generate(std::size_t p) {
        const auto& phase = plan_.phases[p];
        const auto& name = phase.name.value;
        const auto ordered = ordered_before(p);
        auto waits = gated_names(ordered);
        for (const auto q : ordered) {
            if (q != p) waits.push_back(names::checkpoint(plan_.phases[q].name.value));
        }

        auto checkpoint = make(names::checkpoint(name), GeneratedKind::checkpoint, p,
                               fmt::format("fails unless every test of phase '{}' is all right", name));
        checkpoint.depends = waits;
        if (labelled_[p]) checkpoint.labels.push_back(phase_label(name));
        checkpoint.fixtures_setup = set_ups_[p].checkpoint;
        if (!phase.checkpoint.empty()) {
            for (auto& fixture : fixtures_around(p)) checkpoint.fixtures_required.push_back(std::move(fixture));
        }
        for (const auto q : ordered) {
            if (plan_.phases[q].cleanup.value)
                checkpoint.fixtures_required.push_back(names::use_fixture(plan_.phases[q].name.value));
        }
        waits.push_back(checkpoint.name);
        schedule_.generated.push_back(std::move(checkpoint));

        if (demanded(p, Gate::strict)) {
            auto barrier =
                make(names::barrier(name), GeneratedKind::barrier, p,
                     fmt::format("pulls in and waits for all of phase '{}', for phases that gate it strictly", name));
            barrier.fixtures_required.push_back(names::strict_fixture(name));
            for (const auto& fixture : stand_ins_[p]) barrier.fixtures_required.push_back(fixture);
            barrier.fixtures_required.push_back(names::passed_fixture(name));
            barrier.fixtures_setup = set_ups_[p].barrier;
            schedule_.generated.push_back(std::move(barrier));
        }
        if (!set_ups_[p].order.empty()) {
            auto order = make(names::order(name), GeneratedKind::order, p,
                              fmt::format("waits for phase '{}' and demands nothing of it", name));
            order.depends = waits;
            order.fixtures_setup = set_ups_[p].order;
            schedule_.generated.push_back(std::move(order));
        }
        if (phase.cleanup.value) {
            auto cleanup = make(names::cleanup(name), GeneratedKind::cleanup, p,
                                fmt::format("runs after the last test that needs phase '{}'", name));
            cleanup.place = phase.cleanup.place;
            cleanup.fixtures_cleanup.push_back(names::use_fixture(name));
            for (auto& fixture : fixtures_around(p)) cleanup.fixtures_required.push_back(std::move(fixture));
            schedule_.generated.push_back(std::move(cleanup));
        }
    }

    /// Under LOCKSTEP_SEQUENTIAL these hold its lock as all tests do.
    void generate_services() {
        for (std::size_t s = 0; s < plan_.services.size(); ++s) {
            const auto& service = plan_.services[s];
            const auto& name = service.name.value;
            if (!has_start_test(service)) continue;
            auto start = make(names::service_start(name), GeneratedKind::service_start,
                              service.start.value ? fmt::format("starts service '{}', waits until it is ready", name)
                                                  : fmt::format("waits until service '{}' is ready", name),
                              service.name.place);
            start.service = s;
            start.fixtures_setup.push_back(names::service(name));
            schedule_.generated.push_back(std::move(start));
            if (!service.start.value) continue;
            auto stop =
                make(names::service_stop(name), GeneratedKind::service_stop,
                     fmt::format("stops service '{}' after the last test that talks to it", name), service.name.place);
            stop.service = s;
            stop.fixtures_cleanup.push_back(names::service(name));
            schedule_.generated.push_back(std::move(stop));
        }
    }

    void generate_end() {
        GeneratedTest end;
        end.name = names::end_test;
        end.kind = GeneratedKind::end;
        end.why = "comes last: keeps verdicts, empties temp directories";
        end.labels.emplace_back(names::own_label);
        end.fixtures_cleanup.emplace_back(names::session_fixture);
        schedule_.generated.push_back(std::move(end));
    }

    Schedule& schedule_;
    const Plan& plan_;
    const std::vector<InventoryTest>& tests_;
    const RunFacts& facts_;
    Diagnostics& diagnostics_;
    std::vector<bool> labelled_, ungated_;
    std::vector<std::vector<std::string>>
        stand_ins_;  ///< by phase: what tests set up that cannot set up its strict fixture
    struct SetUps {
        std::vector<std::string> checkpoint, barrier, order;
    };
    std::vector<SetUps> set_ups_;
};

}  // namespace

bool has_start_test(const Service& service) {
    return service.start.value.has_value() || service.ready.asked();
}

void build_gates(Schedule& schedule, const RunFacts& facts, Diagnostics& diagnostics) {
    Gates(schedule, facts, diagnostics).run();
}

}  // namespace lockstep
