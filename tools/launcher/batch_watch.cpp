#include "launcher/batch_watch.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <utility>

#include "launcher/message.hpp"

namespace lockstep::launcher {
namespace {

using Kind = Line::Kind;
using Seconds = std::chrono::duration<double>;

constexpr std::size_t longest_reason = 500;

Verdict verdict_of(Kind kind) {
    if (kind == Kind::ok) return Verdict::passed;
    return kind == Kind::failed ? Verdict::failed : Verdict::skipped;
}

/// What we measured, unless GoogleTest, which counts whole milliseconds, knows better: output may reach us late.
double seconds_of(Seconds measured, std::optional<long long> milliseconds) {
    if (!milliseconds) return measured.count();
    const auto least = static_cast<double>(*milliseconds) / 1000;
    return std::clamp(measured.count(), least, least + 0.001);
}

Verdict verdict_of(const ProcessEnd& end) {
    if (end.timed_out) return Verdict::timed_out;
    return end.parent_killed || WIFSIGNALED(end.status) ? Verdict::crashed : Verdict::exited;
}

std::string detail_of(const ProcessEnd& end) {
    if (end.parent_killed) return "it killed the process group of its parent";
    return status_text(end.status);
}

std::string timeout_text(std::int64_t nanoseconds) {
    return "time-out of " + seconds_text(static_cast<double>(nanoseconds) / 1e9);
}

std::string trimmed(const std::string& text) {
    const auto begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string::npos) return "";
    return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

}  // namespace

std::string_view text_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::passed:
            return "passed";
        case Verdict::failed:
            return "failed";
        case Verdict::skipped:
            return "skipped";
        case Verdict::crashed:
            return "crashed";
        case Verdict::timed_out:
            return "timed_out";
        case Verdict::exited:
            return "exited";
        case Verdict::not_run:
            return "not_run";
    }
    return "";
}

CaseWatch::CaseWatch(const runtime::Batch& batch, const std::vector<std::size_t>& asked, std::uint64_t position,
                     Time now)
    : batch_(batch),
      asked_(asked),
      first_byte_(position),
      lines_(position, [this](const Line& line) { on(line); }),
      now_(now),
      idle_since_(now) {
    for (const auto one : asked_) {
        positions_.emplace(batch_.cases[one].filter, one);
        cases_.emplace(one, Case());
    }
}

void CaseWatch::take(std::string_view piece, Time now) {
    now_ = now;
    lines_.take(piece);
}

std::vector<CaseResult> CaseWatch::take_results() {
    return std::exchange(results_, {});
}

std::optional<CaseWatch::Time> CaseWatch::deadline() const {
    std::int64_t timeout = 0;
    auto since = idle_since_;
    if (current_) {
        timeout = batch_.cases[current_->position].timeout_ns;
        since = current_->has_result ? current_->ended : current_->began;
    } else {
        for (const auto one : asked_) {
            const auto own = batch_.cases[one].timeout_ns;
            if (own == 0) return std::nullopt;
            timeout = std::max(timeout, own);
        }
    }
    if (timeout == 0 || !listening_) return std::nullopt;
    return since + std::chrono::nanoseconds(timeout);
}

void CaseWatch::on(const Line& line) {
    if (!listening_) return;
    switch (line.kind) {
        case Kind::run:
            return on_run(line);
        case Kind::ok:
        case Kind::failed:
        case Kind::skipped:
            return on_result(line);
        case Kind::program_begin:
            if (running_.empty() && !any_begun_) {
                running_ = line.text;
            } else {
                imitated_ = true;
                imitation_began_it_ = false;
            }
            return;
        case Kind::program_end:
            if (imitated_) {
                imitated_ = imitation_began_it_ = false;
            } else if (!current_ || current_->has_result) {
                program_ended_ = true;
            }
            return;
        case Kind::suite_begin:
            if (!imitated_ && (!current_ || current_->has_result)) suite_ = line.text;
            return;
        case Kind::suite_end:
            return;
        case Kind::plain:
            return on_plain(line);
    }
}

void CaseWatch::on_run(const Line& line) {
    if (current_ && line.text == batch_.cases[current_->position].filter) {
        current_->has_result = false;
        imitated_ = imitation_began_it_ = true;
        return;
    }
    if (imitated_ || (current_ && !current_->has_result)) return;
    const auto found = positions_.find(line.text);
    if (found == positions_.end()) {
        stranger_ = line.text;
    } else if (!cases_[found->second].begun) {
        stand();
        begin(found->second, line);
    }
}

