// How commands speak: results on standard output, everything else on standard error.
#pragma once

#include <string>

#include "text/diagnostics.hpp"

namespace lockstep {

/// "lockstep: <line>" on standard error.
void say(const std::string& line);

/// Writes out what was printed on standard output so far: before anything is said that a reader expects behind it, and
/// at the end. Throws std::system_error: what could not be written (a full disk) must not look like an answer.
void flush_results();

void print_diagnostics(const Diagnostics& diagnostics, bool as_json);

[[nodiscard]] std::string absolute_from(const std::string& path, const std::string& directory);

}  // namespace lockstep
