// Judges what the tests of `lockstep validate` wrote: does each guard hold, is it broken, or could that not be told?
// A guard that nothing ever pushed against is not called good. Pure.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "validation/log.hpp"
#include "validation/suite.hpp"

namespace lockstep::validation {

enum class Rule {
    tests,
    parallel,
    workers,
    temp_directories,
    locks,
    pools,
    max_parallel,
    alone,
    phases,
    gates,
    services
};

/// "tests", "parallel", …, as in the JSON.
[[nodiscard]] std::string_view name_of(Rule rule);

enum class Verdict {
    yes,
    no,        ///< the log shows the guard broken
    unproved,  ///< the log shows neither that nor a moment at which it would have been
};

struct Finding {
    Rule rule = Rule::tests;
    Verdict verdict = Verdict::unproved;
    std::string text;  ///< what was seen, or the reason; one line

    [[nodiscard]] bool operator==(const Finding&) const = default;
};

/// How ctest ended.
struct Ending {
    int status = 0;
    bool timed_out = false;
    std::vector<std::string> failed;  ///< names of tests that it calls failed or not run
};

/// Of guards_suite(): all rules but gates, in their order.
[[nodiscard]] std::vector<Finding> judge_guards(const Suite& suite, const Log& log, const Ending& ending);
/// Of gate_suite().
[[nodiscard]] Finding judge_gate(const Log& log, const Ending& ending);

/// Of service_suite(). `port` is the service's, 0 if it never said; `still_answers`: also after the run.
[[nodiscard]] Finding judge_services(const Suite& suite, const Log& log, const Ending& ending, int port,
                                     bool still_answers);

/// How long a lonely test gives others the time to start beside it: that they do not, nothing tells.
inline constexpr std::chrono::milliseconds lonely_time{200};

/// How long a test waits when it may end. A test that ctest started with the outsider which proved the guard then began
/// before that end in the log, whose starts are no more exact than the kernel's ticks (at most 10 ms).
inline constexpr std::chrono::milliseconds settling_time{50};

/// Whether `test`, which began `held` ago, has nothing to wait for any more. `events` is what the log holds so far.
[[nodiscard]] bool may_end(const Suite& suite, const SuiteTest& test, std::span<const Event> events,
                           std::chrono::nanoseconds held);

}  // namespace lockstep::validation
