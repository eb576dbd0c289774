// What failed tests left in their temp directories: noted when the session ends, moved to kept/ when the next one
// begins, since somebody may be looking at it meanwhile.
#pragma once

#include <string>

#include "commands/output.hpp"
#include "history/history.hpp"
#include "overlay/run_table.hpp"
#include "session/ctest_log.hpp"
#include "session/session.hpp"

namespace lockstep {

/// Notes the tests that left something to keep.
void note_directories_to_keep(const Layout& layout, const Session& session, const RunTable& table,
                              const LogReading& log);

/// The same, and empties the directories of tests that passed. For `end`.
void tidy_temp_directories(const Layout& layout, const Session& session, const RunTable& table, const LogReading& log,
                           const Report& report);

/// Moves what was noted to kept/. May be repeated where it was interrupted.
void keep_noted_directories(const Layout& layout, const Session& session, const RunTable& table, History& history);

/// What a test left the last time it failed is of no use once it has passed.
void drop_kept_of_passed(const Layout& layout, const RunTable& table, const LogReading& log, History& history);

/// Where the directory is that a test left when it failed last: in kept/, or still where the last run had it. "": none.
[[nodiscard]] std::string directory_left(const Layout& layout, const History& history, const std::string& test);

}  // namespace lockstep
