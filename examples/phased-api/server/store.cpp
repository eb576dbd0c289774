#include "server/store.hpp"

#include <SQLiteCpp/Statement.h>

namespace phased_api {
namespace {

// Long enough for a clean-up that drops everything while the server writes.
constexpr int busy_timeout_ms = 5000;

// Compares text as it is: LIKE would take '_' and '%' in a prefix for wildcards.
constexpr const char* has_prefix = "substr(key, 1, length(?1)) = ?1";

}  // namespace

Store::Store(const std::filesystem::path& file)
    : database_(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, busy_timeout_ms) {
    // Test data need not survive a power cut, so nothing waits for the disk.
    database_.exec("PRAGMA journal_mode = WAL");
    database_.exec("PRAGMA synchronous = OFF");
    database_.exec("PRAGMA temp_store = MEMORY");
    database_.exec(
        "CREATE TABLE IF NOT EXISTS record"
        "(key TEXT PRIMARY KEY, value TEXT NOT NULL, revision INTEGER NOT NULL) WITHOUT ROWID");
    database_.exec("CREATE TABLE IF NOT EXISTS property(test TEXT PRIMARY KEY, iterations INTEGER NOT NULL)");
}

bool Store::create(const std::string& key, const std::string& value) {
    const std::lock_guard lock(mutex_);
    SQLite::Statement statement(database_, "INSERT OR IGNORE INTO record VALUES (?1, ?2, 1)");
    statement.bind(1, key);
    statement.bind(2, value);
    return statement.exec() == 1;
}

std::optional<Record> Store::read(const std::string& key) {
    const std::lock_guard lock(mutex_);
    SQLite::Statement statement(database_, "SELECT value, revision FROM record WHERE key = ?1");
    statement.bind(1, key);
    if (!statement.executeStep()) return std::nullopt;
    return Record{statement.getColumn(0).getString(), statement.getColumn(1).getInt64()};
}

Update Store::update(const std::string& key, const std::string& value, std::optional<std::int64_t> expected) {
    const std::lock_guard lock(mutex_);
    SQLite::Statement change(database_,
                             "UPDATE record SET value = ?2, revision = revision + 1 "
                             "WHERE key = ?1 AND (?3 IS NULL OR revision = ?3)");
    change.bind(1, key);
    change.bind(2, value);
    if (expected) change.bind(3, *expected);
    if (change.exec() == 1) return Update::done;

    SQLite::Statement look(database_, "SELECT 1 FROM record WHERE key = ?1");
    look.bind(1, key);
    return look.executeStep() ? Update::stale : Update::missing;
}

bool Store::remove(const std::string& key) {
    const std::lock_guard lock(mutex_);
    SQLite::Statement statement(database_, "DELETE FROM record WHERE key = ?1");
    statement.bind(1, key);
    return statement.exec() == 1;
}

std::vector<std::string> Store::keys(const std::string& prefix) {
    const std::lock_guard lock(mutex_);
    SQLite::Statement statement(database_, std::string("SELECT key FROM record WHERE ") + has_prefix + " ORDER BY key");
    statement.bind(1, prefix);
    std::vector<std::string> found;
    while (statement.executeStep()) found.push_back(statement.getColumn(0).getString());
    return found;
}

int Store::remove_all(const std::string& prefix) {
    const std::lock_guard lock(mutex_);
    SQLite::Statement statement(database_, std::string("DELETE FROM record WHERE ") + has_prefix);
    statement.bind(1, prefix);
    return statement.exec();
}

void Store::set_property_iterations(const std::string& test, std::int64_t count) {
    const std::lock_guard lock(mutex_);
    SQLite::Statement statement(database_, "INSERT OR REPLACE INTO property VALUES (?1, ?2)");
    statement.bind(1, test);
    statement.bind(2, count);
    statement.exec();
}

std::int64_t Store::property_iterations() {
    const std::lock_guard lock(mutex_);
    return database_.execAndGet("SELECT ifnull(sum(iterations), 0) FROM property").getInt64();
}

}  // namespace phased_api
