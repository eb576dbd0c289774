#include "plan/toml_guard.hpp"

#include <algorithm>

namespace lockstep {
namespace {

/// The length of the well-formed sequence at the start of `text` (Unicode, table 3-7), or 0.
std::size_t utf8_sequence(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
    const unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (byte(1) < low || byte(1) > high) return 0;
    for (std::size_t i = 2; i < length; ++i) {
        if (byte(i) < 0x80 || byte(i) > 0xbf) return 0;
    }
    return length;
}

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

std::optional<std::size_t> first_invalid_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = utf8_sequence(text.substr(i));
        if (length == 0) return i;
        i += length;
    }
    return std::nullopt;
}

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
