// The rate limiter of lockstep/limits.hpp.
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "lockstep/limits.hpp"
#include "runtime/limit_file.hpp"
#include "runtime/limiter.hpp"
#include "runtime/names.hpp"
#include "runtime/places.hpp"
#include "session.hpp"

namespace lockstep {
inline namespace v1 {

struct RateLimiter::Limit {
    std::string path;
    runtime::Rate rate;
    int max_concurrent = 0;
    bool held = false;  ///< this test was launched with a place of it
};

namespace {

/// LOCKSTEP_HELD_PLACES: names in the form of file names, parted by commas.
bool holds_place(const std::string& file_name) {
    return ("," + runtime::environment("LOCKSTEP_HELD_PLACES") + ",").find("," + file_name + ",") != std::string::npos;
}

/// One for all processes of a test, and another for each test.
std::string owner() {
    std::string result;
    for (const char* name : {"LOCKSTEP_SESSION", "LOCKSTEP_TEST", "LOCKSTEP_TEMP_DIR"})
        result += runtime::environment(name) + '\n';
    return result + std::to_string(::getpgrp());
}

template <typename Limit>
std::optional<runtime::Place> take_place(const Limit& limit, const runtime::Deadline& deadline) {
    const auto test = runtime::environment("LOCKSTEP_TEST");
    if (!limit.held) return runtime::take_place(limit.path, limit.max_concurrent, test, deadline);
    // Whichever comes first, the launcher's place or another: where launchers hold all of them, another never comes.
    constexpr std::chrono::milliseconds look_again{5};
    const auto holder = owner();
    while (true) {
        if (auto place = runtime::use_held_place(limit.path, holder)) return place;
        auto soon = std::chrono::steady_clock::now() + look_again;
        if (deadline) soon = std::min(soon, *deadline);
        if (auto place = runtime::take_place(limit.path, limit.max_concurrent, test, soon)) return place;
        if (runtime::passed(deadline)) return std::nullopt;
    }
}

}  // namespace

RateLimiter rate_limiter(std::string_view name) {
    const auto facts = detail::session();
    if (!facts || !facts->limits) return {};
    const auto table = detail::launch_table(*facts);
    const auto& entry = detail::entry(table->rate_limits, "rate_limit", name);
    RateLimiter::Limit limit;
    limit.path = runtime::limit_file(entry, facts->state);
    limit.rate = {entry.per_second, entry.burst, entry.adapt};
    limit.max_concurrent = entry.max_concurrent;
    limit.held = holds_place(runtime::file_name_of(name));
    return RateLimiter(std::make_shared<const RateLimiter::Limit>(std::move(limit)));
}

std::optional<Permit> RateLimiter::try_acquire_for(std::chrono::nanoseconds patience) const {
    return within(patience);
}

std::optional<Permit> RateLimiter::within(std::optional<std::chrono::nanoseconds> patience) const {
    if (!limit_) return Permit({}, {});
    const auto came = std::chrono::steady_clock::now();
    const auto deadline = runtime::after(patience);
    std::shared_ptr<void> held;
    if (limit_->max_concurrent > 0) {
        auto place = take_place(*limit_, deadline);
        if (!place) return std::nullopt;
        held = std::make_shared<runtime::Place>(std::move(*place));
    }
    if (!runtime::Limiter(limit_->path).acquire(limit_->rate, deadline)) return std::nullopt;
    return Permit(std::move(held), std::chrono::steady_clock::now() - came);
}

Permit RateLimiter::acquire() const {
    auto permit = within({});
    return std::move(*permit);
}

void RateLimiter::penalise() const {
    if (limit_) runtime::Limiter(limit_->path).penalise(limit_->rate);
}

}  // namespace v1
}  // namespace lockstep
