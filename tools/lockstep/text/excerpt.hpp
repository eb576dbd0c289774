// The line that a diagnostic points at, made fit for a terminal, and what goes below it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lockstep {

struct Excerpt {
    std::string text;    ///< printable; the part around the place if the line is long; empty: nothing to show
    std::string indent;  ///< as wide on the screen as what stands before the place, with the same tabs
    std::size_t carets = 1;
};

/// `column` counts bytes from 1, `length` is in bytes; what lies beyond the end of the line is cut off, and there is
/// always a caret (behind the last character, for what is missing at the end).
[[nodiscard]] Excerpt make_excerpt(std::string_view line, std::uint32_t column, std::uint32_t length);

}  // namespace lockstep