void CaseWatch::begin(std::size_t position, const Line& line) {
    cases_[position].begun = any_begun_ = true;
    program_ended_ = false;
    suite_.clear();
    stranger_.clear();
    current_.emplace();
    current_->position = position;
    current_->began = now_;
    current_->result.position = position;
    current_->result.begin = line.begin;
}

bool CaseWatch::names(const Line& line, std::string_view filter) const {
    if (line.text.substr(0, filter.size()) != filter) return false;
    const auto rest = line.text.substr(filter.size());
    return rest.empty() || (line.kind == Kind::failed && rest.substr(0, 8) == ", where ");
}

void CaseWatch::on_result(const Line& line) {
    constexpr std::string_view of_suite = ": SetUpTestSuite or TearDownTestSuite";
    if (program_ended_ && line.kind == Kind::failed && line.text.size() > of_suite.size() &&
        line.text.substr(line.text.size() - of_suite.size()) == of_suite) {
        failed_suites_.emplace_back(line.text.substr(0, line.text.size() - of_suite.size()));
        any_failed_ = true;
        return;
    }
    if (current_ && names(line, batch_.cases[current_->position].filter)) {
        if (current_->has_result) {
            // The program's own list of what failed, at its end, has no times.
            if (line.milliseconds) set_result(line);
        } else if (imitation_began_it_) {
            imitation_began_it_ = false;
        } else {
            set_result(line);
        }
        return;
    }
    if (imitated_) return;
    if (!stranger_.empty() && names(line, stranger_)) {
        any_failed_ = any_failed_ || line.kind == Kind::failed;
        stranger_.clear();
        idle_since_ = now_;
        return;
    }
    if (!line.milliseconds) return;
    for (std::size_t i = done_.size(); i > 0; --i) {
        if (names(line, batch_.cases[done_[i - 1].position].filter)) return doubt(i - 1, line);
    }
}

void CaseWatch::set_result(const Line& line) {
    auto& result = current_->result;
    result.verdict = verdict_of(line.kind);
    result.seconds = seconds_of(now_ - current_->began, line.milliseconds);
    result.end = line.end;
    result.detail = line.kind == Kind::skipped ? trimmed(current_->skip_reason) : "";
    current_->has_result = true;
    current_->ended = now_;
    current_->in_skip_reason = false;
    imitated_ = program_ended_ = false;
    suite_.clear();
}

/// GoogleTest prints "FILE:LINE: Skipped" and then the reason.
void CaseWatch::on_plain(const Line& line) {
    if (!current_ || current_->has_result) return;
    constexpr std::string_view skipped = ": Skipped";
    const bool begins =
        line.text.size() > skipped.size() && line.text.substr(line.text.size() - skipped.size()) == skipped;
    if (begins) {
        current_->skip_reason.clear();
        current_->in_skip_reason = true;
    } else if (current_->in_skip_reason && current_->skip_reason.size() < longest_reason) {
        current_->skip_reason += line.text.substr(0, longest_reason);
        current_->skip_reason += '\n';
    }
}

/// The result of the current case will not change any more.
void CaseWatch::stand() {
    if (!current_) return;
    any_failed_ = any_failed_ || current_->result.verdict == Verdict::failed;
    done_.push_back(current_->result);
    results_.push_back(current_->result);
    current_.reset();
    idle_since_ = now_;
}

void CaseWatch::doubt(std::size_t first_done, const Line& line) {
    if (current_) {
        if (!current_->has_result) current_->result.end = line.end;
        stand();
    }
    // Whose failure it is that the program's status tells of is not known now.
    any_failed_ = true;
    for (std::size_t i = first_done; i < done_.size(); ++i) {
        auto withdrawn = done_[i];
        cases_[withdrawn.position].doubtful = true;
        withdrawn.verdict = Verdict::not_run;
        withdrawn.detail = "lines of other cases were printed, so it has to run alone";
        results_.push_back(std::move(withdrawn));
    }
    done_.resize(first_done);
}

bool CaseWatch::was_asked_and_has_not_begun(std::string_view suite) const {
    return std::any_of(asked_.begin(), asked_.end(), [&](std::size_t one) {
        return !cases_.at(one).begun && suite_of(batch_.cases[one].filter) == suite;
    });
}

std::string CaseWatch::reason_of(const ProcessEnd& end) const {
    if (end.interrupted != 0) return "interrupted by signal " + std::to_string(end.interrupted);
    if (end.timed_out) return "no case had begun when the longest time-out of its cases was over";
    if (running_.substr(0, 16) == "Running 0 tests ") return "the program has no case of that name";
    return detail_of(end) + " before its first case";
}

