// The files that lockstep_apply() puts into a build tree, from the same templates (cmake/detail/*.cmake.in), for a
// build tree that is made without CMake.
#pragma once

#include <string>

namespace lockstep::validation {

/// open.cmake and close.cmake of a build tree, whose path is all in them that differs from one to another.
[[nodiscard]] std::string opening_file(const std::string& build_dir);
[[nodiscard]] std::string closing_file(const std::string& build_dir);

}  // namespace lockstep::validation
