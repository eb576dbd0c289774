#include "commands/session_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "commands/resolution.hpp"
#include "commands/times.hpp"
#include "schedule/names.hpp"

namespace lockstep {
namespace {

std::optional<Session> newest_session(const Layout& layout) {
    std::optional<Session> newest;
    for (auto& session : read_sessions(layout)) {
        if (session.ctest.pid == 0 || session.graph.empty() || !session.inside.empty()) continue;
        if (!newest || session.turn_ns > newest->turn_ns) newest = std::move(session);
    }
    return newest;
}

SessionState state_of(const Session& session) {
    if (session.ended) return SessionState::ended;
    return liveness(session) == Liveness::alive ? SessionState::running : SessionState::interrupted;
}

class Reporter {
public:
    Reporter(const Layout& layout, const RunTable& table, Session session, const LogReading& log,
             SessionJournal journal)
        : layout_(layout), table_(table), log_(log), journal_(std::move(journal)) {
        report_.state = state_of(session);
        report_.started_ns = start_time(layout, session);
        report_.waited_seconds = static_cast<double>(report_.started_ns - session.opened_ns) / 1e9;
        report_.session = std::move(session);
    }

    SessionReport report() {
        add_tests();
        add_generated();
        add_moments();
        add_journal();
        return std::move(report_);
    }

private:
    double since_start(std::int64_t at_ns) const { return static_cast<double>(at_ns - report_.started_ns) / 1e9; }
    const LogEntry* entry_of(std::size_t index) const { return log_.find(static_cast<std::uint32_t>(index)); }

    void add_tests() {
        for (const auto& phase : table_.phases) report_.phases.push_back({phase.name, {}, {}, {}, {}});
        for (std::size_t position = 0; position < table_.tests.size(); ++position) {
            const auto& test = table_.tests[position];
            auto& tally = test.phase ? report_.phases[*test.phase].tally : report_.free;
            ++tally.tests;
            if (const auto* entry = entry_of(position + 1)) {
                count(tally, test, *entry);
            } else {
                ++tally.absent;
            }
        }
        for (const auto& phase : report_.phases) report_.seconds += phase.tally.seconds;
        report_.seconds += report_.free.seconds;
    }

    void count(Tally& tally, const RunTable::Test& test, const LogEntry& entry) {
        const auto named = [&](const char* how) {
            return NamedTest{test.name, test.phase ? table_.phases[*test.phase].name : "", how};
        };
        switch (entry.verdict) {
            case LogVerdict::passed:
                ++tally.passed;
                break;
            case LogVerdict::skipped:
                ++tally.skipped;
                break;
            case LogVerdict::failed:
                ++tally.failed;
                report_.failed.push_back(named("failed"));
                break;
            case LogVerdict::unknown:
                ++tally.unclear;
                report_.failed.push_back(named("outcome unclear"));
                break;
            case LogVerdict::started:
                ++tally.unfinished;
                report_.not_run.push_back(named("not finished"));
                break;
            case LogVerdict::not_run:
                ++(test.disabled ? tally.disabled : tally.not_run);
                if (!test.disabled) report_.not_run.push_back(named("not run"));
                break;
        }
        tally.seconds += entry.seconds;
        if (entry.seconds > tally.longest_seconds) {
            tally.longest_seconds = entry.seconds;
            tally.longest = test.name;
        }
    }

    /// Its cases have been counted, and tell why it failed.
    bool explained(const RunTable::Batch& batch) const {
        return std::ranges::any_of(batch.cases, [&](std::size_t position) {
            const auto* entry = entry_of(position + 1);
            return entry == nullptr || (entry->verdict != LogVerdict::passed && entry->verdict != LogVerdict::skipped);
        });
    }

