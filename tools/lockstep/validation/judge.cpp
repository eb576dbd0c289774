#include "validation/judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace lockstep::validation {
namespace {

constexpr std::array guard_rules{Rule::tests, Rule::parallel, Rule::workers,      Rule::temp_directories,
                                 Rule::locks, Rule::pools,    Rule::max_parallel, Rule::alone,
                                 Rule::phases};

constexpr const char* nothing_together = "no two tests ran at the same time";

/// Goes through the events in order; keeps of each rule how it was first broken, and whether it was put to the proof.
class Observer {
public:
    explicit Observer(const Suite& suite) : suite_(suite) {}

    void take(const Event& event) {
        if (event.kind == Event::Kind::gave_up) return;
        const auto* test = suite_.find(event.test);
        if (test == nullptr) {
            broken(Rule::tests, fmt::format("'{}' is in the log and not in the suite", event.test));
        } else if (event.kind == Event::Kind::start) {
            start(*test, event);
        } else {
            end(*test, event);
        }
    }

    [[nodiscard]] Verdict verdict(Rule rule) const {
        if (broken_.contains(rule)) return Verdict::no;
        return proved(rule) ? Verdict::yes : Verdict::unproved;
    }
    [[nodiscard]] bool settled(Rule rule) const { return verdict(rule) != Verdict::unproved; }
    /// Of a rule that is broken.
    [[nodiscard]] const std::string& violation(Rule rule) const { return broken_.at(rule); }

    [[nodiscard]] std::size_t most_at_once() const { return most_; }
    /// Whether the start of another outsider would prove something, or is what an outsider is in the way of.
    [[nodiscard]] bool wants_outsider() const {
        const bool in_the_way = pending(Role::alone) && !pending(Role::beside) &&
                                running(Role::outsider) == static_cast<int>(running_.size());
        return in_the_way || (!settled(Rule::locks) && lock_contended()) ||
               (!settled(Rule::pools) && pool_contended()) || (!settled(Rule::max_parallel) && limit_contended()) ||
               (!settled(Rule::phases) && phase_contended());
    }
    [[nodiscard]] bool only_outsiders_left() const {
        return std::ranges::all_of(
            suite_.tests, [&](const auto& test) { return test.role == Role::outsider || ended_.contains(test.name); });
    }
    /// The first test that did not run to its end, and how; "" if all did.
    [[nodiscard]] std::string incomplete() const {
        for (const auto& test : suite_.tests) {
            if (!begun_.contains(test.name)) return test.name + " never began";
            if (!ended_.contains(test.name)) return test.name + " began and never ended";
        }
        return {};
    }

private:
    struct Running {
        const SuiteTest* test;
        std::int64_t since_ns;
        Allocation allocation;
    };

    void broken(Rule rule, const std::string& how) { broken_.try_emplace(rule, how); }

    void start(const SuiteTest& test, const Event& event) {
        const auto& allocation = event.allocation;
        if (!begun_.insert(test.name).second) broken(Rule::tests, test.name + " began twice");
        if (test.role == Role::outsider) note_opportunities();
        check_order(test);
        check_exclusion(test);
        check_worker(test, allocation);
        check_temp(test, allocation);
        check_slots(test, allocation);
        running_.push_back({&test, event.time_ns, allocation});
        most_ = std::max(most_, running_.size());
        check_counts(test);
    }

    void end(const SuiteTest& test, const Event& event) {
        const auto found = std::ranges::find(running_, &test, &Running::test);
        if (found == running_.end()) {
            broken(Rule::tests, test.name + " ended and had not begun");
            return;
        }
        if (event.foreign != 0)
            broken(Rule::temp_directories, fmt::format("what {} left in its directory did not stay alone", test.name));
        if (test.role == Role::alone && std::chrono::nanoseconds(event.time_ns - found->since_ns) >= lonely_time)
            time_was_given_ = true;
        running_.erase(found);
        ended_.insert(test.name);
    }

    void check_order(const SuiteTest& test) {
        for (const auto& other : suite_.tests) {
            if (other.phase == 0 || other.phase >= test.phase || ended_.contains(other.name)) continue;
            broken(Rule::phases,
                   fmt::format("{} began before {} of an earlier phase had ended", test.name, other.name));
        }
    }

    void check_exclusion(const SuiteTest& test) {
        for (const auto& [other, since, allocation] : running_) {
            if (test.role == Role::alone || other->role == Role::alone)
                broken(Rule::alone, fmt::format("{} began while {} ran", test.name, other->name));
            if (test.role == Role::lock && other->role == Role::lock)
                broken(Rule::locks, fmt::format("{} began while {} held the lock", test.name, other->name));
        }
    }

