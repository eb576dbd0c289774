#include "catalogue/catalogue.hpp"

#include <SQLiteCpp/Statement.h>

namespace shop {
namespace {

constexpr int busy_timeout_ms = 5000;

}  // namespace

void Catalogue::make(const std::filesystem::path& file, const std::string& owner) {
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, busy_timeout_ms);
    database.exec("CREATE TABLE thing(name TEXT PRIMARY KEY, cents INTEGER NOT NULL)");
    database.exec("CREATE TABLE owner(name TEXT NOT NULL)");
    SQLite::Statement statement(database, "INSERT INTO owner VALUES (?1)");
    statement.bind(1, owner);
    statement.exec();
}

Catalogue::Catalogue(const std::filesystem::path& file)
    : database_(file.string(), SQLite::OPEN_READWRITE, busy_timeout_ms) {
    database_.exec("PRAGMA synchronous = OFF");  // test data need not survive a power cut
}

std::string Catalogue::owner() {
    return database_.execAndGet("SELECT group_concat(name) FROM owner").getString();
}

void Catalogue::clear() {
    database_.exec("DELETE FROM thing");
}

void Catalogue::offer(const std::string& thing, int cents) {
    SQLite::Statement statement(database_, "INSERT OR REPLACE INTO thing VALUES (?1, ?2)");
    statement.bind(1, thing);
    statement.bind(2, cents);
    statement.exec();
}

int Catalogue::count() {
    return database_.execAndGet("SELECT count(*) FROM thing").getInt();
}

int Catalogue::cents(const std::string& thing) {
    SQLite::Statement statement(database_, "SELECT cents FROM thing WHERE name = ?1");
    statement.bind(1, thing);
    statement.executeStep();
    return statement.getColumn(0).getInt();
}

}  // namespace shop
