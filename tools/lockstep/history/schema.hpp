// Private to history/: the tables, and what bounds each. A change of anything here is a new schema_version.
#pragma once

#include <cstdint>

namespace lockstep::history {

/// PRAGMA user_version. A database of another one is set aside, not converted: what it knew is measured again.
constexpr int schema_version = 1;
/// PRAGMA application_id, which tells our databases from others: "Lkst".
constexpr int application_id = 0x4c6b7374;

/// Passed runs of a test whose durations are kept.
constexpr int runs_per_test = 10;
/// Of what grows with every new name, this many of the newest rows are kept.
constexpr std::int64_t most_sessions = 1'000, most_tests = 1'000'000, most_hashes = 200'000;

/// A test has one row with its last verdict (outcome NULL: its session was recorded again, without it) and up to
/// runs_per_test durations. `session` in both is a number from sessions that may be forgotten there. Numbers are used
/// once: SQLite gives a new row the largest one plus 1, and only the smallest are ever removed.
/// Lists of texts are stored as one blob, each text ended by a zero byte.
constexpr const char* schema = R"sql(
CREATE TABLE sessions (
    number    INTEGER PRIMARY KEY,
    id        TEXT NOT NULL UNIQUE,
    opened_ns INTEGER NOT NULL,
    ended_ns  INTEGER NOT NULL,
    jobs      INTEGER NOT NULL,
    complete  INTEGER NOT NULL
);
CREATE TABLE tests (
    number      INTEGER PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    session     INTEGER NOT NULL,
    opened_ns   INTEGER NOT NULL,
    outcome     TEXT,
    seconds     REAL,
    fingerprint TEXT NOT NULL
);
CREATE TABLE durations (
    test      INTEGER NOT NULL,
    opened_ns INTEGER NOT NULL,
    session   INTEGER NOT NULL,
    seconds   REAL NOT NULL,
    PRIMARY KEY (test, opened_ns, session)
) WITHOUT ROWID;
CREATE TABLE debts (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    session           TEXT NOT NULL,
    kind              TEXT NOT NULL,
    what              TEXT NOT NULL,
    command           BLOB NOT NULL,
    working_directory TEXT NOT NULL,
    environment       BLOB NOT NULL
);
CREATE TABLE kept (
    test   TEXT PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE
) WITHOUT ROWID;
CREATE TABLE hashes (
    number   INTEGER PRIMARY KEY,
    path     TEXT NOT NULL UNIQUE,
    identity TEXT NOT NULL,
    hash     TEXT NOT NULL
);
)sql";

}  // namespace lockstep::history