    void check_worker(const SuiteTest& test, const Allocation& allocation) {
        if (allocation.workers.size() != 1) {
            broken(Rule::workers, allocation.workers.empty()
                                      ? fmt::format("{} was given no id", test.name)
                                      : fmt::format("{} was given {} ids", test.name, allocation.workers.size()));
            return;
        }
        for (const auto& [other, since, theirs] : running_) {
            if (theirs.workers != allocation.workers) continue;
            broken(Rule::workers,
                   fmt::format("{} and {} had id {} at the same time", other->name, test.name, allocation.workers[0]));
        }
    }

    void check_temp(const SuiteTest& test, const Allocation& allocation) {
        const auto refuse = [&](const std::string& how) { broken(Rule::temp_directories, how); };
        if (allocation.temp.empty()) {
            refuse(fmt::format("{} was given none", test.name));
            return;
        }
        if (!allocation.temp_for_all) refuse(fmt::format("TMPDIR, TMP or TEMP of {} names another one", test.name));
        if (allocation.found < 0) refuse(fmt::format("that of {} was not there", test.name));
        if (allocation.found > 0) refuse(fmt::format("that of {} was not empty when it began", test.name));
        const auto [owner, fresh] = owners_.try_emplace(allocation.temp, test.name);
        if (!fresh) refuse(fmt::format("{} and {} had the same one", owner->second, test.name));
    }

    void check_slots(const SuiteTest& test, const Allocation& allocation) {
        if (static_cast<int>(allocation.slots.size()) != test.slots) {
            broken(Rule::pools, fmt::format("{} was given {} of the {} slots that it takes", test.name,
                                            allocation.slots.size(), test.slots));
        }
        std::set<std::string_view> held;
        for (const auto& slot : allocation.slots) {
            if (!held.insert(slot).second)
                broken(Rule::pools, fmt::format("{} was given slot {} twice", test.name, slot));
        }
        for (const auto& [other, since, theirs] : running_) {
            for (const auto& slot : theirs.slots) {
                if (!held.contains(slot)) continue;
                broken(Rule::pools,
                       fmt::format("{} and {} had slot {} at the same time", other->name, test.name, slot));
            }
        }
    }

    /// After `test` has joined those that run.
    void check_counts(const SuiteTest& test) {
        if (most_ > static_cast<std::size_t>(suite_.jobs))
            broken(Rule::parallel, fmt::format("{} tests ran at once under -j{}", most_, suite_.jobs));
        if (test.role == Role::limit && running(Role::limit) > limit_at_once)
            broken(Rule::max_parallel,
                   fmt::format("{} tests ran at once, {} may", running(Role::limit), limit_at_once));
        if (test.slots > 0 && slots_in_use() > pool_slots)
            broken(Rule::pools, fmt::format("{} slots were in use, there are {}", slots_in_use(), pool_slots));
    }

    /// An outsider has begun: ctest has looked through its queue, and held back whatever waits there.
    void note_opportunities() {
        if (lock_contended()) proved_.insert(Rule::locks);
        if (pool_contended()) proved_.insert(Rule::pools);
        if (limit_contended()) proved_.insert(Rule::max_parallel);
        if (phase_contended()) proved_.insert(Rule::phases);
        if (time_was_given_ && most_ > 1) proved_.insert(Rule::alone);
    }

    [[nodiscard]] bool lock_contended() const { return running(Role::lock) > 0 && pending(Role::lock); }
    [[nodiscard]] bool pool_contended() const { return slots_in_use() >= pool_slots && pending(Role::pool); }
    [[nodiscard]] bool limit_contended() const { return running(Role::limit) >= limit_at_once && pending(Role::limit); }
    [[nodiscard]] bool phase_contended() const {
        return std::ranges::any_of(running_, [&](const Running& held) {
            return held.test->phase > 0 && std::ranges::any_of(suite_.tests, [&](const auto& test) {
                       return test.phase > held.test->phase && !begun_.contains(test.name);
                   });
        });
    }

    [[nodiscard]] bool proved(Rule rule) const {
        switch (rule) {
            case Rule::parallel:
                return most_ > 1 && most_ == static_cast<std::size_t>(suite_.jobs);
            case Rule::workers:
            case Rule::temp_directories:
                return most_ > 1;
            default:
                return proved_.contains(rule);
        }
    }

