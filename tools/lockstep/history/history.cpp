#include "history/history.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>
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

/// The session's number: its own if it was recorded before, after what it said then was taken back.
std::int64_t begin_session(Store& store, const SessionRecord& session) {
    auto& find = with(store.statement("SELECT number FROM sessions WHERE id = ?"), session.id);
    if (!find.executeStep()) {
        with(store.statement("INSERT INTO sessions (id, opened_ns, ended_ns, jobs, complete) VALUES (?, ?, ?, ?, ?)"),
             session.id, session.opened_ns, session.ended_ns, session.jobs, static_cast<int>(session.complete))
            .exec();
        const auto number = store.last_row();
        with(store.statement("DELETE FROM sessions WHERE number <= ?"), number - history::most_sessions).exec();
        return number;
    }
    const std::int64_t number = find.getColumn(0).getInt64();
    with(store.statement("UPDATE sessions SET opened_ns = ?, ended_ns = ?, jobs = ?, complete = ? WHERE number = ?"),
         session.opened_ns, session.ended_ns, session.jobs, static_cast<int>(session.complete), number)
        .exec();
    with(store.statement("UPDATE tests SET outcome = NULL WHERE session = ?"), number).exec();
    with(store.statement("DELETE FROM durations WHERE session = ?"), number).exec();
    return number;
}

/// The number of the test, which now has this verdict unless a session opened later has given it one.
std::int64_t record_verdict(Store& store, std::int64_t session, std::int64_t opened_ns, const TestRecord& result) {
    auto& find = with(store.statement("SELECT number, outcome IS NULL OR opened_ns <= ? FROM tests WHERE name = ?"),
                      opened_ns, result.name);
    if (!find.executeStep()) {
        with(store.statement("INSERT INTO tests (name, session, opened_ns, outcome, seconds, fingerprint)"
                             " VALUES (?, ?, ?, ?, ?, ?)"),
             result.name, session, opened_ns, word_of(result.outcome), result.seconds, result.fingerprint)
            .exec();
        return store.last_row();
    }
    const std::int64_t number = find.getColumn(0).getInt64();
    if (find.getColumn(1).getInt() != 0) {
        with(store.statement("UPDATE tests SET session = ?, opened_ns = ?, outcome = ?, seconds = ?, fingerprint = ?"
                             " WHERE number = ?"),
             session, opened_ns, word_of(result.outcome), result.seconds, result.fingerprint, number)
            .exec();
    }
    return number;
}

void record_duration(Store& store, std::int64_t test, std::int64_t session, std::int64_t opened_ns, double seconds) {
    if (!std::isfinite(seconds)) return;
    with(store.statement("INSERT OR REPLACE INTO durations (test, opened_ns, session, seconds) VALUES (?, ?, ?, ?)"),
         test, opened_ns, session, seconds)
        .exec();
    with(store.statement("DELETE FROM durations WHERE test = ?1 AND (opened_ns, session) <="
                         " (SELECT opened_ns, session FROM durations WHERE test = ?1"
                         " ORDER BY opened_ns DESC, session DESC LIMIT 1 OFFSET ?2)"),
         test, history::runs_per_test)
        .exec();
}

void forget_oldest_tests(Store& store) {
    auto& newest = store.statement("SELECT max(number) FROM tests");
    newest.executeStep();
    const auto last_forgotten = newest.getColumn(0).getInt64() - history::most_tests;
    if (last_forgotten <= 0) return;
    with(store.statement("DELETE FROM tests WHERE number <= ?"), last_forgotten).exec();
    with(store.statement("DELETE FROM durations WHERE test <= ?"), last_forgotten).exec();
}

TestRecord verdict_at(SQLite::Statement& row) {
    return {.name = text_at(row, 0),
            .outcome = outcome_of(text_at(row, 1)),
            .seconds = row.getColumn(2).getDouble(),
            .fingerprint = text_at(row, 3)};
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

History::History(const std::string& path, const std::function<void(const std::string&)>& warn)
    : impl_(new Impl{Store(path, warn)}) {}
History::~History() = default;
History::History(History&&) noexcept = default;
History& History::operator=(History&&) noexcept = default;

void History::record(const SessionRecord& session, std::span<const TestRecord> results) {
    auto& store = impl_->store;
    store.write([&] {
        const auto number = begin_session(store, session);
        for (const auto& result : results) {
            const auto test = record_verdict(store, number, session.opened_ns, result);
            if (result.outcome == Outcome::passed) {
                record_duration(store, test, number, session.opened_ns, result.seconds);
            }
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

std::map<std::string, double, std::less<>> History::durations() const {
    auto& store = impl_->store;
    return store.read([&] {
        std::map<std::string, double, std::less<>> means;
        auto& rows = store.statement(
            "SELECT name, mean FROM tests JOIN (SELECT test, avg(seconds) AS mean FROM durations GROUP BY test)"
            " ON tests.number = test");
        while (rows.executeStep()) means.emplace(text_at(rows, 0), rows.getColumn(1).getDouble());
        return means;
    });
}

std::int64_t History::owe(const Debt& debt) {
    auto& store = impl_->store;
    return store.write([&] {
        const auto command = join_zeros(debt.command), environment = join_zeros(debt.environment);
        with(store.statement("INSERT INTO debts (session, kind, what, command, working_directory, environment)"
                             " VALUES (?, ?, ?, ?, ?, ?)"),
             debt.session, debt.kind, debt.what, Blob{command}, debt.working_directory, Blob{environment})
            .exec();
        return store.last_row();
    });
}

std::vector<Debt> History::debts() const {
    auto& store = impl_->store;
    return store.read([&] {
        std::vector<Debt> debts;
        auto& rows = store.statement(
            "SELECT id, session, kind, what, command, working_directory, environment FROM debts ORDER BY id");
        while (rows.executeStep()) {
            debts.push_back({.id = rows.getColumn(0).getInt64(),
                             .session = text_at(rows, 1),
                             .kind = text_at(rows, 2),
                             .what = text_at(rows, 3),
                             .command = split_zeros(text_at(rows, 4)),
                             .working_directory = text_at(rows, 5),
                             .environment = split_zeros(text_at(rows, 6))});
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
