// Quantities with a unit: durations, sizes, rates. parse_duration and parse_size of plan.hpp are the same readers
// without the reason.
#pragma once

#include <string_view>

#include "plan/plan.hpp"

namespace lockstep {

inline constexpr Milliseconds longest_duration = std::chrono::hours(24 * 30);
inline constexpr std::uint64_t largest_size = std::uint64_t{1} << 50;

enum class Quantity { good, malformed, out_of_range };

/// `out` is set where the result is good.
[[nodiscard]] Quantity read_duration(std::string_view text, Milliseconds& out);
[[nodiscard]] Quantity read_size(std::string_view text, std::uint64_t& out);
/// "10/s", "0.5/m", "100/h": events a second; above 0, at most 1,000,000.
[[nodiscard]] Quantity read_rate(std::string_view text, double& out);

}  // namespace lockstep
