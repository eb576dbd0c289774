#include "launcher/limits.hpp"

#include <utility>

#include "runtime/limit_file.hpp"
#include "runtime/names.hpp"

namespace lockstep::launcher {

Limits::Limits(const runtime::LaunchTable& table, const runtime::LaunchKind& kind, const runtime::SessionFacts& facts,
               std::string text)
    : text_(std::move(text)) {
    if (!facts.limits) return;
    for (const auto position : kind.rate_limits) {
        const auto& limit = table.rate_limits[position];
        limits_.push_back({limit, runtime::limit_file(limit, facts.state)});
    }
}

void Limits::take() {
    for (const auto& limit : limits_) {
        if (limit.plan.max_concurrent == 0) continue;
        // Without a deadline there is always one.
        auto place = runtime::take_place(limit.path, limit.plan.max_concurrent, text_);
        if (place) places_.push_back(std::move(*place));
    }
    for (const auto& limit : limits_) {
        if (limit.plan.per_second > 0) static_cast<void>(runtime::Limiter(limit.path).acquire(rate_of(limit.plan)));
    }
}

void Limits::penalise() {
    for (const auto& limit : limits_) {
        if (limit.plan.adapt) runtime::Limiter(limit.path).penalise(rate_of(limit.plan));
    }
}

std::string Limits::held_places() const {
    std::string names;
    for (const auto& limit : limits_) {
        if (limit.plan.max_concurrent == 0) continue;
        if (!names.empty()) names += ',';
        names += runtime::file_name_of(limit.plan.name);
    }
    return names;
}

}  // namespace lockstep::launcher
