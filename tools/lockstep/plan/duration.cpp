#include "plan/duration.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace lockstep {
namespace {

/// A decimal number without sign or exponent, taken from the front of `text`; false if there is none.
bool take_number(std::string_view& text, double& out) {
    std::size_t digits = 0, dots = 0, length = 0;
    while (length < text.size() && ((text[length] >= '0' && text[length] <= '9') || text[length] == '.')) {
        ++(text[length] == '.' ? dots : digits);
        ++length;
    }
    if (digits == 0 || dots > 1 || text[0] == '.' || text[length - 1] == '.') return false;
    const auto result = std::from_chars(text.data(), text.data() + length, out, std::chars_format::fixed);
    if (result.ec != std::errc{}) out = HUGE_VAL;
    text.remove_prefix(length);
    return true;
}

template <std::size_t N>
const double* take_unit(std::string_view& text, const std::array<std::pair<std::string_view, double>, N>& units) {
    std::size_t length = 0;
    while (length < text.size() &&
           ((text[length] >= 'a' && text[length] <= 'z') || (text[length] >= 'A' && text[length] <= 'Z'))) {
        ++length;
    }
    for (const auto& [unit, factor] : units) {
        if (text.substr(0, length) == unit) {
            text.remove_prefix(length);
            return &factor;
        }
    }
    return nullptr;
}

constexpr std::array<std::pair<std::string_view, double>, 5> duration_units{
    {{"d", 86'400'000.0}, {"h", 3'600'000.0}, {"m", 60'000.0}, {"s", 1'000.0}, {"ms", 1.0}}};

constexpr double kibi = 1024.0;
constexpr std::array<std::pair<std::string_view, double>, 9> size_units{{{"B", 1.0},
                                                                         {"KiB", kibi},
                                                                         {"MiB", kibi* kibi},
                                                                         {"GiB", kibi* kibi* kibi},
                                                                         {"TiB", kibi* kibi* kibi* kibi},
                                                                         {"kB", 1e3},
                                                                         {"MB", 1e6},
                                                                         {"GB", 1e9},
                                                                         {"TB", 1e12}}};

constexpr std::array<std::pair<std::string_view, double>, 3> rate_units{{{"s", 1.0}, {"m", 60.0}, {"h", 3600.0}}};

}  // namespace

Quantity read_duration(std::string_view text, Milliseconds& out) {
    if (text.empty()) return Quantity::malformed;
    double total = 0;
    // Units get smaller from left to right, each at most once: "1h30m", not "30m1h" nor "1s1s".
    double last_factor = HUGE_VAL;
    while (!text.empty()) {
        double number = 0;
        if (!take_number(text, number)) return Quantity::malformed;
        const double* factor = take_unit(text, duration_units);
        if (factor == nullptr || *factor >= last_factor) return Quantity::malformed;
        last_factor = *factor;
        total += number * *factor;
    }
    if (!(total >= 1.0) || total > static_cast<double>(longest_duration.count())) return Quantity::out_of_range;
    out = Milliseconds(std::llround(total));
    return Quantity::good;
}

Quantity read_size(std::string_view text, std::uint64_t& out) {
    double number = 0;
    if (!take_number(text, number)) return Quantity::malformed;
    const double* factor = take_unit(text, size_units);
    if (factor == nullptr || !text.empty()) return Quantity::malformed;
    const double total = number * *factor;
    if (!(total >= 1.0) || total > static_cast<double>(largest_size)) return Quantity::out_of_range;
    out = static_cast<std::uint64_t>(std::llround(total));
    return Quantity::good;
}

Quantity read_rate(std::string_view text, double& out) {
    double number = 0;
    if (!take_number(text, number) || text.empty() || text[0] != '/') return Quantity::malformed;
    text.remove_prefix(1);
    const double* seconds = take_unit(text, rate_units);
    if (seconds == nullptr || !text.empty()) return Quantity::malformed;
    const double rate = number / *seconds;
    if (!(rate > 0) || rate > 1e6) return Quantity::out_of_range;
    out = rate;
    return Quantity::good;
}

std::optional<Milliseconds> parse_duration(std::string_view text) {
    Milliseconds out{};
    return read_duration(text, out) == Quantity::good ? std::optional(out) : std::nullopt;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
    std::uint64_t out = 0;
    return read_size(text, out) == Quantity::good ? std::optional(out) : std::nullopt;
}

}  // namespace lockstep
