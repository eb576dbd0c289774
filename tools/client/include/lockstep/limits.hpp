// Calls that have to be few: rate limits of the plan, and calls that are tried again.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace lockstep {
inline namespace v1 {

/// A call that may be made. Where the plan has `max_concurrent` it is one of those until this is destroyed.
class Permit {
public:
    Permit(Permit&&) noexcept = default;
    Permit& operator=(Permit&&) noexcept = default;
    [[nodiscard]] std::chrono::nanoseconds waited() const { return waited_; }

private:
    friend class RateLimiter;
    Permit(std::shared_ptr<void> place, std::chrono::nanoseconds waited) : place_(std::move(place)), waited_(waited) {}
    std::shared_ptr<void> place_;
    std::chrono::nanoseconds waited_;
};

/// A [rate_limit] of the plan, over all processes: never more than rate·t + burst calls in any window of t seconds
/// (GCRA, ITU-T I.371), served in the order of arrival. Thread-safe.
class RateLimiter {
public:
    RateLimiter() = default;  ///< not active
    /// Waits until the call may be made: first for a place, then for the rate. A test that was launched with a place
    /// of this limit makes one call at a time on that place. Throws std::system_error.
    Permit acquire() const;
    /// None if that would take longer.
    [[nodiscard]] std::optional<Permit> try_acquire_for(std::chrono::nanoseconds patience) const;
    /// The other side said that there were too many: with `adapt` the rate is halved, down to a sixteenth, and comes
    /// back step by step. with_retry() calls it.
    void penalise() const;
    /// False outside a session and with LOCKSTEP_LIMITS=off: then nothing waits.
    [[nodiscard]] bool active() const { return limit_ != nullptr; }

private:
    friend RateLimiter rate_limiter(std::string_view name);
    struct Limit;
    [[nodiscard]] std::optional<Permit> within(std::optional<std::chrono::nanoseconds> patience) const;
    explicit RateLimiter(std::shared_ptr<const Limit> limit) : limit_(std::move(limit)) {}
    std::shared_ptr<const Limit> limit_;
};

/// Throws Error, in a session, for a name that the plan does not have.
[[nodiscard]] RateLimiter rate_limiter(std::string_view name);

/// How a call is tried again.
struct RetryPolicy {
    std::string name = "call";                ///< as the session counts it
    int attempts = 3;                         ///< in all, from 1
    std::chrono::milliseconds backoff{1000};  ///< before the second; doubles
    std::chrono::milliseconds max_backoff{60000};
    std::string rate_limit;  ///< of which each attempt is a call; "": none
};
/// A [retry] of the plan. Outside a session one attempt, since the plan is not known. Throws Error, in a session, for a
/// name that the plan does not have.
[[nodiscard]] RetryPolicy retry_policy(std::string_view name);

/// Thrown by a call of with_retry() that is worth another try.
class TryAgain : public std::runtime_error {
public:
    /// `after`: the least that the other side wants us to wait.
    explicit TryAgain(const std::string& why, std::optional<std::chrono::milliseconds> after = {})
        : std::runtime_error(why), after_(after) {}
    [[nodiscard]] std::optional<std::chrono::milliseconds> after() const { return after_; }

private:
    std::optional<std::chrono::milliseconds> after_;
};

/// A Retry-After header's value (RFC 9110, 10.2.3): seconds, or a date in the form "Sun, 06 Nov 1994 08:49:37 GMT",
/// which counts from `now`; a date that has passed is 0. None for anything else.
[[nodiscard]] std::optional<std::chrono::milliseconds> retry_after(
    std::string_view value, std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

/// The wait before attempt `next` (from 2): backoff·2^(next-2), at most max_backoff, of which the second half is scaled
/// by `random` in [0, 1] ("equal jitter":
/// https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter). Never less than `after`; that
/// much is scaled up by at most a tenth, so that not all come back at once. None where `after` is beyond max_backoff:
/// it is not tried again.
[[nodiscard]] std::optional<std::chrono::milliseconds> backoff_before(
    int next, const RetryPolicy& policy, double random, std::optional<std::chrono::milliseconds> after = {});

namespace detail {

/// The part of with_retry() that does not depend on the call.
class Attempts {
public:
    explicit Attempts(const RetryPolicy& policy);
    Attempts(const Attempts&) = delete;
    Attempts& operator=(const Attempts&) = delete;
    ~Attempts();  ///< counts the call in the session's journal
    [[nodiscard]] Permit permit() const { return limiter_.acquire(); }
    /// Waits, unless this was the last one.
    [[nodiscard]] bool another(const TryAgain& failure);

private:
    RetryPolicy policy_;
    RateLimiter limiter_;
    bool limits_ = true;
    int attempt_ = 1;
};

}  // namespace detail

/// Calls until `call` returns without throwing TryAgain; returns what it returns. After the last attempt TryAgain comes
/// through, as any other exception does at once. With LOCKSTEP_LIMITS=off there is one attempt. The session counts how
/// many calls were tried again. Thread-safe as far as `call` is. Throws Error for a rate limit that the plan does not
/// have.
template <typename Call>
auto with_retry(const RetryPolicy& policy, Call&& call) -> std::invoke_result_t<Call&> {
    detail::Attempts attempts(policy);
    for (;;) {
        try {
            const auto permit = attempts.permit();
            return call();
        } catch (const TryAgain& failure) {
            if (!attempts.another(failure)) throw;
        }
    }
}

}  // namespace v1
}  // namespace lockstep
