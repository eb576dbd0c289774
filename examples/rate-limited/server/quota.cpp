#include "server/quota.hpp"

namespace dispatch {

Admission Quota::enter(const std::string& client) {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    while (!last_second_.empty() && last_second_.front() <= now - std::chrono::seconds(1)) last_second_.pop_front();

    Admission admission{Verdict::served, in_flight_ + 1};
    if (busy_once_.erase(client) != 0) {
        admission.verdict = Verdict::busy;
    } else if (in_flight_ == at_once_) {
        admission.verdict = Verdict::too_many;
    } else if (last_second_.size() == static_cast<std::size_t>(per_second_)) {
        admission.verdict = Verdict::too_fast;
    } else {
        ++in_flight_;
        last_second_.push_back(now);
    }
    return admission;
}

void Quota::leave() {
    const std::lock_guard lock(mutex_);
    --in_flight_;
}

}  // namespace dispatch
