// The rate limits of a test: places and rates that it shares with all processes of the build tree, or of the user.
#pragma once

#include <string>
#include <vector>

#include "runtime/launch_table.hpp"
#include "runtime/limiter.hpp"
#include "runtime/places.hpp"
#include "runtime/session_facts.hpp"

namespace lockstep::launcher {

class Limits {
public:
    /// Those of the kind. `text` says for whom they are taken, to `lockstep limits`.
    Limits(const runtime::LaunchTable& table, const runtime::LaunchKind& kind, const runtime::SessionFacts& facts,
           std::string text);

    /// Waits for a place of each, then for each rate: in this order the program starts when the rate allows it, and not
    /// when, much later, a place becomes free.
    void take();
    void give_back() { places_.clear(); }
    /// The retry rule matched: limits that adapt become slower.
    void penalise();
    /// LOCKSTEP_HELD_PLACES: a call of the test to one of these runs on the launcher's place.
    [[nodiscard]] std::string held_places() const;

private:
    struct Limit {
        const runtime::RateLimit& plan;
        std::string path;
    };
    [[nodiscard]] static runtime::Rate rate_of(const runtime::RateLimit& limit) {
        return {limit.per_second, limit.burst, limit.adapt};
    }

    std::vector<Limit> limits_;
    std::vector<runtime::Place> places_;
    std::string text_;
};

}  // namespace lockstep::launcher
