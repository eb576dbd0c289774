#include "launcher/retry.hpp"

#include <sys/wait.h>

#include <algorithm>

#include "launcher/message.hpp"

namespace lockstep::launcher {

bool has_failed(const runtime::LaunchKind& kind, const Outcome& outcome) {
    if (outcome.timed_out || !WIFEXITED(outcome.status)) return true;
    const int status = WEXITSTATUS(outcome.status);
    if (kind.skip_status == status) return false;
    return (status == 0) == kind.will_fail;
}

std::string reason_to_retry(const runtime::RetryRule& rule, const runtime::LaunchKind& kind, const Outcome& outcome) {
    const bool exited = !outcome.timed_out && WIFEXITED(outcome.status);
    auto how = outcome.timed_out ? std::string("its time-out") : status_text(outcome.status);
    if (exited && kind.skip_status == WEXITSTATUS(outcome.status)) return "";
    const bool failed = has_failed(kind, outcome);
    if (rule.on_exit.empty() && rule.on_output.empty()) return failed ? how : "";
    if (!failed && !kind.judged_by_output) return "";
    if (exited && std::count(rule.on_exit.begin(), rule.on_exit.end(), WEXITSTATUS(outcome.status)) > 0) return how;
    return outcome.pattern.empty() ? "" : "'" + outcome.pattern + "' in its output";
}

runtime::Milliseconds pause_after(const runtime::RetryRule& rule, int attempt, double chance) {
    auto longest = std::min(rule.backoff, rule.max_backoff);
    for (int i = 1; i < attempt && longest < rule.max_backoff && longest.count() > 0; ++i) {
        longest = std::min(longest * 2, rule.max_backoff);
    }
    return std::chrono::duration_cast<runtime::Milliseconds>(longest * chance);
}

}  // namespace lockstep::launcher
