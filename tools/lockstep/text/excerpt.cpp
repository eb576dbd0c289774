#include "text/excerpt.hpp"

#include <algorithm>
#include <utility>

#include "text/utf8.hpp"

namespace lockstep {
namespace {

// Long lines (a plan on one line, a hostile value) are shown in part, in bytes: enough to recognise the place.
constexpr std::size_t longest_line = 200;
constexpr std::size_t shown_before = 60;
constexpr std::size_t shown_in_all = 160;
constexpr std::string_view ellipsis = "…";

struct Span {
    std::size_t begin;
    std::size_t end;
};

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// Moves back to the first byte of a character, at most over the three continuation bytes one can have.
std::size_t character_start(std::string_view line, std::size_t index) {
    std::size_t start = index;
    while (start > 0 && start < line.size() && is_continuation(line[start]) && index - start < 3) --start;
    return start;
}

Span window(std::string_view line, std::size_t begin) {
    if (line.size() <= longest_line) return {0, line.size()};
    const std::size_t first = begin > shown_before ? character_start(line, begin - shown_before) : 0;
    return {first, character_start(line, std::min(first + shown_in_all, line.size()))};
}

struct Shown {
    std::string text;
    std::size_t columns = 0;
};

Shown show(const Utf8Character& character) {
    if (character.code_point == '\t') return {"\t", 1};
    if (is_control(character.code_point)) {
        std::string escaped = escaped_control(character.code_point);
        const std::size_t columns = escaped.size();
        return {std::move(escaped), columns};
    }
    Shown shown;
    append_utf8(shown.text, character.code_point);
    shown.columns = static_cast<std::size_t>(display_columns(character.code_point));
    return shown;
}

}  // namespace

Excerpt make_excerpt(std::string_view line, std::uint32_t column, std::uint32_t length) {
    Excerpt excerpt;
    if (line.empty()) return excerpt;
    const std::size_t begin = std::min<std::size_t>(column == 0 ? 0 : column - 1, line.size());
    const std::size_t end = std::min(begin + length, line.size());
    const Span part = window(line, begin);
    excerpt.carets = 0;
    if (part.begin != 0) {
        excerpt.text += ellipsis;
        excerpt.indent += ' ';
    }
    for (std::size_t at = part.begin; at < part.end;) {
        const Utf8Character character = first_utf8_character(line.substr(at, part.end - at));
        const Shown shown = show(character);
        const std::size_t next = at + character.bytes;
        excerpt.text += shown.text;
        if (next <= begin) {
            if (shown.text == "\t") {
                excerpt.indent += '\t';
            } else {
                excerpt.indent.append(shown.columns, ' ');
            }
        } else if (at < end) {
            excerpt.carets += shown.columns;
        }
        at = next;
    }
    if (part.end != line.size()) excerpt.text += ellipsis;
    excerpt.carets = std::max<std::size_t>(excerpt.carets, 1);
    return excerpt;
}

}  // namespace lockstep
