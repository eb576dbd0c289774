// TOML text → Value. Reports what is not TOML; what the keys mean is not known here.
#pragma once

#include <optional>
#include <string_view>

#include "plan/value.hpp"

namespace lockstep {

/// A whole file. Reports "toml-syntax", or "duplicate-name" for a key or table written twice.
[[nodiscard]] std::optional<Value> read_toml(const SourcePtr& source, Diagnostics& diagnostics);

/// One value such as `["a", "b"]`; `place` is its first character. Nothing is reported: none if it is not TOML.
[[nodiscard]] std::optional<Value> read_toml_value(std::string_view text, const Place& place);

/// A dotted key such as `phase."a b".gate`, its parts as members one below the other, the last one's value empty;
/// `place` is its first character. None if it is not a key of TOML.
[[nodiscard]] std::optional<Member> read_toml_key(std::string_view text, const Place& place);

/// The offset of the first `wanted` outside "…" and '…' in `text` from `begin`; npos if there is none. `open_quote` is
/// set to the offset of a quote that is never closed.
[[nodiscard]] std::size_t find_outside_quotes(std::string_view text, char wanted, std::size_t begin,
                                              std::optional<std::size_t>& open_quote);

}  // namespace lockstep
