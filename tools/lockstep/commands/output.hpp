// How commands speak: results on standard output, everything else on standard error.
#pragma once

#include <string>

#include "text/diagnostics.hpp"

namespace lockstep {

/// "lockstep: <line>" on standard error.
void say(const std::string& line);
/// With LOCKSTEP_LOG=debug: what was decided and why, on standard error.
void debug(const std::string& line);

void print_diagnostics(const Diagnostics& diagnostics, bool as_json);

[[nodiscard]] std::string absolute_from(const std::string& path, const std::string& directory);

}  // namespace lockstep
