// Who had what, and when: a line each in the file that RECAST_NOTES names, for whoever wants to see that the plan held
// (tests/examples of Lockstep does). Without the variable nothing is written.
#pragma once

#include <string>

namespace recast {

/// "TIME TEST WORKER WHAT VALUE", the time in nanoseconds of CLOCK_MONOTONIC.
void note(const std::string& what, const std::string& value);

/// Notes `what` now, and "end-of-`what`" at the end of the scope.
class Stay {
public:
    Stay(std::string what, std::string value) : what_(std::move(what)), value_(std::move(value)) {
        note(what_, value_);
    }
    Stay(const Stay&) = delete;
    Stay& operator=(const Stay&) = delete;
    ~Stay() { note("end-of-" + what_, value_); }

private:
    std::string what_, value_;
};

/// RECAST_BREAK names it: a guard that the tests leave out on request, to show what it is there for.
bool is_broken(const std::string& guard);

}  // namespace recast
