// When things happened in a session: ctest's log gives durations and minutes of the day, so the moments that `summary`
// shows are written down as they come, by those who know them.
#pragma once

#include <cstdint>
#include <optional>

#include "session/session.hpp"

namespace lockstep {

struct CheckpointTime {
    std::int64_t at_ns = 0;  ///< when it had judged, since 1970
    bool passed = false;
};
/// What cannot be written is warned of, and missing later: no gate fails for it.
void write_checkpoint_time(const Layout& layout, const Session& session, std::size_t phase, bool passed);
[[nodiscard]] std::optional<CheckpointTime> read_checkpoint_time(const Layout& layout, const Session& session,
                                                                 std::size_t phase);

/// When lockstep.end had run: ns since 1970; none if that is not known. Written like the above.
void write_end_time(const Layout& layout, const Session& session);
[[nodiscard]] std::optional<std::int64_t> read_end_time(const Layout& layout, const Session& session);

/// When ctest went on from `enter` to its tests, in ns since 1970: later than opened_ns by what it waited for another
/// run.
[[nodiscard]] std::int64_t start_time(const Layout& layout, const Session& session);

}  // namespace lockstep
