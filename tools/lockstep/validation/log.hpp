// What the tests of `lockstep validate` write about themselves: a line when they have begun and one before they end.
// Tests that the log shows together were together in ctest's hands.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::validation {

/// What ctest and Lockstep gave a test, as it found it when it began.
struct Allocation {
    std::vector<std::string> workers;  ///< ids
    std::vector<std::string> slots;    ///< ids of slots of the pool, one entry a slot
    std::string temp;                  ///< LOCKSTEP_TEMP_DIR; "" without
    bool temp_for_all = false;         ///< TMPDIR, TMP and TEMP name the same directory
    int found = 0;                     ///< entries in it; -1: it is not there

    [[nodiscard]] bool operator==(const Allocation&) const = default;
};

/// All but `found`, from the environment that `variable` looks into.
[[nodiscard]] Allocation read_allocation(const std::function<std::optional<std::string>(const std::string&)>& variable);

struct Event {
    enum class Kind { start, end, gave_up };
    Kind kind = Kind::start;  ///< gave_up: a test waited in vain for what would have proved its guard
    std::string test;
    /// CLOCK_BOOTTIME; of a start when ctest had started the process, which on a busy machine comes to write much later
    std::int64_t time_ns = 0;
    Allocation allocation;  ///< of a start
    int foreign = 0;        ///< of an end: entries in its directory that are not its own, one that it misses included

    [[nodiscard]] bool operator==(const Event&) const = default;
};

/// With its newline.
[[nodiscard]] std::string log_line(const Event& event);

struct Log {
    std::vector<Event> events;   ///< by time
    std::size_t unreadable = 0;  ///< lines that are no event; a last line without its newline counts as not there
};
[[nodiscard]] Log read_log(std::string_view text);

/// Names in ctest's LastTestsFailed.log, whose lines are "index:name": tests that failed and tests that were not run.
[[nodiscard]] std::vector<std::string> failed_tests(std::string_view text);

}  // namespace lockstep::validation
