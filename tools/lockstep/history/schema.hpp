// Private to history/: the tables, and what bounds each. A change of anything here is a new schema_version.
#pragma once

#include <cstdint>

namespace lockstep::history {

/// PRAGMA user_version. A database of another one is set aside, not converted: what it knew is measured again.
constexpr int schema_version = 3;
/// PRAGMA application_id, which tells our databases from others: "Lkst".
constexpr int application_id = 0x4c6b7374;

/// Of each test the newest runs are kept, so many of any outcome and so many that passed.
constexpr int runs_per_test = 10;
/// Of what grows with every new name, this many of the newest rows are kept.
constexpr std::int64_t most_sessions = 1'000, most_tests = 1'000'000, most_hashes = 200'000;

/// A test has one row with its last verdict (outcome NULL: its session was recorded again, without it) and its newest
/// runs (seconds NULL: no number). `session` in both is a number from sessions that may be forgotten there. SQLite
/// gives a new row the largest number plus 1, so one that is forgotten may come again: what bears it is forgotten with
/// it, but for sessions, of which only the smallest are, or all together with all tests. The counts of a session are of
/// tests; verifications, which have a newline in their name, are not in them. attempts, cpu_seconds and peak_bytes are
/// 0 where no launcher measured them. Lists of texts are stored as one blob, each text ended by a zero byte.
constexpr const char* schema = R"sql(
CREATE TABLE sessions (
    number    INTEGER PRIMARY KEY,
    id        TEXT NOT NULL UNIQUE,
    opened_ns INTEGER NOT NULL,
    ended_ns  INTEGER NOT NULL,
    jobs      INTEGER NOT NULL,
    complete  INTEGER NOT NULL,
    passed    INTEGER NOT NULL DEFAULT 0,
    skipped   INTEGER NOT NULL DEFAULT 0,
    failed    INTEGER NOT NULL DEFAULT 0,
    not_run   INTEGER NOT NULL DEFAULT 0,
    unknown   INTEGER NOT NULL DEFAULT 0,
    lost      INTEGER NOT NULL DEFAULT 0,
    retried   INTEGER NOT NULL DEFAULT 0,
    flaky     INTEGER NOT NULL DEFAULT 0
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
CREATE TABLE runs (
    test        INTEGER NOT NULL,
    opened_ns   INTEGER NOT NULL,
    session     INTEGER NOT NULL,
    outcome     TEXT NOT NULL,
    seconds     REAL,
    fingerprint TEXT NOT NULL,
    attempts    INTEGER NOT NULL DEFAULT 0,
    cpu_seconds REAL NOT NULL DEFAULT 0,
    peak_bytes  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (test, opened_ns, session)
) WITHOUT ROWID;
CREATE TABLE debts (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    session           TEXT NOT NULL,
    kind              TEXT NOT NULL,
    what              TEXT NOT NULL,
    record            TEXT NOT NULL,
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
