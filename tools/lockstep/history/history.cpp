#include "history/history.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "history/schema.hpp"
#include "history/store.hpp"

namespace lockstep {

struct History::Impl {
    history::Store store;
};

namespace {

using history::Store;

/// The database holds words, not numbers, so that the order of the enumeration means nothing.
constexpr std::array<std::pair<Outcome, const char*>, 6> outcome_words{{{Outcome::passed, "passed"},
                                                                        {Outcome::skipped, "skipped"},
                                                                        {Outcome::failed, "failed"},
                                                                        {Outcome::not_run, "not_run"},
                                                                        {Outcome::unknown, "unknown"},
                                                                        {Outcome::lost, "lost"}}};

const char* word_of(Outcome outcome) {
    for (const auto& [value, word] : outcome_words) {
        if (value == outcome) return word;
    }
    return "unknown";
}

Outcome outcome_of(std::string_view text) {
    for (const auto& [value, word] : outcome_words) {
        if (text == word) return value;
    }
    return Outcome::unknown;
}

struct Blob {
    const std::string& bytes;
};

/// Binds all values, in order. Texts are not copied, so they must live until the statement has run.
template <typename... Values>
SQLite::Statement& with(SQLite::Statement& statement, const Values&... values) {
    int index = 0;
    const auto bind_one = [&]<typename Value>(const Value& value) {
        ++index;
        if constexpr (std::is_same_v<Value, std::string>) {
            statement.bindNoCopy(index, value);
        } else if constexpr (std::is_same_v<Value, Blob>) {
            statement.bindNoCopy(index, value.bytes.data(), static_cast<int>(value.bytes.size()));
        } else {
            statement.bind(index, value);
        }
    };
    (bind_one(values), ...);
    return statement;
}

std::string text_at(SQLite::Statement& statement, int column) {
    return statement.getColumn(column).getString();
}

std::string join_zeros(const std::vector<std::string>& texts) {
    std::string joined;
    for (const auto& text : texts) joined.append(text.c_str(), text.size() + 1);
    return joined;
}

std::vector<std::string> split_zeros(std::string_view joined) {
    std::vector<std::string> texts;
    while (!joined.empty()) {
        const auto end = joined.find('\0');
        texts.emplace_back(joined.substr(0, end));
        joined.remove_prefix(std::min(joined.size(), end + 1));
    }
    return texts;
}

struct Counts {
    std::array<std::int64_t, all_outcomes.size()> by_outcome{};
    std::int64_t retried = 0, flaky = 0;
};

/// Of a name twice the last counts.
Counts count_tests(std::span<const TestRecord> results) {
    std::unordered_map<std::string_view, const TestRecord*> last;
    for (const auto& result : results) {
        if (!names_verification(result.name)) last.insert_or_assign(result.name, &result);
    }
    Counts counts;
    for (const auto& [name, result] : last) {
        ++counts.by_outcome.at(static_cast<std::size_t>(result->outcome));
        if (result->effort.attempts <= 1) continue;
        ++counts.retried;
        if (result->outcome == Outcome::passed) ++counts.flaky;
    }
    return counts;
}

/// The session's number: its own if it was recorded before, after what it said then was taken back.
std::int64_t begin_session(Store& store, const SessionRecord& session, const Counts& counts) {
    auto& find = with(store.statement("SELECT number FROM sessions WHERE id = ?"), session.id);
    const bool known = find.executeStep();
    std::int64_t number = known ? find.getColumn(0).getInt64() : 0;
    if (known) {
        with(store.statement("UPDATE tests SET outcome = NULL WHERE session = ?"), number).exec();
        with(store.statement("DELETE FROM runs WHERE session = ?"), number).exec();
    } else {
        with(store.statement("INSERT INTO sessions (id, opened_ns, ended_ns, jobs, complete) VALUES (?, 0, 0, 0, 0)"),
             session.id)
            .exec();
        number = store.last_row();
        with(store.statement("DELETE FROM sessions WHERE number <= ?"), number - history::most_sessions).exec();
    }
    const auto& tests = counts.by_outcome;
    with(store.statement("UPDATE sessions SET opened_ns = ?, ended_ns = ?, jobs = ?, complete = ?, passed = ?,"
                         " skipped = ?, failed = ?, not_run = ?, unknown = ?, lost = ?, retried = ?, flaky = ?"
                         " WHERE number = ?"),
         session.opened_ns, session.ended_ns, session.jobs, static_cast<int>(session.complete), tests[0], tests[1],
         tests[2], tests[3], tests[4], tests[5], counts.retried, counts.flaky, number)
        .exec();
    return number;
}

/// That nothing is known of the last run takes a pass away, and no failure.
bool gives_way_to_lost(Outcome known) {
    return known == Outcome::passed || known == Outcome::skipped || known == Outcome::lost;
}

/// The number of the test, which now has this verdict unless a session opened later has given it one.
std::int64_t record_verdict(Store& store, std::int64_t session, std::int64_t opened_ns, const TestRecord& result) {
    auto& find =
        with(store.statement("SELECT number, outcome IS NULL OR opened_ns <= ?, outcome FROM tests WHERE name = ?"),
             opened_ns, result.name);
    if (!find.executeStep()) {
        with(store.statement("INSERT INTO tests (name, session, opened_ns, outcome, seconds, fingerprint)"
                             " VALUES (?, ?, ?, ?, ?, ?)"),
             result.name, session, opened_ns, word_of(result.outcome), result.seconds, result.fingerprint)
            .exec();
        return store.last_row();
    }
    const std::int64_t number = find.getColumn(0).getInt64();
    const bool stands = result.outcome == Outcome::lost && !find.getColumn(2).isNull() &&
                        !gives_way_to_lost(outcome_of(text_at(find, 2)));
    if (find.getColumn(1).getInt() != 0 && !stands) {
        with(store.statement("UPDATE tests SET session = ?, opened_ns = ?, outcome = ?, seconds = ?, fingerprint = ?"
                             " WHERE number = ?"),
             session, opened_ns, word_of(result.outcome), result.seconds, result.fingerprint, number)
            .exec();
    }
    return number;
}

void record_run(Store& store, std::int64_t test, std::int64_t session, std::int64_t opened_ns,
                const TestRecord& result) {
    auto& insert =
        with(store.statement("INSERT OR REPLACE INTO runs (test, opened_ns, session, outcome, fingerprint, attempts,"
                             " cpu_seconds, peak_bytes, seconds) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
             test, opened_ns, session, word_of(result.outcome), result.fingerprint, result.effort.attempts,
             result.effort.cpu_seconds, static_cast<std::int64_t>(result.effort.peak_bytes), result.seconds);
    constexpr int seconds = 9;
    if (!std::isfinite(result.seconds)) insert.bind(seconds);
    insert.exec();
    // Older than the oldest that is kept of any outcome, and than the oldest that passed and is kept (or did not pass).
    with(store.statement("DELETE FROM runs WHERE test = ?1"
                         " AND (opened_ns, session) <= (SELECT opened_ns, session FROM runs WHERE test = ?1"
                         " ORDER BY opened_ns DESC, session DESC LIMIT 1 OFFSET ?2)"
                         " AND (outcome <> 'passed' OR (opened_ns, session) <="
                         " (SELECT opened_ns, session FROM runs WHERE test = ?1 AND outcome = 'passed'"
                         " ORDER BY opened_ns DESC, session DESC LIMIT 1 OFFSET ?2))"),
         test, history::runs_per_test)
        .exec();
}

void forget_oldest_tests(Store& store) {
    auto& newest = store.statement("SELECT max(number) FROM tests");
    newest.executeStep();
    const auto last_forgotten = newest.getColumn(0).getInt64() - history::most_tests;
    if (last_forgotten <= 0) return;
    with(store.statement("DELETE FROM tests WHERE number <= ?"), last_forgotten).exec();
    with(store.statement("DELETE FROM runs WHERE test <= ?"), last_forgotten).exec();
}

TestRecord verdict_at(SQLite::Statement& row) {
    return {.name = text_at(row, 0),
            .outcome = outcome_of(text_at(row, 1)),
            .seconds = row.getColumn(2).getDouble(),
            .fingerprint = text_at(row, 3)};
}

std::int64_t note_debt(Store& store, const Debt& debt) {
    const auto command = join_zeros(debt.command), environment = join_zeros(debt.environment);
    auto& known =
        with(store.statement("SELECT id FROM debts WHERE kind = ? AND what = ? AND record = ?"
                             " AND (session = ? OR (command = ? AND working_directory = ? AND environment = ?))"),
             debt.kind, debt.what, debt.record, debt.session, Blob{command}, debt.working_directory, Blob{environment});
    if (known.executeStep()) return known.getColumn(0).getInt64();
    with(store.statement("INSERT INTO debts (session, kind, what, record, command, working_directory, environment)"
                         " VALUES (?, ?, ?, ?, ?, ?, ?)"),
         debt.session, debt.kind, debt.what, debt.record, Blob{command}, debt.working_directory, Blob{environment})
        .exec();
    return store.last_row();
}

/// The numbers that no kept directory has, from 1 up.
class FreeNumbers {
public:
    explicit FreeNumbers(Store& store) {
        auto& extent = store.statement("SELECT (SELECT count(*) FROM kept), (SELECT max(number) FROM kept)");
        extent.executeStep();
        const auto count = extent.getColumn(0).getInt64();
        if (count == extent.getColumn(1).getInt64()) {
            next_ = count + 1;
            return;
        }
        auto& rows = store.statement("SELECT number FROM kept ORDER BY number");
        while (rows.executeStep()) taken_.push_back(rows.getColumn(0).getInt64());
    }
    std::int64_t next() {
        for (; skipped_ < taken_.size() && taken_[skipped_] == next_; ++skipped_) ++next_;
        return next_++;
    }

private:
    std::vector<std::int64_t> taken_;  ///< ascending; empty where there is no gap
    std::size_t skipped_ = 0;
    std::int64_t next_ = 1;
};

}  // namespace

bool names_verification(std::string_view recorded_name) {
    return recorded_name.find('\n') != std::string_view::npos;
}

History::History(const std::string& path, const std::function<void(const std::string&)>& warn)
    : impl_(new Impl{Store(path, warn)}) {}
History::~History() = default;
History::History(History&&) noexcept = default;
History& History::operator=(History&&) noexcept = default;

void History::record(const SessionRecord& session, std::span<const TestRecord> results) {
    auto& store = impl_->store;
    store.write([&] {
        const auto number = begin_session(store, session, count_tests(results));
        for (const auto& result : results) {
            const auto test = record_verdict(store, number, session.opened_ns, result);
            record_run(store, test, number, session.opened_ns, result);
        }
        forget_oldest_tests(store);
    });
}

std::map<std::string, TestRecord, std::less<>> History::last(std::span<const std::string> names) const {
    auto& store = impl_->store;
    return store.read([&] {
        std::map<std::string, TestRecord, std::less<>> verdicts;
        const auto add = [&](SQLite::Statement& row) {
            auto verdict = verdict_at(row);
            auto name = verdict.name;
            verdicts.insert_or_assign(std::move(name), std::move(verdict));
        };
        if (names.empty()) {
            auto& rows = store.statement(
                "SELECT name, outcome, seconds, fingerprint FROM tests WHERE outcome IS NOT NULL ORDER BY name");
            while (rows.executeStep()) add(rows);
        }
        for (const auto& name : names) {
            auto& row = with(store.statement("SELECT name, outcome, seconds, fingerprint FROM tests"
                                             " WHERE name = ? AND outcome IS NOT NULL"),
                             name);
            if (row.executeStep()) add(row);
        }
        return verdicts;
    });
}

std::optional<SessionRecord> History::session(std::string_view id) const {
    auto& store = impl_->store;
    return store.read([&]() -> std::optional<SessionRecord> {
        SessionRecord session{.id = std::string(id)};
        auto& row =
            with(store.statement("SELECT opened_ns, ended_ns, jobs, complete FROM sessions WHERE id = ?"), session.id);
        if (!row.executeStep()) return std::nullopt;
        session.opened_ns = row.getColumn(0).getInt64();
        session.ended_ns = row.getColumn(1).getInt64();
        session.jobs = row.getColumn(2).getInt();
        session.complete = row.getColumn(3).getInt() != 0;
        return session;
    });
}

std::vector<SessionSummary> History::sessions(std::size_t most) const {
    auto& store = impl_->store;
    return store.read([&] {
        std::vector<SessionSummary> sessions;
        auto& rows = with(store.statement("SELECT id, opened_ns, ended_ns, jobs, complete, passed, skipped, failed,"
                                          " not_run, unknown, lost, retried, flaky FROM sessions"
                                          " ORDER BY opened_ns DESC, number DESC LIMIT ?"),
                          static_cast<std::int64_t>(most));
        while (rows.executeStep()) {
            auto& summary = sessions.emplace_back();
            summary.session = {.id = text_at(rows, 0),
                               .opened_ns = rows.getColumn(1).getInt64(),
                               .ended_ns = rows.getColumn(2).getInt64(),
                               .jobs = rows.getColumn(3).getInt(),
                               .complete = rows.getColumn(4).getInt() != 0};
            int column = 5;
            for (const auto outcome : all_outcomes) {
                const auto count = rows.getColumn(column++).getInt64();
                if (count != 0) summary.tests.emplace(outcome, count);
            }
            summary.retried = rows.getColumn(column++).getInt64();
            summary.flaky = rows.getColumn(column).getInt64();
        }
        return sessions;
    });
}

std::vector<RunRecord> History::runs(const std::string& test) const {
    auto& store = impl_->store;
    return store.read([&] {
        std::vector<RunRecord> runs;
        auto& rows = with(store.statement("SELECT id, runs.opened_ns, runs.outcome, runs.seconds, runs.fingerprint,"
                                          " attempts, cpu_seconds, peak_bytes FROM tests JOIN runs"
                                          " ON tests.number = test LEFT JOIN sessions ON runs.session = sessions.number"
                                          " WHERE name = ?"
                                          " ORDER BY runs.opened_ns DESC, runs.session DESC"),
                          test);
        while (rows.executeStep()) {
            const auto seconds = rows.getColumn(3);
            runs.push_back({.session = text_at(rows, 0),
                            .opened_ns = rows.getColumn(1).getInt64(),
                            .outcome = outcome_of(text_at(rows, 2)),
                            .seconds = seconds.isNull() ? std::nullopt : std::optional(seconds.getDouble()),
                            .fingerprint = text_at(rows, 4),
                            .effort = {.attempts = rows.getColumn(5).getInt(),
                                       .cpu_seconds = rows.getColumn(6).getDouble(),
                                       .peak_bytes = static_cast<std::uint64_t>(rows.getColumn(7).getInt64())}});
        }
        return runs;
    });
}

std::vector<std::string> History::forget(std::span<const std::string> tests) {
    auto& store = impl_->store;
    return store.write([&] {
        std::vector<std::string> unknown;
        std::vector<std::int64_t> numbers;
        for (const auto& test : tests) {
            auto& row = with(store.statement("SELECT number FROM tests WHERE name = ?"), test);
            if (row.executeStep()) {
                numbers.push_back(row.getColumn(0).getInt64());
            } else {
                unknown.push_back(test);
            }
        }
        if (!unknown.empty()) return unknown;
        for (const auto number : numbers) {
            with(store.statement("DELETE FROM runs WHERE test = ?"), number).exec();
            with(store.statement("DELETE FROM tests WHERE number = ?"), number).exec();
        }
        return unknown;
    });
}

History::Forgotten History::forget_all(bool tests, bool debts) {
    auto& store = impl_->store;
    return store.write([&] {
        Forgotten forgotten;
        if (tests) {
            auto& count = store.statement("SELECT count(*), coalesce(sum(instr(name, char(10)) > 0), 0) FROM tests");
            count.executeStep();
            forgotten.verifications = count.getColumn(1).getInt64();
            forgotten.tests = count.getColumn(0).getInt64() - forgotten.verifications;
            forgotten.sessions = store.statement("DELETE FROM sessions").exec();
            store.statement("DELETE FROM runs").exec();
            store.statement("DELETE FROM tests").exec();
        }
        if (debts) forgotten.debts = store.statement("DELETE FROM debts").exec();
        return forgotten;
    });
}

std::map<std::string, double, std::less<>> History::durations() const {
    auto& store = impl_->store;
    return store.read([&] {
        std::map<std::string, double, std::less<>> means;
        auto& rows = store.statement(
            "SELECT name, mean FROM tests JOIN (SELECT test, avg(seconds) AS mean FROM runs"
            " WHERE outcome = 'passed' AND seconds IS NOT NULL GROUP BY test) ON tests.number = test");
        while (rows.executeStep()) means.emplace(text_at(rows, 0), rows.getColumn(1).getDouble());
        return means;
    });
}

std::int64_t History::owe(const Debt& debt) {
    auto& store = impl_->store;
    return store.write([&] { return note_debt(store, debt); });
}

void History::owe(std::span<const Debt> debts) {
    if (debts.empty()) return;
    auto& store = impl_->store;
    store.write([&] {
        for (const auto& debt : debts) note_debt(store, debt);
    });
}

std::vector<Debt> History::debts() const {
    auto& store = impl_->store;
    return store.read([&] {
        std::vector<Debt> debts;
        auto& rows = store.statement(
            "SELECT id, session, kind, what, command, working_directory, environment, record FROM debts ORDER BY id");
        while (rows.executeStep()) {
            debts.push_back({.id = rows.getColumn(0).getInt64(),
                             .session = text_at(rows, 1),
                             .kind = text_at(rows, 2),
                             .what = text_at(rows, 3),
                             .command = split_zeros(text_at(rows, 4)),
                             .working_directory = text_at(rows, 5),
                             .environment = split_zeros(text_at(rows, 6)),
                             .record = text_at(rows, 7)});
        }
        return debts;
    });
}

void History::paid(std::int64_t id) {
    auto& store = impl_->store;
    store.write([&] { with(store.statement("DELETE FROM debts WHERE id = ?"), id).exec(); });
}

std::int64_t History::keep(const std::string& test) {
    return keep(std::span(&test, 1)).front();
}

std::vector<std::int64_t> History::keep(std::span<const std::string> tests) {
    auto& store = impl_->store;
    return store.write([&] {
        FreeNumbers free(store);
        std::vector<std::int64_t> numbers;
        for (const auto& test : tests) {
            auto& known = with(store.statement("SELECT number FROM kept WHERE test = ?"), test);
            if (known.executeStep()) {
                numbers.push_back(known.getColumn(0).getInt64());
            } else {
                numbers.push_back(free.next());
                with(store.statement("INSERT INTO kept (test, number) VALUES (?, ?)"), test, numbers.back()).exec();
            }
        }
        return numbers;
    });
}

std::map<std::string, std::int64_t, std::less<>> History::kept() const {
    auto& store = impl_->store;
    return store.read([&] {
        std::map<std::string, std::int64_t, std::less<>> kept;
        auto& rows = store.statement("SELECT test, number FROM kept ORDER BY test");
        while (rows.executeStep()) kept.emplace_hint(kept.end(), text_at(rows, 0), rows.getColumn(1).getInt64());
        return kept;
    });
}

void History::forget_kept(const std::string& test) {
    forget_kept(std::span(&test, 1));
}

void History::forget_kept(std::span<const std::string> tests) {
    auto& store = impl_->store;
    store.write([&] {
        for (const auto& test : tests) with(store.statement("DELETE FROM kept WHERE test = ?"), test).exec();
    });
}

std::map<std::string, History::KnownHash, std::less<>> History::known_hashes() const {
    auto& store = impl_->store;
    return store.read([&] {
        std::map<std::string, KnownHash, std::less<>> hashes;
        auto& rows = store.statement("SELECT path, identity, hash FROM hashes ORDER BY path");
        while (rows.executeStep()) {
            KnownHash known{.path = text_at(rows, 0), .identity = text_at(rows, 1), .hash = text_at(rows, 2)};
            auto path = known.path;
            hashes.emplace_hint(hashes.end(), std::move(path), std::move(known));
        }
        return hashes;
    });
}

void History::remember_hashes(std::span<const KnownHash> hashes) {
    if (hashes.empty()) return;
    auto& store = impl_->store;
    store.write([&] {
        // Replacing gives a new number, so the smallest are what was hashed longest ago.
        for (const auto& known : hashes) {
            with(store.statement("INSERT OR REPLACE INTO hashes (path, identity, hash) VALUES (?, ?, ?)"), known.path,
                 known.identity, known.hash)
                .exec();
        }
        with(store.statement("DELETE FROM hashes WHERE number <= ?"), store.last_row() - history::most_hashes).exec();
    });
}

}  // namespace lockstep
