// What one test of a schedule holds and is, for `list`, `explain` and `graph`: the plan's part and the project's own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/commands.hpp"
#include "commands/resolution.hpp"

namespace lockstep {

/// Reads the inputs of `options` and resolves them; none after an error. Warnings are there too, for `check` alone to
/// show: print_errors leaves them out.
[[nodiscard]] std::optional<Resolved> resolve_inputs(const CommonOptions& options, Diagnostics& diagnostics);
void print_errors(const Diagnostics& diagnostics, bool as_json);

/// Locks that the project gives the test, then those that the plan adds.
[[nodiscard]] std::vector<std::string> locks_of(const Schedule& schedule, std::size_t position);
/// RUN_SERIAL, by the project or by the plan.
[[nodiscard]] bool runs_alone(const Schedule& schedule, std::size_t position);
/// "db_connection:1", "memory:512MiB", "marker live<=4".
[[nodiscard]] std::string brief_demand(const Schedule& schedule, const Demand& demand);
/// A counter of max_parallel: "marker live" or "phase core"; none for other demands.
[[nodiscard]] std::optional<std::string_view> limited_group(const Demand& demand);
[[nodiscard]] const ResourceType* resource_of(const Schedule& schedule, const Demand& demand);

/// Services that the test talks to.
[[nodiscard]] std::vector<std::string> services_of(const Schedule& schedule, std::size_t position);
/// Why it starts through the launcher: "rate limit ofs"; empty where ctest starts it itself.
[[nodiscard]] std::vector<std::string> launched_for(const Schedule& schedule, std::size_t position);

/// Tests of the schedule in an expression, as the plan's own expressions are evaluated; phases, markers and services
/// are known. Reports ("cannot-tell", "unknown-phase", "unknown-marker", "unknown-service") and returns none where
/// there is no answer.
[[nodiscard]] std::optional<std::vector<std::size_t>> tests_in(const Schedule& schedule, const TestSet& expression,
                                                               Diagnostics& diagnostics);

}  // namespace lockstep