    /// Clean-ups and the rest of what Lockstep adds; checkpoints have a column of their own.
    void add_generated() {
        for (std::size_t g = 0; g < table_.generated.size(); ++g) {
            const auto& name = table_.generated[g];
            const auto index = table_.tests.size() + g + 1;
            const auto* entry = entry_of(index);
            if (const auto* batch = table_.batch_at(index); batch != nullptr && explained(*batch)) continue;
            if (entry == nullptr || name.starts_with(names::checkpoint(""))) continue;
            if (entry->verdict == LogVerdict::failed || entry->verdict == LogVerdict::unknown)
                report_.failed.push_back({name, "", "failed"});
        }
        for (std::size_t p = 0; p < table_.phases.size(); ++p) {
            const auto index = table_.generated_index(names::checkpoint(table_.phases[p].name));
            if (const auto* entry = index ? entry_of(*index) : nullptr) {
                if (entry->verdict == LogVerdict::passed) report_.phases[p].checkpoint = true;
                if (entry->verdict == LogVerdict::failed || entry->verdict == LogVerdict::unknown)
                    report_.phases[p].checkpoint = false;
            }
            for (const auto& verified :
                 read_verified(layout_, report_.session, p).value_or(std::vector<VerifiedNow>{})) {
                if (verified.passed) continue;
                report_.failed.push_back(
                    {fmt::format("verification '{}'", verified.name), table_.phases[p].name, "failed"});
            }
        }
    }

    void add_moments() {
        for (std::size_t p = 0; p < table_.phases.size(); ++p) {
            const auto time = read_checkpoint_time(layout_, report_.session, p);
            if (!time) continue;
            auto& phase = report_.phases[p];
            if (!phase.checkpoint) phase.checkpoint = time->passed;  // it has judged, and ctest has not logged it yet
            phase.ends = since_start(time->at_ns);
            report_.wall = std::max(report_.wall.value_or(0), *phase.ends);
        }
        for (std::size_t p = 0; p < table_.phases.size(); ++p) {
            auto& begins = report_.phases[p].begins;
            if (report_.phases[p].tally.started() == 0) continue;
            begins = 0;
            for (std::size_t q = 0; q < table_.phases.size(); ++q) {
                const auto& after = table_.phases[q].needed_by;
                if (q == p || !report_.phases[q].ends || std::ranges::find(after, p) == after.end()) continue;
                begins = std::max(*begins, *report_.phases[q].ends);
            }
        }
        if (const auto end = read_end_time(layout_, report_.session)) report_.wall = since_start(*end);
    }

    void add_journal() {
        for (const auto& [number, launched] : journal_.tests) {
            if (number == 0 || number > table_.tests.size()) continue;
            ++report_.launched;
            report_.limited_seconds += launched.waited_seconds;
            if (launched.attempts <= 1) continue;
            const auto& test = table_.tests[number - 1];
            const auto* entry = entry_of(number);
            report_.retried.push_back({test.name, test.phase ? table_.phases[*test.phase].name : "", launched.rule,
                                       launched.attempts, entry != nullptr && entry->verdict == LogVerdict::passed});
        }
        report_.calls = journal_.calls;
        report_.calls_retried = journal_.calls_retried;
        for (auto& data : journal_.data) {
            std::size_t number = 0;
            std::from_chars(data.test.data(), data.test.data() + data.test.size(), number);
            const auto name = table_.name_of(number);
            if (!name.empty()) data.test = name;
            report_.left.push_back(std::move(data));
        }
    }

    const Layout& layout_;
    const RunTable& table_;
    const LogReading& log_;
    SessionJournal journal_;
    SessionReport report_;
};

}  // namespace

std::optional<SessionReport> report_last_session(const Layout& layout) {
    auto session = newest_session(layout);
    if (!session) return std::nullopt;
    const auto table = read_run_table(layout, session->graph);
    const auto text = read_log(layout, *session);
    if (!table || !text) {
        throw Refusal(
            fmt::format("the {} of the last run cannot be read: what it did cannot be told", table ? "log" : "table"));
    }
    auto journal = read_journal(layout, *session);
    const auto log = read_session_log(layout, *table, *session, *text, journal);
    return Reporter(layout, *table, std::move(*session), log, std::move(journal)).report();
}

}  // namespace lockstep
