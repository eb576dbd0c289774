#include "plan/toml_guard.hpp"

#include <algorithm>

namespace lockstep {
namespace {

/// The offset behind the string that begins at `begin`, one of TOML's four kinds.
std::size_t skip_string(std::string_view text, std::size_t begin) {
    const char quote = text[begin];
    const bool multi_line = text.substr(begin, 3) == std::string_view(quote == '"' ? "\"\"\"" : "'''");
    std::size_t i = begin + (multi_line ? 3 : 1);
    while (i < text.size()) {
        if (quote == '"' && text[i] == '\\') {
            i += 2;
        } else if (text[i] == quote && !multi_line) {
            return i + 1;
        } else if (text[i] == quote && text.substr(i, 3) == text.substr(begin, 3)) {
            // Up to two more quotes are the string's last characters.
            i += 3;
            for (int more = 0; more < 2 && i < text.size() && text[i] == quote; ++more) ++i;
            return i;
        } else if (text[i] == '\n' && !multi_line) {
            return i;
        } else {
            ++i;
        }
    }
    return text.size();
}

}  // namespace

std::optional<std::size_t> first_deep_key(std::string_view text) {
    std::size_t dots = 0;
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        if (c == '"' || c == '\'') {
            i = skip_string(text, i);
            continue;
        }
        if (c == '#') {
            i = std::min(text.find('\n', i), text.size());
            continue;
        }
        if (c == '.') {
            if (++dots >= max_key_parts) return i;
        } else if (c == '=' || c == ',' || c == '[' || c == ']' || c == '{' || c == '}' || c == '\n') {
            dots = 0;
        }
        ++i;
    }
    return std::nullopt;
}

}  // namespace lockstep
