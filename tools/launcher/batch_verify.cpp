// Cases that failed once more alone; and for those that pass then, which of the cases before them break them.
#include <algorithm>
#include <chrono>

#include "launcher/batch_minimise.hpp"
#include "launcher/batch_run.hpp"
#include "launcher/message.hpp"
#include "runtime/journal.hpp"

namespace lockstep::launcher {
namespace {

using Clock = std::chrono::steady_clock;
using Positions = std::vector<std::size_t>;

}  // namespace

void BatchRun::verify() {
    verify_until_ = Clock::now() + longest_verification;
    std::size_t left_out = 0;
    for (const auto& result : results_) {
        if (is_good(result.verdict) || result.verdict == Verdict::not_run) continue;
        Verified one;
        one.position = result.position;
        const bool alone = !fails(one.position, {});
        if (interrupted_ != 0) return;
        if (Clock::now() >= verify_until_) {
            ++left_out;
            continue;
        }
        one.passes_alone = alone;
        if (alone) verify(one, run_before(one.position));
        if (interrupted_ != 0) return;
        auto record = record_of(result);
        record.fields.emplace_back("alone", alone ? "passed" : "failed");
        for (const auto companion : one.companions) {
            record.fields.emplace_back("companion", batch_.cases[companion].name);
        }
        if (facts_) write_journal(runtime::to_text(record));
        verified_.push_back(std::move(one));
    }
    if (left_out == 0) return;
    lockstep::launcher::note(std::to_string(left_out) + " cases were not run alone: verification ended after " +
                             seconds_text(static_cast<double>(longest_verification.count())));
}

void BatchRun::verify(Verified& one, const Positions& before) {
    if (before.empty()) {
        one.remark = "it was the first in its process";
        return;
    }
    const bool again = fails(one.position, before);
    const auto may_go_on = [this] { return interrupted_ == 0 && Clock::now() < verify_until_; };
    if (!again) {
        one.remark = may_go_on() ? "once more after the same cases it passed too" : "there was no time to try more";
        return;
    }
    one.companions = minimised(
        before, [&](const Positions& set) { return fails(one.position, set); }, may_go_on);
    if (!may_go_on()) one.remark = "there was no time to look for fewer";
}

/// In a process of their own. Companions that keep it from being run break nothing.
bool BatchRun::fails(std::size_t position, Positions companions) {
    companions.push_back(position);
    const auto process = run_process_of(companions, false, verify_until_);
    if (process.run.error != 0 || interrupted_ != 0 || Clock::now() >= verify_until_) return false;
    const auto& settled = process.outcome.settled;
    if (std::find(settled.begin(), settled.end(), position) == settled.end()) return companions.size() == 1;
    bool failed = false;
    for (const auto& result : process.results) {
        if (result.position == position) failed = !is_good(result.verdict);
    }
    return failed;
}

/// Those that had their results before it in the process in which it ran last.
Positions BatchRun::run_before(std::size_t position) const {
    for (auto order = orders_.rbegin(); order != orders_.rend(); ++order) {
        const auto at = std::find(order->begin(), order->end(), position);
        if (at != order->end()) return {order->begin(), at};
    }
    return {};
}

}  // namespace lockstep::launcher
