// Texts taken apart line by line.
#pragma once

#include <algorithm>
#include <string_view>

namespace lockstep {

/// Takes the first line off `text`, and returns it without its newline; the last one may have none.
[[nodiscard]] inline std::string_view take_line(std::string_view& text) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    return line;
}

/// Without blanks, tabs and line ends at either end.
[[nodiscard]] inline std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace lockstep
