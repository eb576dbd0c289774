#include "launcher/test_run.hpp"

#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <system_error>
#include <thread>

#include "launcher/message.hpp"
#include "runtime/flat.hpp"

namespace lockstep::launcher {
namespace {

/// 0 to 1; from the kernel, because tests that began in the same moment must not pause for the same time.
double chance() {
    std::uint32_t bits = 0;
    if (::getrandom(&bits, sizeof bits, GRND_NONBLOCK) != sizeof bits) {
        bits = static_cast<std::uint32_t>(std::chrono::steady_clock::now().time_since_epoch().count() * ::getpid());
    }
    return static_cast<double>(bits) / 4294967296.0;
}

long long now_ns() {
    timespec time{};
    ::clock_gettime(CLOCK_REALTIME, &time);
    return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

const runtime::RetryRule* rule_of(const Context& context) {
    const auto position = context.kind().retry;
    return position && context.facts.limits ? &context.table.retries[*position] : nullptr;
}

/// "24 %"
std::string share_text(double share) {
    return std::to_string(std::lround(share * 100)) + " %";
}

}  // namespace

TestRun::TestRun(const Context& context)
    : context_(context),
      kind_(context.kind()),
      rule_(rule_of(context)),
      attempts_(rule_ != nullptr ? rule_->attempts : 1),
      patterns_(rule_ != nullptr ? rule_->on_output : std::vector<std::string>()),
      limits_(context.table, kind_, context.facts, "test " + context.options.name),
      stagger_(context.facts.folder, kind_) {
    if (rule_ != nullptr) giving_up_ = std::make_unique<GivingUp>(context.facts.folder, *rule_);
}

End TestRun::run() {
    for (int number = 1;; ++number) {
        const bool last = number >= attempts_;
        const auto waited = wait();
        if (last) announce();
        const auto began_ns = now_ns();
        const auto run = attempt(number);
        const auto& ended = run.ended;
        std::string reason;
        if (rule_ != nullptr && ended.error == 0 && ended.passed_on == 0) {
            reason = reason_to_retry(*rule_, kind_, run.outcome);
        }
        const bool retried = !last && !reason.empty();
        if (ended.error == 0) record(number, run, waited, began_ns, retried);
        if (!reason.empty()) limits_.penalise();
        limits_.give_back();
        if (!ended.left.empty()) {
            std::string processes;
            for (const auto& process : ended.left) processes += "\n  " + process;
            note("the test left processes behind, which are ended:" + processes);
        }
        if (!retried) return end_of(run);
        prepare_next(number, run, reason);
    }
}

double TestRun::wait() {
    const auto begin = std::chrono::steady_clock::now();
    if (giving_up_) giving_up_->wait_if_given_up();
    limits_.take();
    stagger_.wait();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void TestRun::announce() const {
    if (!kind_.announce) return;
    const auto line = std::string(runtime::begin_line) + "\n";
    write_all(STDOUT_FILENO, line.data(), line.size());
}

AttemptRun TestRun::attempt(int number) {
    const bool last = number >= attempts_;
    AttemptOptions options;
    options.number = number;
    options.withhold = kind_.judged_by_output && !last;
    options.started = [this] { stagger_.started(); };
    if (!last) options.timeout = kind_.timeout;
    options.variables = {{"LOCKSTEP_ATTEMPT", std::to_string(number)}, {"LOCKSTEP_HELD_PLACES", limits_.held_places()}};
    return run_attempt(context_, patterns_, options);
}

End TestRun::end_of(const AttemptRun& run) const {
    if (!run.withheld.empty()) pass_on_withheld(run.withheld);
    const auto& ended = run.ended;
    End end;
    end.interrupted = ended.passed_on;
    if (ended.error != 0) {
        note("cannot start '" + context_.options.command.front() +
             "': " + std::generic_category().message(ended.error));
        end.status = failure_status(kind_, status_of_unstarted(ended.error));
    } else if (ended.timed_out) {
        // A signal, which CTest takes for a failure whatever the test's properties are.
        note("the test was ended at its time-out, after " + seconds_text(ended.seconds));
        end.signal = SIGTERM;
    } else if (WIFSIGNALED(ended.status)) {
        end.signal = WTERMSIG(ended.status);
    } else {
        end.status = WEXITSTATUS(ended.status);
    }
    return end;
}

void TestRun::record(int number, const AttemptRun& run, double waited, long long began_ns, bool retried) const {
    const auto& ended = run.ended;
    const auto& options = context_.options;
    runtime::JournalRecord attempt{"attempt",
                                   {{"test", options.test},
                                    {"name", options.name},
                                    {"attempt", std::to_string(number)},
                                    {"attempts", std::to_string(attempts_)},
                                    {"worker", context_.values.worker},
                                    {"began_ns", std::to_string(began_ns)},
                                    {"seconds", runtime::number_text(ended.seconds)}}};
    const bool by_signal = WIFSIGNALED(ended.status);
    attempt.fields.emplace_back(by_signal ? "signal" : "status",
                                std::to_string(by_signal ? WTERMSIG(ended.status) : WEXITSTATUS(ended.status)));
    attempt.fields.insert(attempt.fields.end(), {{"user_seconds", runtime::number_text(ended.user_seconds)},
                                                 {"system_seconds", runtime::number_text(ended.system_seconds)},
                                                 {"peak_bytes", std::to_string(ended.peak_bytes)},
                                                 {"waited_seconds", runtime::number_text(waited)},
                                                 {"timed_out", ended.timed_out ? "1" : "0"},
                                                 {"retried", retried ? "1" : "0"},
                                                 {"rule", rule_ != nullptr ? rule_->name : ""}});
    try {
        context_.note_in_journal(attempt);
        if (ended.left.empty()) return;
        runtime::JournalRecord left{"left", {{"test", options.test}, {"name", options.name}, {"processes", ""}}};
        for (const auto& process : ended.left) left.fields.back().second += process + "\n";
        context_.note_in_journal(left);
    } catch (const std::system_error& problem) {
        note(problem.what());  // measurements that are lost change no verdict
    }
}

void TestRun::prepare_next(int number, const AttemptRun& run, const std::string& reason) {
    if (giving_up_->count(context_.options.test)) {
        note("rule '" + rule_->name + "' gives up: more than " + share_text(rule_->give_up_after) + " of its " +
             std::to_string(rule_->tests) + " tests were retried in this session, so they now run one at a time");
    }
    const auto pause = pause_after(*rule_, number, chance());
    auto text = "attempt " + std::to_string(number) + " of " + std::to_string(attempts_) + " ended with " + reason +
                "; rule '" + rule_->name + "' repeats it in " +
                seconds_text(std::chrono::duration<double>(pause).count());
    if (!run.withheld.empty()) text += "; its output is in " + run.withheld;
    note(text);
    std::this_thread::sleep_for(pause);
}

}  // namespace lockstep::launcher
