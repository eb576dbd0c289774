// Numbers and names in sentences.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace lockstep {

/// "1 test", "2 tests".
[[nodiscard]] std::string counted(std::size_t count, std::string_view noun);

/// A name from outside, fit for a line that people read: 'a b'.
[[nodiscard]] std::string named(std::string_view name);

/// "'a', 'b' and 7 more": five at most, `separator` between them.
[[nodiscard]] std::string listed(std::span<const std::string> names, std::string_view separator = ", ");

}  // namespace lockstep
