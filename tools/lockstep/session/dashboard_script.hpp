// What the script of `ctest -S` says, as far as it shows in its text: nothing of what it sets shows outside of ctest.
// Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace lockstep {

/// Whether the script `path`, or one that it includes by a name that can be made out, gives ctest a resource spec file:
/// RESOURCE_SPEC_FILE of a command, or the variable CTEST_RESOURCE_SPEC_FILE. Conditions are not evaluated. `read`
/// gives a file's text, or none if there is no such file. Linear in the text.
[[nodiscard]] bool names_resource_spec(const std::string& path,
                                       const std::function<std::optional<std::string>(const std::string&)>& read);

}  // namespace lockstep
