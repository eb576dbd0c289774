// with_retry() of lockstep/limits.hpp.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <random>
#include <thread>

#include "lockstep/limits.hpp"
#include "session.hpp"

namespace lockstep {
inline namespace v1 {

namespace {

using std::chrono::milliseconds;

constexpr long long longest_wait = 366LL * 86400;  // seconds; nobody means more

double random_share() {
    thread_local std::minstd_rand engine(std::random_device{}());
    return std::uniform_real_distribution<double>(0, 1)(engine);
}

/// Days from 1970-01-01 of a date of the Gregorian calendar (H. Hinnant, chrono-compatible low-level date algorithms).
long long days_from_civil(int year, int month, int day) {
    year -= month <= 2 ? 1 : 0;
    const int era = year / 400;
    const int year_of_era = year - era * 400;
    const int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097LL + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

std::optional<long long> seconds_of_date(const std::string& text) {
    static constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    std::array<char, 4> name{};
    int day = 0, year = 0, hour = 0, minute = 0, second = 0, length = 0;
    const int got = std::sscanf(text.c_str(), "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n", &day, name.data(),
                                &year, &hour, &minute, &second, &length);
    const auto month = months.find(name.data());
    if (got != 6 || length != static_cast<int>(text.size()) || month == std::string_view::npos || month % 3 != 0 ||
        day < 1 || day > 31 || year < 1970 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
        second > 60)
        return std::nullopt;
    return days_from_civil(year, static_cast<int>(month / 3) + 1, day) * 86400 + hour * 3600 + minute * 60 + second;
}

}  // namespace

std::optional<milliseconds> retry_after(std::string_view value, std::chrono::system_clock::time_point now) {
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
    if (value.empty()) return std::nullopt;
    if (value.find_first_not_of("0123456789") == std::string_view::npos) {
        long long seconds = 0;
        const auto parsed = std::from_chars(value.data(), value.data() + value.size(), seconds);
        if (parsed.ec != std::errc()) seconds = longest_wait;
        return std::chrono::seconds(std::min(seconds, longest_wait));
    }
    const auto date = seconds_of_date(std::string(value));
    if (!date) return std::nullopt;
    const auto wait = std::chrono::system_clock::time_point(std::chrono::seconds(*date)) - now;
    return std::max(std::chrono::duration_cast<milliseconds>(wait), milliseconds(0));
}

std::optional<milliseconds> backoff_before(int next, const RetryPolicy& policy, double random,
                                           std::optional<milliseconds> after) {
    auto step = std::max(std::min(policy.backoff, policy.max_backoff), milliseconds(0));
    for (int i = 2; i < next && step < policy.max_backoff && step.count() > 0; ++i)
        step = step > policy.max_backoff / 2 ? policy.max_backoff : step * 2;
    const auto scaled = [random](milliseconds whole, double share) {
        return milliseconds(static_cast<milliseconds::rep>(static_cast<double>(whole.count()) * share * random));
    };
    const auto wait = step / 2 + scaled(step - step / 2, 1);
    if (!after) return wait;
    if (*after > policy.max_backoff) return std::nullopt;
    return std::max(wait, *after + scaled(*after, 0.1));
}

RetryPolicy retry_policy(std::string_view name) {
    RetryPolicy policy;
    policy.name = name;
    const auto facts = detail::session();
    if (!facts) {
        policy.attempts = 1;
        return policy;
    }
    const auto table = detail::launch_table(*facts);
    const auto& rule = detail::entry(table->retries, "retry", name);
    policy.attempts = rule.attempts;
    policy.backoff = rule.backoff;
    policy.max_backoff = rule.max_backoff;
    return policy;
}

namespace detail {

Attempts::Attempts(const RetryPolicy& policy) : policy_(policy) {
    if (!policy_.rate_limit.empty()) limiter_ = rate_limiter(policy_.rate_limit);
    const auto facts = session();
    limits_ = !facts || facts->limits;
}

bool Attempts::another(const TryAgain& failure) {
    limiter_.penalise();
    if (!limits_ || attempt_ >= policy_.attempts) return false;
    const auto wait = backoff_before(attempt_ + 1, policy_, random_share(), failure.after());
    if (!wait) return false;
    ++attempt_;
    std::this_thread::sleep_for(*wait);
    return true;
}

Attempts::~Attempts() {
    try {
        const auto facts = session();
        if (!facts) return;
        const auto [number, name] = test_of(*facts);
        runtime::append(
            facts->journal(),
            {"call",
             {{"test", number}, {"name", name}, {"rule", policy_.name}, {"retried", attempt_ > 1 ? "1" : "0"}}});
    } catch (const std::exception& problem) {
        // What was called is worth more than being counted.
        std::fprintf(stderr, "lockstep: a call is not counted: %s\n", problem.what());
    }
}

}  // namespace detail
}  // namespace v1
}  // namespace lockstep
