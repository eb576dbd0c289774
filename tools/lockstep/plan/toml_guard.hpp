// What must be known of a text before toml++ may see it.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace lockstep {

/// Parts that a dotted key may have; the longest of the format, profile.ci.service.users.ready.url, has six.
inline constexpr std::size_t max_key_parts = 8;

/// The offset where a dotted key has more than `max_key_parts` parts. toml++ limits the nesting of values (256) but not
/// of keys, and destroys tables recursively: a key of 100,000 parts would exhaust the stack.
[[nodiscard]] std::optional<std::size_t> first_deep_key(std::string_view text);

}  // namespace lockstep
