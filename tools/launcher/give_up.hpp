// give_up_after of a retry rule: where too many of its tests had to be retried in this session, the rest of them run
// one at a time. Files in the session's folder count: one for each test that was retried, made before it is retried, so
// that a process that is killed leaves the count right; and one that says that the rule has given up.
#pragma once

#include <memory>
#include <string>

#include "runtime/launch_table.hpp"
#include "runtime/locks.hpp"

namespace lockstep::launcher {

class GivingUp {
public:
    /// `folder`: the session's.
    GivingUp(const std::string& folder, const runtime::RetryRule& rule);

    /// Counts a test, by its number, once however often it is retried. True if this made the rule give up.
    [[nodiscard]] bool count(const std::string& test);
    /// Waits until no other test of the rule runs that came here before, if the rule has given up; the place is then
    /// this object's until it is destroyed.
    void wait_if_given_up();

private:
    std::string folder_;
    const runtime::RetryRule& rule_;
    std::unique_ptr<runtime::LockFile> alone_;
};

}  // namespace lockstep::launcher
