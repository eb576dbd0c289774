// What the launcher needs: g/<hash>/launch.txt and launch.cmake. Texts only, as all of this room.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "overlay/overlay.hpp"
#include "runtime/launch_table.hpp"

namespace lockstep {

struct Launch {
    runtime::LaunchTable table;
    /// By position in the inventory: the position in `table.kinds`; none: ctest starts the test itself.
    std::vector<std::optional<std::size_t>> kinds;

    /// The client library and the service tests read the table also where no test is launched.
    [[nodiscard]] bool needed() const;
};

/// Numbers of LOCKSTEP_SHARD are taken into account: rates and counts of a limit are divided. Reports variables that
/// are not set ("unset-variable").
[[nodiscard]] std::optional<Launch> make_launch(const Schedule& schedule, const RunFacts& facts,
                                                const FillValues& values, Diagnostics& diagnostics);

/// launch.cmake: included in a run before the tests are read. It defines add_test() anew, so that launched tests start
/// through lockstep-exec, and sets _lockstep_add_test to CTest's own command. `table_path` is that of launch.txt.
[[nodiscard]] std::string launch_script(const Schedule& schedule, const Launch& launch, const OverlayOptions& options,
                                        const std::string& table_path);

}  // namespace lockstep