/// Whether the result of the current case stands although the process has ended.
bool CaseWatch::is_over(const ProcessEnd& end, Outcome& outcome) const {
    if (end.interrupted != 0) return true;
    if (!suite_.empty() && suite_ != suite_of(batch_.cases[current_->position].filter) &&
        was_asked_and_has_not_begun(suite_)) {
        outcome.suite = suite_;
        return true;
    }
    if (!stranger_.empty()) return true;
    if (end.timed_out || end.parent_killed || WIFSIGNALED(end.status) || !program_ended_) return false;
    return WEXITSTATUS(end.status) == 0 || any_failed_ || current_->result.verdict == Verdict::failed;
}

void CaseWatch::end_current(const ProcessEnd& end, Outcome& outcome) {
    auto& result = current_->result;
    if (current_->has_result && is_over(end, outcome)) return stand();
    const auto timeout = batch_.cases[current_->position].timeout_ns;
    result.detail = end.timed_out ? timeout_text(timeout) : detail_of(end);
    if (end.interrupted != 0) {
        result.verdict = Verdict::not_run;
        result.detail = "interrupted by signal " + std::to_string(end.interrupted);
    } else {
        result.verdict = verdict_of(end);
        if (current_->has_result) {
            result.detail += program_ended_ ? ", after the last case" : ", after its result";
        } else if (result.verdict == Verdict::exited) {
            result.detail += " before its end";
        }
    }
    if (!current_->has_result) result.seconds = Seconds(now_ - current_->began).count();
    result.end = lines_.position();
    stand();
}

/// What GTEST_SKIP() in the set-up of an environment does: not one case begins, and the program succeeds.
void CaseWatch::skip_all() {
    for (const auto one : asked_) {
        done_.push_back({one, Verdict::skipped, 0, "skipped by the program's global set-up", first_byte_, first_byte_});
    }
    results_ = done_;
}

/// The current one's, if it has one, included.
std::vector<CaseResult*> CaseWatch::results_of_all() {
    std::vector<CaseResult*> all;
    for (auto& result : done_) all.push_back(&result);
    if (current_ && current_->has_result) all.push_back(&current_->result);
    return all;
}

void CaseWatch::revise(CaseResult& result, Verdict verdict, std::string detail) {
    result.verdict = verdict;
    result.detail = std::move(detail);
    any_failed_ = true;
    // The current one's is passed on when it stands.
    if (!current_ || &result != &current_->result) results_.push_back(result);
}

/// GoogleTest reports what it does not run for a set-up that failed as skipped, without a reason.
void CaseWatch::blame_failed_set_ups(const ProcessEnd& end) {
    const auto unrun = [](const CaseResult* result) {
        return result->verdict == Verdict::skipped && result->detail.empty();
    };
    const auto all = results_of_all();
    for (const auto& suite : failed_suites_) {
        CaseResult* last = nullptr;
        bool any_unrun = false;
        for (auto* result : all) {
            if (suite_of(batch_.cases[result->position].filter) != suite) continue;
            last = result;
            if (!unrun(result)) continue;
            revise(*result, Verdict::not_run, "the set-up of its suite failed");
            any_unrun = true;
        }
        if (last != nullptr && !any_unrun && is_good(last->verdict)) {
            revise(*last, Verdict::failed, "the set-up or tear-down of its suite failed");
        }
    }
    if (any_failed_ || !program_ended_ || !WIFEXITED(end.status) || WEXITSTATUS(end.status) == 0) return;
    if (!std::all_of(all.begin(), all.end(), unrun)) return;
    for (auto* result : all) revise(*result, Verdict::not_run, "the program's global set-up failed");
}

CaseWatch::Outcome CaseWatch::finish(const ProcessEnd& end, Time now) {
    now_ = now;
    Outcome outcome;
    const auto all = std::to_string(asked_.size()) + (asked_.size() == 1 ? " test " : " tests ");
    blame_failed_set_ups(end);
    if (current_) {
        end_current(end, outcome);
    } else if (!any_begun_ && end.status == 0 && !end.timed_out && !end.parent_killed && end.interrupted == 0 &&
               program_ended_ && running_.substr(0, 8 + all.size()) == "Running " + all) {
        skip_all();
    } else if (!any_begun_) {
        outcome.suite = was_asked_and_has_not_begun(suite_) ? suite_ : "";
        outcome.reason = reason_of(end);
    }
    for (const auto& one : done_) outcome.settled.push_back(one.position);
    for (const auto one : asked_) {
        if (cases_.at(one).doubtful) outcome.doubtful.push_back(one);
    }
    return outcome;
}

}  // namespace lockstep::launcher
