// Private to history/: one SQLite file with our schema. Opens it, sets it aside if it cannot be ours or is damaged,
// gives transactions and prepared statements, and turns what SQLite says into sentences that name the file. Knows
// nothing of what the tables mean.
//
// The journal is SQLite's default, a rollback journal: WAL needs shared memory, which build trees on network file
// systems do not have. https://www.sqlite.org/wal.html
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>

namespace lockstep::history {

using Warn = std::function<void(const std::string&)>;

/// For use by one thread. Other processes may have the same file open.
class Store {
public:
    /// Waits for other processes up to `patience`: several ctests of one build tree may end at the same time.
    Store(const std::string& path, Warn warn, std::chrono::milliseconds patience = std::chrono::seconds(10));

    /// Calls `body` in a transaction that sees one state of the database.
    template <typename Body>
    auto read(Body body) {
        return guarded([&] { return in_transaction(SQLite::TransactionBehavior::DEFERRED, body); });
    }
    /// Calls `body` in a transaction that excludes other writers from its start, so it waits only there. What it did
    /// is on disk afterwards, or, where anything throws, undone.
    template <typename Body>
    auto write(Body body) {
        return guarded([&] { return in_transaction(SQLite::TransactionBehavior::IMMEDIATE, body); });
    }

    /// Prepared once, ready to be bound. `sql` must be a literal.
    SQLite::Statement& statement(const char* sql);
    [[nodiscard]] std::int64_t last_row() const { return database_->getLastInsertRowid(); }

private:
    void open();
    void close();
    void create_schema();
    [[nodiscard]] std::string foreign_because();
    void set_aside(const std::string& reason);
    void move_aside(const std::string& reason);
    void recover(const SQLite::Exception& error);
    [[noreturn]] void fail(const SQLite::Exception& error) const;
    [[nodiscard]] static bool is_damage(const SQLite::Exception& error);

    template <typename Body>
    auto in_transaction(SQLite::TransactionBehavior behavior, Body& body) {
        SQLite::Transaction transaction(*database_, behavior);
        if constexpr (std::is_void_v<decltype(body())>) {
            body();
            reset_statements();
            transaction.commit();
        } else {
            auto result = body();
            reset_statements();
            transaction.commit();
            return result;
        }
    }
    /// A statement that has not run to its end keeps the transaction from ending.
    void reset_statements();

    /// Damage that shows only on the way: set aside, and once more with a new database.
    template <typename Call>
    auto guarded(Call call) {
        try {
            return call();
        } catch (const SQLite::Exception& error) {
            reset_statements();
            recover(error);
        }
        try {
            return call();
        } catch (const SQLite::Exception& error) {
            reset_statements();
            fail(error);
        }
    }

    std::string path_;
    Warn warn_;
    std::chrono::milliseconds patience_;
    std::optional<std::pair<std::uint64_t, std::uint64_t>> opened_;  ///< device and inode of the file
    std::optional<SQLite::Database> database_;
    std::unordered_map<const char*, SQLite::Statement> statements_;  ///< after database_: they end first
};

}  // namespace lockstep::history
