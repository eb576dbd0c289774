// Schedule → the files that ctest reads. Texts only; who writes them where is the caller's matter.
#pragma once

#include <string>

#include "overlay/run_table.hpp"
#include "runtime/batch_table.hpp"
#include "schedule/schedule.hpp"

namespace lockstep {

struct OverlayOptions {
    std::string tool;       ///< path of the lockstep program
    std::string graph;      ///< folder below g/: generated tests pass it back to the program
    std::string state;      ///< B/lockstep, or that of a configuration
    std::string plan_file;  ///< absolute, for backtraces of generated tests
    std::string version;
    std::string launcher;     ///< path of lockstep-exec
    std::string batch_table;  ///< path of what it reads to run batches
};

/// overlay.cmake: included from the closing directory, when all tests are known. Depends on nothing of one session but
/// the variables _lockstep_temp and _lockstep_add_test (CTest's command) and the environment variable LOCKSTEP_SESSION.
[[nodiscard]] std::optional<std::string> overlay_script(const Schedule& schedule, const FillValues& values,
                                                        const OverlayOptions& options, Diagnostics& diagnostics);

/// What the launcher reads to run the batches.
[[nodiscard]] runtime::BatchTable batch_table(const Schedule& schedule);

/// What a session's spec file has to offer, as the graph keeps it (resources.json); "" where it needs none: no test has
/// a group of ours, and the plan names no spec file of the project's.
[[nodiscard]] std::string resource_needs(const Schedule& schedule);

/// A CTest resource spec file for one session: worker ids [first, first + count), pools and counters of `needs` (what
/// resource_needs gave). `base` is the project's own spec file, whose types are kept; null without one. `place` is the
/// plan's line that names it. Errors: "bad-resource-spec", "resource-twice".
[[nodiscard]] std::optional<std::string> resource_spec(const std::string& needs, int first_worker, int workers,
                                                       const SourcePtr& base, const Place& place,
                                                       Diagnostics& diagnostics);

/// schedule.json, documented by docs/reference/schedule.schema.json.
[[nodiscard]] std::string schedule_json(const Schedule& schedule, const std::string& version);

}  // namespace lockstep
