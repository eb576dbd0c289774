// Texts with ${…} in them.
#pragma once

#include <optional>

#include "plan/plan.hpp"
#include "plan/value.hpp"

namespace lockstep {

/// Where a text stands, which decides what is known when it is needed: build_dir, source_dir, session and env:NAME are
/// known everywhere.
enum class Variables {
    phase,        ///< a verification or a clean-up of a phase: temp_dir
    marker,       ///< all; ports are those of the services that the test talks to
    service,      ///< start and readiness: temp_dir, the service's own ports
    service_env,  ///< of the service's tests: temp_dir, worker, worker_dir, the service's own ports
    worker,       ///< worker, worker_dir
};

/// `string` is a value of kind string. Reports "bad-template", "unknown-variable", "variable-not-known". Whether a port
/// of that name exists is checked with the whole plan.
[[nodiscard]] std::optional<Template> parse_template(const Value& string, Variables allowed, Diagnostics& diagnostics);

/// [A-Za-z_][A-Za-z0-9_]*: what a shell lets one write.
[[nodiscard]] bool is_variable_name(std::string_view name);

}  // namespace lockstep