    [[nodiscard]] int running(Role role) const {
        return static_cast<int>(
            std::ranges::count_if(running_, [&](const Running& held) { return held.test->role == role; }));
    }
    [[nodiscard]] bool pending(Role role) const {
        return std::ranges::any_of(suite_.tests,
                                   [&](const auto& test) { return test.role == role && !begun_.contains(test.name); });
    }
    [[nodiscard]] int slots_in_use() const {
        int sum = 0;
        for (const auto& held : running_) sum += held.test->slots;
        return sum;
    }

    const Suite& suite_;
    std::vector<Running> running_;
    std::set<std::string, std::less<>> begun_, ended_;
    std::map<std::string, std::string> owners_;  ///< of temp directories
    std::size_t most_ = 0;
    bool time_was_given_ = false;  ///< a lonely test ran long enough for others to begin
    std::map<Rule, std::string> broken_;
    std::set<Rule> proved_;
};

Observer observe(const Suite& suite, std::span<const Event> events) {
    Observer observer(suite);
    for (const auto& event : events) observer.take(event);
    return observer;
}

std::string seen(Rule rule, const Suite& suite, std::size_t most) {
    switch (rule) {
        case Rule::tests:
            return fmt::format("{} tests ran once each and passed", suite.tests.size());
        case Rule::parallel:
            return fmt::format("{} tests at once", most);
        case Rule::workers:
            return fmt::format("{} tests at once, each with an id of its own", most);
        case Rule::temp_directories:
            return "each test had one of its own, empty when it began";
        case Rule::locks:
            return "one test at a time, while others could begin";
        case Rule::pools:
            return fmt::format("{} slots, no more in use, each with one test", pool_slots);
        case Rule::max_parallel:
            return fmt::format("{} tests at once, no more, while others could begin", limit_at_once);
        case Rule::alone:
            return "nothing began beside it, and others waited";
        case Rule::phases:
            return "nothing of a phase began before the one before had ended";
        case Rule::gates:
            return "nothing of a phase began after the one before had failed";
        case Rule::services:
            return fmt::format("a server answered each of {} tests, and was gone after them", suite.tests.size());
    }
    return {};
}

/// Why it could not be told whether a guard holds.
std::string doubt(Rule rule, const Observer& observer, const Suite& suite) {
    if (rule == Rule::parallel)
        return fmt::format("at most {} of {} tests ran at once", observer.most_at_once(), suite.jobs);
    if (observer.most_at_once() < 2) return nothing_together;
    switch (rule) {
        case Rule::locks:
            return "no other test began while one held the lock and one waited for it";
        case Rule::pools:
            return "no other test began while the pool was in use and a test waited for a slot";
        case Rule::max_parallel:
            return fmt::format("no other test began while {} ran and one waited", limit_at_once);
        case Rule::alone:
            return "no other test was left to begin beside it";
        case Rule::phases:
            return "no other test began while a phase ran and a later one waited";
        default:
            return "not seen";
    }
}

std::string how_ended(const Ending& ending) {
    return ending.timed_out ? "ctest did not end in time" : fmt::format("ctest ended with status {}", ending.status);
}

/// What stands in the way of any finding; "" if nothing does.
std::string nothing_to_judge(const Log& log, const Ending& ending) {
    return log.events.empty() ? fmt::format("no test ran: {}", how_ended(ending)) : "";
}

Finding judge_tests(const Suite& suite, const Observer& observer, const Log& log, const Ending& ending) {
    const auto no = [](std::string text) { return Finding{Rule::tests, Verdict::no, std::move(text)}; };
    if (observer.verdict(Rule::tests) == Verdict::no) return no(observer.violation(Rule::tests));
    if (log.unreadable != 0) return no(fmt::format("{} lines of their log cannot be read", log.unreadable));
    if (auto how = observer.incomplete(); !how.empty()) return no(fmt::format("{}; {}", how, how_ended(ending)));
    if (ending.status != 0 || ending.timed_out) return no("all ran, but " + how_ended(ending));
    return {Rule::tests, Verdict::yes, seen(Rule::tests, suite, 0)};
}

}  // namespace

std::string_view name_of(Rule rule) {
    switch (rule) {
        case Rule::tests:
            return "tests";
        case Rule::parallel:
            return "parallel";
        case Rule::workers:
            return "workers";
        case Rule::temp_directories:
            return "temp_directories";
        case Rule::locks:
            return "locks";
        case Rule::pools:
            return "pools";
        case Rule::max_parallel:
            return "max_parallel";
        case Rule::alone:
            return "alone";
        case Rule::phases:
            return "phases";
        case Rule::gates:
            return "gates";
        case Rule::services:
            return "services";
    }
    return {};
}

