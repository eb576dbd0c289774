// Whether an attempt is followed by another, and when. Pure.
#pragma once

#include <string>

#include "runtime/launch_table.hpp"

namespace lockstep::launcher {

/// How an attempt went.
struct Outcome {
    int status = 0;          ///< as of waitpid(2)
    bool timed_out = false;  ///< ended by the launcher; `status` then says nothing
    std::string pattern;     ///< of the rule, found in its output; "": none
};

/// By its status alone, as CTest takes it: a skipped test has not failed, WILL_FAIL turns the exit status round, and a
/// signal is a failure under WILL_FAIL too.
[[nodiscard]] bool has_failed(const runtime::LaunchKind& kind, const Outcome& outcome);

/// Why the rule wants another attempt ("exit status 75"); "" if it does not.
/// - A rule with neither on_exit nor on_output: any failure, a time-out among them.
/// - on_exit: a failure with that exit status. on_output: a failure, a time-out among them, with that output.
/// - Of a test that CTest judges by its output the status does not tell whether it failed: there what on_exit and
///   on_output name counts whatever the status is otherwise.
[[nodiscard]] std::string reason_to_retry(const runtime::RetryRule& rule, const runtime::LaunchKind& kind,
                                          const Outcome& outcome);

/// The pause after the given attempt, from 1: `chance` (0 to 1) of min(max_backoff, backoff * 2^(attempt - 1)). Any
/// length from nothing on ("full jitter") spreads the callers best; see Brooker, "Exponential Backoff And Jitter",
/// AWS Architecture Blog, 2015.
[[nodiscard]] runtime::Milliseconds pause_after(const runtime::RetryRule& rule, int attempt, double chance);

}  // namespace lockstep::launcher
