// What the API grants: so many requests in any second, and so many at the same time. Like many of its kind, the server
// does not queue what is beyond that, it refuses.
#pragma once

#include <chrono>
#include <deque>
#include <mutex>
#include <set>
#include <string>

namespace dispatch {

enum class Verdict { served, too_fast, too_many, busy };

struct Admission {
    Verdict verdict = Verdict::served;
    int in_flight = 0;  ///< this request and those that are being served
};

/// Thread-safe.
class Quota {
public:
    /// Each client in `busy_once` is refused once, whatever the others do: the API has other customers too, and how it
    /// is to meet them has to be the same in every run.
    Quota(int per_second, int at_once, std::set<std::string> busy_once)
        : per_second_(per_second), at_once_(at_once), busy_once_(std::move(busy_once)) {}

    Admission enter(const std::string& client);
    /// For each request that was served.
    void leave();

private:
    std::mutex mutex_;
    const int per_second_;
    const int at_once_;
    std::set<std::string> busy_once_;
    int in_flight_ = 0;
    std::deque<std::chrono::steady_clock::time_point> last_second_;
};

}  // namespace dispatch
