// "did you mean".
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace lockstep {

/// The candidate nearest to `word` by Damerau-Levenshtein distance (optimal string alignment), if near enough to be
/// meant: at most a third of its length, at least 1. The first of equals.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace lockstep
