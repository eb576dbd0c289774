// A rate over processes: the generic cell rate algorithm (GCRA; ITU-T I.371, annex A) on a small file that all share.
//
// Who waits stands in a queue (Turn). The first in it sleeps until the next grant is due, notes it with the time that
// it then is, and leaves. So there are never more than rate·t + burst grants in any window of length t, nobody starves,
// and a process that is killed changes nothing: before it notes its grant it only leaves the queue.
//
// The clock is CLOCK_BOOTTIME: the same for all processes of a machine, never set back, and it counts on while the
// machine sleeps. After a boot it begins anew: a note of an earlier boot, and one from a clock of another container, is
// taken for at most a spent burst, which is the longest that such a note can delay anybody. A boot takes from nobody
// what was granted before it: this boot has lasted longer than a note from it says, or the burst counts as spent.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "runtime/locks.hpp"

namespace lockstep::runtime {

/// What the plan says now; given with each call, so that an edited plan takes effect at once. A grant is remembered as
/// a share of the burst, so a new rate neither forgets nor multiplies it.
struct Rate {
    double per_second = 0;  ///< 0: no limit
    int burst = 1;          ///< from 1
    bool adapt = false;     ///< penalise() has an effect

    /// Starts that lie at least `interval` apart.
    [[nodiscard]] static Rate one_every(std::chrono::nanoseconds interval);
};

struct Grant {
    std::int64_t at_ns = 0;              ///< of CLOCK_BOOTTIME
    std::chrono::nanoseconds waited{0};  ///< in the queue and at its head
};

struct LimiterState {
    std::uint64_t granted = 0;               ///< since the file was made
    int sixteenths = 16;                     ///< of the rate that is in effect, 1 to 16
    std::size_t waiting = 0;                 ///< in the queue
    std::chrono::nanoseconds until_next{0};  ///< until the next grant is due
};

/// Of one file. An object is used by one thread at a time. All throw std::system_error naming the path.
class Limiter {
public:
    explicit Limiter(const std::string& path) : file_(path) {}

    /// Waits for a grant; none if it would not come by the deadline, and then nothing is noted. At once where there is
    /// no limit.
    [[nodiscard]] std::optional<Grant> acquire(const Rate& rate, const Deadline& deadline = {});
    /// With `adapt`: halves the rate that is in effect, down to a sixteenth of the plan's. It comes back by a sixteenth
    /// with each `grants_per_step` grants.
    void penalise(const Rate& rate);
    [[nodiscard]] LimiterState look(const Rate& rate);

    static constexpr std::uint32_t grants_per_step = 8;

private:
    LockFile file_;
};

/// Private to the limiter, and what its tests are made of: GCRA on values.
struct Bucket {
    std::int64_t tat = 0;       ///< theoretical arrival time, ns
    std::int64_t interval = 0;  ///< ns between grants that `tat` was reckoned with; 0: nothing was granted yet
    std::uint64_t granted = 0;
    std::uint32_t sixteenths = 16;
    std::uint32_t grants_in_step = 0;

    /// Takes on the rate as it is now; what is spent stays spent, and is at most the burst.
    void set(const Rate& rate, std::int64_t now);
    /// When the next grant is due, after set().
    [[nodiscard]] std::int64_t due(const Rate& rate) const;
    /// Notes a grant at `now`, which is not before due().
    void grant(const Rate& rate, std::int64_t now);
    void penalise(const Rate& rate, std::int64_t now);
};

}  // namespace lockstep::runtime
