// Characters and display columns of UTF-8 text that may be broken anywhere.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lockstep {

struct Utf8Character {
    char32_t code_point = 0;  ///< U+FFFD where the bytes are not UTF-8
    std::size_t bytes = 1;    ///< 1 where they are not
    bool valid = true;
};

/// The first character of `text`, which must not be empty. Overlong forms, surrogates and values above U+10FFFF are
/// not UTF-8 (RFC 3629, section 3).
[[nodiscard]] Utf8Character first_utf8_character(std::string_view text);

/// The offset of the first byte that is not part of well-formed UTF-8.
[[nodiscard]] std::optional<std::size_t> first_invalid_utf8(std::string_view text);

/// Columns a terminal gives to a character: 0, 1 or 2. East Asian Wide and Fullwidth (Unicode Standard Annex 11) and
/// emoji take 2, combining and format characters 0. What depends on neighbours (joined emoji) is not known here.
[[nodiscard]] int display_columns(char32_t code_point);

/// True for what must not reach a terminal as it is: C0 and C1 controls, and the bidirectional controls that make a
/// line read differently from what it says.
[[nodiscard]] bool is_control(char32_t code_point);

/// How such a character is shown: \x1b, \u{202e}.
[[nodiscard]] std::string escaped_control(char32_t code_point);

/// `text` for a terminal: controls escaped, bytes that are not UTF-8 as U+FFFD. Newlines and tabs stay if `multi_line`.
[[nodiscard]] std::string printable(std::string_view text, bool multi_line = false);

void append_utf8(std::string& out, char32_t code_point);

}  // namespace lockstep
