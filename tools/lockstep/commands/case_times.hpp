// What batches are cut by: how long their cases take. A snapshot of the history, so that batches, and with them ctest's
// numbers, stay as they are until they have become uneven: B/lockstep/case-times, made anew at the end of a session.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "history/history.hpp"
#include "overlay/run_table.hpp"
#include "session/ctest_log.hpp"
#include "session/session.hpp"

namespace lockstep {

using CaseTimes = std::map<std::string, double, std::less<>>;  ///< seconds by name

[[nodiscard]] std::string to_text(const CaseTimes& times);
/// Lines that are none are left out: batches are cut less evenly then.
[[nodiscard]] CaseTimes case_times_from_text(std::string_view text);

/// Makes the snapshot anew where a case of this session's batches is not in it, or a batch took far more or less time
/// than it was cut for. Nothing happens in a session without batches.
void renew_case_times(const Layout& layout, const RunTable& table, const LogReading& log, const History& history);

}  // namespace lockstep