std::vector<Finding> judge_guards(const Suite& suite, const Log& log, const Ending& ending) {
    const auto observer = observe(suite, log.events);
    const auto nothing = nothing_to_judge(log, ending);
    std::vector<Finding> findings;
    for (const auto rule : guard_rules) {
        if (!nothing.empty()) {
            findings.push_back({rule, rule == Rule::tests ? Verdict::no : Verdict::unproved, nothing});
        } else if (rule == Rule::tests) {
            findings.push_back(judge_tests(suite, observer, log, ending));
        } else {
            const auto verdict = observer.verdict(rule);
            findings.push_back({rule, verdict,
                                verdict == Verdict::yes  ? seen(rule, suite, observer.most_at_once())
                                : verdict == Verdict::no ? observer.violation(rule)
                                                         : doubt(rule, observer, suite)});
        }
    }
    return findings;
}

Finding judge_gate(const Log& log, const Ending& ending) {
    const auto finding = [](Verdict verdict, std::string text) {
        return Finding{Rule::gates, verdict, std::move(text)};
    };
    const auto in_log = [&](Event::Kind kind, std::string_view test) {
        return std::ranges::any_of(log.events,
                                   [&](const Event& event) { return event.kind == kind && event.test == test; });
    };
    if (auto nothing = nothing_to_judge(log, ending); !nothing.empty())
        return finding(Verdict::unproved, std::move(nothing));
    if (in_log(Event::Kind::start, "kept.1")) return finding(Verdict::no, "kept.1 began, though failing.1 had failed");
    if (!in_log(Event::Kind::end, "failing.1") || std::ranges::find(ending.failed, "failing.1") == ending.failed.end())
        return finding(Verdict::unproved, "failing.1 did not fail; " + how_ended(ending));
    if (std::ranges::find(ending.failed, "kept.1") == ending.failed.end())
        return finding(Verdict::unproved, "ctest does not say that it left kept.1 out; " + how_ended(ending));
    return finding(Verdict::yes, seen(Rule::gates, {}, 0));
}

Finding judge_services(const Suite& suite, const Log& log, const Ending& ending, int port, bool still_answers) {
    const auto finding = [](Verdict verdict, std::string text) {
        return Finding{Rule::services, verdict, std::move(text)};
    };
    if (auto nothing = nothing_to_judge(log, ending); !nothing.empty())
        return finding(Verdict::unproved, std::move(nothing));
    if (port == 0 && !ending.failed.empty())
        return finding(Verdict::no, "the server was not started; " + how_ended(ending));
    if (!ending.failed.empty())
        return finding(Verdict::no,
                       fmt::format("{} did not get its answer; {}", ending.failed.front(), how_ended(ending)));
    for (const auto& test : suite.tests) {
        const auto ended = [&](const Event& event) {
            return event.kind == Event::Kind::end && event.test == test.name;
        };
        if (std::ranges::none_of(log.events, ended))
            return finding(Verdict::unproved, fmt::format("{} did not run; {}", test.name, how_ended(ending)));
    }
    if (ending.status != 0 || ending.timed_out) return finding(Verdict::no, "all ran, but " + how_ended(ending));
    if (still_answers)
        return finding(Verdict::no, fmt::format("the server still answers on port {} after the run", port));
    return finding(Verdict::yes, seen(Rule::services, suite, 0));
}

bool may_end(const Suite& suite, const SuiteTest& test, std::span<const Event> events, std::chrono::nanoseconds held) {
    const auto observer = observe(suite, events);
    const auto settled = [&](Rule rule) { return observer.settled(rule) && observer.settled(Rule::phases); };
    switch (test.role) {
        case Role::crowd:
            return observer.settled(Rule::parallel);
        case Role::lock:
            return settled(Rule::locks);
        case Role::pool:
            return settled(Rule::pools);
        case Role::limit:
            return settled(Rule::max_parallel);
        case Role::alone:
            return observer.verdict(Rule::alone) == Verdict::no || held >= lonely_time;
        case Role::outsider:
            return observer.wants_outsider() || observer.only_outsiders_left();
        case Role::beside:
        case Role::failing:
        case Role::kept:
        case Role::served:
            return true;
    }
    return true;
}

}  // namespace lockstep::validation
