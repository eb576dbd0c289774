// A text, line by line.
#pragma once

#include <string>
#include <string_view>

#include "src/table.hpp"

namespace recast {

inline std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// Calls `visit(line, number)` for each, from 1, without line ends.
template <typename Visit>
void each_line(std::string_view text, Visit visit) {
    for (int number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        visit(text.substr(0, end), number);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
}

[[noreturn]] inline void refuse(int line, const std::string& why) {
    throw Error("line " + std::to_string(line) + ": " + why);
}

}  // namespace recast
