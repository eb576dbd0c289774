#include "history/store.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>
#include <stdexcept>

#include "history/schema.hpp"
#include "os/files.hpp"

namespace lockstep::history {
namespace {

std::optional<std::pair<std::uint64_t, std::uint64_t>> place_of(const std::string& path) {
    const auto identity = os::identify(path);
    return identity ? std::optional(std::pair(identity->device, identity->inode)) : std::nullopt;
}

/// An absolute path, because SQLite takes one that begins with "file:" for a URI.
std::string without_uri(const std::string& path) {
    return std::filesystem::absolute(path).string();
}

}  // namespace

Store::Store(const std::string& path, Warn warn, std::chrono::milliseconds patience)
    : path_(without_uri(path)), warn_(std::move(warn)), patience_(patience) {
    try {
        open();
    } catch (const SQLite::Exception& error) {
        recover(error);
    }
}

void Store::open() {
    opened_ = place_of(path_);
    database_.emplace(path_, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, static_cast<int>(patience_.count()));
    auto reason = foreign_because();
    if (reason == "new") {
        create_schema();
        reason = foreign_because();
    }
    if (!reason.empty()) {
        set_aside(reason);
    } else if (!opened_) {
        opened_ = place_of(path_);
    }
}

void Store::close() {
    statements_.clear();
    database_.reset();
}

/// "": ours; "new": nothing in it yet.
std::string Store::foreign_because() {
    // One statement sees one state, also while another process creates the schema.
    SQLite::Statement query(*database_,
                            "SELECT (SELECT application_id FROM pragma_application_id),"
                            " (SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_master)");
    query.executeStep();
    const int application = query.getColumn(0), version = query.getColumn(1), tables = query.getColumn(2);
    if (application == 0 && version == 0 && tables == 0) return "new";
    if (application != application_id) return "it is a database of something else";
    if (version > schema_version) return fmt::format("a newer Lockstep wrote it, in schema {}", version);
    if (version < schema_version) return fmt::format("an older Lockstep wrote it, in schema {}", version);
    return "";
}

void Store::create_schema() {
    SQLite::Transaction transaction(*database_, SQLite::TransactionBehavior::IMMEDIATE);
    if (foreign_because() != "new") return;  // another process was faster
    database_->exec(schema);
    database_->exec(
        fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", application_id, schema_version));
    transaction.commit();
}

void Store::set_aside(const std::string& reason) {
    close();
    move_aside(reason);
    open();
}

/// Only one of several processes that find the same file unusable may rename it: the next would rename the new one.
void Store::move_aside(const std::string& reason) {
    const os::FileLock lock(path_ + ".lock");
    if (!opened_ || place_of(path_) != opened_) return;
    int number = 1;
    auto aside = path_ + ".unreadable-1";
    while (os::exists(aside)) aside = fmt::format("{}.unreadable-{}", path_, ++number);
    // The journal first: one that stays would be played back into the new database.
    for (const auto* suffix : {"-journal", "-wal", "-shm", ""}) {
        if (os::exists(path_ + suffix)) os::move_tree(path_ + suffix, aside + suffix);
    }
    if (warn_) {
        warn_(fmt::format("the history '{}' cannot be used ({}); it is now '{}', and a new one begins", path_, reason,
                          aside));
    }
}

void Store::recover(const SQLite::Exception& error) {
    if (!is_damage(error)) fail(error);
    const std::string reason = error.what();
    try {
        set_aside(reason);
    } catch (const SQLite::Exception& again) {
        fail(again);
    }
}

bool Store::is_damage(const SQLite::Exception& error) {
    return error.getErrorCode() == SQLITE_NOTADB || error.getErrorCode() == SQLITE_CORRUPT;
}

void Store::fail(const SQLite::Exception& error) const {
    if (error.getErrorCode() == SQLITE_BUSY) {
        throw std::runtime_error(fmt::format("the history '{}' has been locked by another process for {} s", path_,
                                             std::chrono::duration<double>(patience_).count()));
    }
    throw std::runtime_error(fmt::format("the history '{}' cannot be used: {}", path_, error.what()));
}

SQLite::Statement& Store::statement(const char* sql) {
    auto found = statements_.find(sql);
    if (found == statements_.end()) {
        found = statements_.emplace(sql, SQLite::Statement(*database_, sql)).first;
    }
    found->second.tryReset();
    return found->second;
}

void Store::reset_statements() {
    for (auto& [sql, statement] : statements_) statement.tryReset();
}

}  // namespace lockstep::history
