#include "launcher/batch_queue.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace lockstep::launcher {
namespace {

constexpr std::size_t few = 32;

}  // namespace

BatchQueue::BatchQueue(const runtime::Batch& batch, std::vector<std::size_t> positions)
    : batch_(batch), left_(std::move(positions)), cases_(left_.size()) {}

const std::vector<std::size_t>& BatchQueue::next() {
    if (!left_.empty()) {
        // Alone each process is of use: so many more there may be. Many that are left are not run alone for that.
        const auto all = left_.size() + doubtful_.size();
        const bool scarce = all <= few && processes_ + all > cases_;
        if (try_alone_ || all_alone_ || scarce) {
            running_ = {first_of(next_suite_)};
        } else {
            running_ = left_;
        }
    } else if (!doubtful_.empty()) {
        running_ = {doubtful_.front()};
    } else {
        running_.clear();
    }
    return running_;
}

std::vector<std::size_t> BatchQueue::ended(const CaseWatch::Outcome& outcome) {
    const bool alone = running_.size() == 1, useful = !outcome.settled.empty() || !outcome.doubtful.empty();
    const bool tried_after_useless = std::exchange(after_useless_, false) && alone;
    try_alone_ = false;
    next_suite_ = outcome.suite;
    ++processes_;
    remove(outcome.settled);
    if (useful) {
        given_up_ = 0;
        if (tried_after_useless) all_alone_ = true;
        // One that is alone already has nobody to take for itself.
        remove(outcome.doubtful);
        if (!alone) doubtful_.insert(doubtful_.end(), outcome.doubtful.begin(), outcome.doubtful.end());
        try_alone_ = !next_suite_.empty();
        return alone ? outcome.doubtful : std::vector<std::size_t>();
    }
    if (alone) return give_up();
    try_alone_ = after_useless_ = true;
    return {};
}

/// What did not begin alone, and its suite; after a second one in a row everything.
std::vector<std::size_t> BatchQueue::give_up() {
    std::vector<std::size_t> given_up = running_;
    const bool all = ++given_up_ >= 2;
    const auto suite = suite_of(batch_.cases[running_.front()].filter);
    for (const auto one : left_) {
        if (one != running_.front() && (all || suite_of(batch_.cases[one].filter) == suite)) given_up.push_back(one);
    }
    next_suite_.clear();
    remove(given_up);
    return given_up;
}

std::vector<std::size_t> BatchQueue::left() const {
    auto all = left_;
    all.insert(all.end(), doubtful_.begin(), doubtful_.end());
    return all;
}

std::size_t BatchQueue::first_of(const std::string& suite) const {
    for (const auto one : left_) {
        if (!suite.empty() && suite_of(batch_.cases[one].filter) == suite) return one;
    }
    return left_.front();
}

void BatchQueue::remove(const std::vector<std::size_t>& positions) {
    if (positions.empty()) return;
    const std::unordered_set<std::size_t> gone(positions.begin(), positions.end());
    const auto is_gone = [&](std::size_t one) { return gone.count(one) != 0; };
    left_.erase(std::remove_if(left_.begin(), left_.end(), is_gone), left_.end());
    doubtful_.erase(std::remove_if(doubtful_.begin(), doubtful_.end(), is_gone), doubtful_.end());
}

}  // namespace lockstep::launcher
