// Builds logs as the tests of `lockstep validate` write them: one that shows every guard hold, and what tests change of
// it.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <initializer_list>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "validation/judge.hpp"

namespace lockstep::validation {

inline void PrintTo(const Finding& finding, std::ostream* out) {
    *out << name_of(finding.rule) << ' ' << static_cast<int>(finding.verdict) << ": " << finding.text;
}

}  // namespace lockstep::validation

namespace lockstep::validation::testing {

/// Gives what a healthy ctest gives; a log of -j3 unless told otherwise.
class Story {
public:
    explicit Story(Suite suite = guards_suite(3)) : suite_(std::move(suite)) {}

    Story& start(std::initializer_list<std::string> names) {
        for (const auto& name : names) start(name);
        return *this;
    }
    Story& end(std::initializer_list<std::string> names) {
        for (const auto& name : names) end(name);
        return *this;
    }
    /// Began and ended, nothing beside it but what ran already.
    Story& run(std::initializer_list<std::string> names) {
        for (const auto& name : names) start(name), end(name);
        return *this;
    }
    Story& pass(std::chrono::nanoseconds time) {
        now_ += time;
        return *this;
    }
    Story& change(const std::function<void(Event&)>& how) {
        how(log_.events.back());
        return *this;
    }
    Story& unreadable_line() {
        ++log_.unreadable;
        return *this;
    }

    [[nodiscard]] const Suite& suite() const { return suite_; }
    [[nodiscard]] const Log& log() const { return log_; }
    [[nodiscard]] std::vector<Finding> findings(const Ending& ending = {}) const {
        return judge_guards(suite_, log_, ending);
    }
    [[nodiscard]] Finding finding(Rule rule, const Ending& ending = {}) const {
        const auto all = findings(ending);
        return *std::ranges::find(all, rule, &Finding::rule);
    }
    [[nodiscard]] bool may_end(const std::string& name, std::chrono::nanoseconds held = {}) const {
        return validation::may_end(suite_, *suite_.find(name), log_.events, held);
    }

private:
    Event& add(Event::Kind kind, const std::string& name) {
        now_ += std::chrono::milliseconds(1);
        auto& event = log_.events.emplace_back();
        event.kind = kind;
        event.test = name;
        event.time_ns = now_.count();
        return event;
    }

    void start(const std::string& name) {
        auto& allocation = add(Event::Kind::start, name).allocation;
        const auto* test = suite_.find(name);
        take(workers_, 1, name, allocation.workers);
        take(slots_, test == nullptr ? 0 : test->slots, name, allocation.slots);
        allocation.temp = "/t/" + name;
        allocation.temp_for_all = true;
    }
    void end(const std::string& name) {
        add(Event::Kind::end, name);
        for (auto* held : {&workers_, &slots_})
            std::erase_if(*held, [&](const auto& entry) { return entry.second == name; });
    }

    /// The smallest ids that nobody has.
    static void take(std::map<int, std::string>& held, int count, const std::string& name,
                     std::vector<std::string>& ids) {
        for (int id = 0; count > 0; ++id) {
            if (!held.try_emplace(id, name).second) continue;
            ids.push_back(std::to_string(id));
            --count;
        }
    }

    Suite suite_;
    Log log_;
    std::chrono::nanoseconds now_{0};
    std::map<int, std::string> workers_, slots_;
};

/// A phase of the healthy log, or what a test puts in its place.
using Part = std::function<void(Story&)>;

inline void play_crowd(Story& story) {
    story.start({"crowd.1", "crowd.2", "crowd.3"}).end({"crowd.1"}).start({"crowd.4"}).end({"crowd.2"});
    story.start({"crowd.5"}).end({"crowd.3"}).start({"outsider.1"}).end({"crowd.4", "crowd.5"});
}
inline void play_locks(Story& story) {
    story.start({"lock.1"}).end({"outsider.1"}).start({"outsider.2"}).end({"lock.1"}).run({"lock.2", "lock.3"});
}
inline void play_pools(Story& story) {
    story.start({"pool.1", "pool.2"}).end({"outsider.2"}).start({"outsider.3"}).end({"pool.1"}).start({"pool.3"});
    story.end({"pool.2", "pool.3"}).run({"pair.1"});
}
inline void play_limits(Story& story) {
    story.start({"limit.1", "limit.2"}).end({"outsider.3"}).start({"outsider.4"}).end({"limit.1"}).start({"limit.3"});
    story.end({"limit.2"}).start({"limit.4"}).end({"limit.3", "limit.4"});
}
inline void play_alone(Story& story) {
    story.run({"beside.1"})
        .end({"outsider.4"})
        .start({"alone.1"})
        .pass(lonely_time)
        .end({"alone.1"})
        .start({"alone.2"});
    story.pass(lonely_time).end({"alone.2"});
}
inline void play_rest(Story& story) {
    for (int number = 5; number <= 12; ++number) story.run({"outsider." + std::to_string(number)});
}

struct Parts {
    Part crowd = play_crowd, locks = play_locks, pools = play_pools, limits = play_limits, alone = play_alone,
         rest = play_rest;
};

inline Story story_of(const Parts& parts) {
    Story story;
    for (const auto* part : {&parts.crowd, &parts.locks, &parts.pools, &parts.limits, &parts.alone, &parts.rest})
        (*part)(story);
    return story;
}

}  // namespace lockstep::validation::testing
