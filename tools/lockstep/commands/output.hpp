// How commands speak: results on standard output, everything else on standard error.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "text/diagnostics.hpp"

namespace lockstep {

/// Says to a person what has to be known, a line each.
using Report = std::function<void(const std::string&)>;

/// "lockstep: <line>" on standard error.
void say(const std::string& line);

/// Names the tests that stand for programs which are not built, if there are any, and says what to do about it.
void say_not_built(const std::vector<std::string>& tests, std::string_view what_to_do);

/// Writes out what was printed on standard output so far: before anything is said that a reader expects behind it, and
/// at the end. Throws std::system_error: what could not be written (a full disk) must not look like an answer.
void flush_results();

void print_diagnostics(const Diagnostics& diagnostics, bool as_json);

[[nodiscard]] std::string absolute_from(const std::string& path, const std::string& directory);

}  // namespace lockstep
