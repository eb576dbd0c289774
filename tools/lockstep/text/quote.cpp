#include "text/quote.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <vector>

#include "text/utf8.hpp"

namespace lockstep {
namespace {

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Number of '=' signs with which no `]==…==]` occurs in the text, nor forms across its end.
std::size_t fitting_depth(std::string_view text) {
    std::vector<bool> taken;
    const auto take = [&taken](std::size_t depth) {
        if (taken.size() <= depth) taken.resize(depth + 1);
        taken[depth] = true;
    };
    for (std::size_t open = text.find(']'); open != std::string_view::npos;) {
        const std::size_t next = std::min(text.find_first_not_of('=', open + 1), text.size());
        // "]==" at the end is a closing bracket too, completed by the first character of the real one.
        if (next == text.size() || text[next] == ']') take(next - open - 1);
        open = text.find(']', open + 1);
    }
    const auto free = std::find(taken.begin(), taken.end(), false);
    return static_cast<std::size_t>(free - taken.begin());
}

/// `NAME=` at the start of a word: an assignment in front of a command, not its name.
bool looks_like_assignment(std::string_view text) {
    const std::size_t end = text.find('=');
    if (end == std::string_view::npos || end == 0) return false;
    const std::string_view name = text.substr(0, end);
    return std::all_of(name.begin(), name.end(), [](char c) { return is_letter_or_digit(c) || c == '_'; });
}

// POSIX.1-2017, Shell Command Language 2.4, and what it leaves to implementations.
constexpr std::array reserved_words = {"case",  "do",     "done",     "elif", "else",   "esac",
                                       "fi",    "for",    "if",       "in",   "then",   "until",
                                       "while", "select", "function", "time", "coproc", "namespace"};

bool shell_reads_as_it_is(std::string_view text) {
    constexpr std::string_view harmless = "_-+./:,@%=";
    const auto is_harmless = [&](char c) {
        return is_letter_or_digit(c) || harmless.find(c) != std::string_view::npos;
    };
    return !text.empty() && std::all_of(text.begin(), text.end(), is_harmless) && text.front() != '=' &&
           !looks_like_assignment(text) &&
           std::find(reserved_words.begin(), reserved_words.end(), text) == reserved_words.end();
}

/// Calls `take` with each character; bytes that are not UTF-8 are U+FFFD.
template <class Take>
void each_character(std::string_view text, const Take& take) {
    while (!text.empty()) {
        const Utf8Character character = first_utf8_character(text);
        take(character.code_point);
        text.remove_prefix(character.bytes);
    }
}

bool holds_control(std::string_view text) {
    bool found = false;
    each_character(text, [&](char32_t c) { found = found || is_control(c); });
    return found;
}

}  // namespace

std::string cmake_bracket(std::string_view text) {
    // CMake's lexer turns CR LF into LF before it looks at brackets; only an escape sequence survives that.
    if (text.find('\r') != std::string_view::npos) return fmt::format("\"{}\"", cmake_quoted_inside(text));
    const std::string equals(fitting_depth(text), '=');
    return fmt::format("[{0}[{1}{2}]{0}]", equals, text.starts_with('\n') ? "\n" : "", text);
}

std::string cmake_quoted_inside(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 8);
    for (const char c : text) {
        switch (c) {
            // Every backslash is doubled, so that none can join with a ';' behind it: CMake keeps "\;" as it is.
            case '\\':
            case '"':
            case '$':
                out += '\\';
                out += c;
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string cmake_list_element(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 4);
    for (const char c : text) {
        if (c == ';') out += '\\';
        out += c;
    }
    return out;
}

bool cmake_list_safe(std::string_view text) {
    std::size_t open = 0;
    for (const char c : text) {
        if (c == '[') ++open;
        if (c == ']' && open-- == 0) return false;
    }
    return open == 0 && !text.ends_with('\\');
}

std::string shell_word(std::string_view text) {
    if (shell_reads_as_it_is(text)) return std::string(text);
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'') {
            out += "'\\''";
        } else {
            out += c;
        }
    }
    return out + "'";
}

std::string shell_command(std::span<const std::string> words) {
    std::string out;
    for (const std::string& word : words) {
        if (!out.empty()) out += ' ';
        out += shell_word(word);
    }
    return out;
}

std::string ctest_regex(std::string_view text) {
    // ']' and '-' are special only between brackets, which are escaped themselves.
    constexpr std::string_view special = "\\^$.[|()*+?";
    std::string out;
    out.reserve(text.size() + 8);
    for (const char c : text) {
        if (special.find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

std::string mermaid_label(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 8);
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\n') {
            out += "<br/>";
        } else if (byte < 0x20 || byte == 0x7F) {
            out += ' ';
        } else if (std::string_view("\"#<>&`\\").find(c) != std::string_view::npos) {
            // Mermaid's entity codes; a backslash would make \n a line break, a backtick a Markdown string.
            out += fmt::format("#{};", static_cast<unsigned>(byte));
        } else {
            out += c;
        }
    }
    return out;
}

std::string toml_string(std::string_view text) {
    const bool literal = text.find_first_of("\"\\") != std::string_view::npos &&
                         text.find('\'') == std::string_view::npos && !holds_control(text);
    std::string out(1, literal ? '\'' : '"');
    each_character(text, [&](char32_t c) {
        if (!literal && (c == '"' || c == '\\')) {
            out += '\\';
            append_utf8(out, c);
        } else if (c == '\n') {
            out += "\\n";
        } else if (is_control(c)) {
            out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
        } else {
            append_utf8(out, c);
        }
    });
    out += literal ? '\'' : '"';
    return out;
}

std::string toml_key(std::string_view text) {
    const bool bare = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return is_letter_or_digit(c) || c == '_' || c == '-';
    });
    return bare ? std::string(text) : toml_string(text);
}

std::string testset_text(std::string_view text) {
    std::string out;
    each_character(text, [&](char32_t c) {
        if (is_control(c)) {
            out += fmt::format("\\u{{{:X}}}", static_cast<unsigned>(c));
            return;
        }
        if (c == '\\' || c == ')') out += '\\';
        append_utf8(out, c);
    });
    // Blanks at both ends do not count unless they are escaped.
    if (text.size() > 1 && text.ends_with(' ')) out.insert(out.size() - 1, 1, '\\');
    if (text.starts_with(' ')) out.insert(0, 1, '\\');
    return out;
}

}  // namespace lockstep
