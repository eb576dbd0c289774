#include "discovery/json_scanner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "text/utf8.hpp"

namespace lockstep {

bool JsonScanner::fail() {
    failed_ = true;
    return false;
}

void JsonScanner::skip_space() {
    position_ = std::min(text_.find_first_not_of(" \t\r\n", position_), text_.size());
}

char JsonScanner::peek() {
    skip_space();
    return position_ < text_.size() ? text_[position_] : '\0';
}

bool JsonScanner::begin(char bracket) {
    if (failed_ || peek() != bracket) return fail();
    ++position_;
    first_ = true;
    return true;
}

bool JsonScanner::next_element() {
    if (failed_) return false;
    const bool first = first_;
    first_ = false;
    const char c = peek();
    if (c == ']' || c == '}') {
        ++position_;
        return false;
    }
    if (first) return c != '\0' || fail();
    if (c != ',') return fail();
    ++position_;
    return true;
}

bool JsonScanner::next_key(std::string& key) {
    if (!next_element() || !string(key)) return false;
    if (peek() != ':') return fail();
    ++position_;
    return true;
}

bool JsonScanner::string(std::string& value) {
    if (failed_ || peek() != '"') return fail();
    ++position_;
    value.clear();
    while (true) {
        const auto end = text_.find_first_of("\"\\", position_);
        if (end == std::string_view::npos) {
            position_ = text_.size();
            return fail();
        }
        value.append(text_, position_, end - position_);
        position_ = end + 1;
        if (text_[end] == '"') return true;
        if (!escape(value)) return false;
    }
}

bool JsonScanner::hex4(std::uint32_t& code) {
    if (position_ + 4 > text_.size()) return fail();
    const char* const begin = text_.data() + position_;
    const auto [end, error] = std::from_chars(begin, begin + 4, code, 16);
    if (error != std::errc() || end != begin + 4) return fail();
    position_ += 4;
    return true;
}

bool JsonScanner::escape(std::string& value) {
    if (position_ >= text_.size()) return fail();
    const char c = text_[position_++];
    constexpr std::string_view names = "bfnrt\"\\/", meant = "\b\f\n\r\t\"\\/";
    if (const auto at = names.find(c); at != std::string_view::npos) {
        value += meant[at];
        return true;
    }
    std::uint32_t code = 0;
    if (c != 'u' || !hex4(code)) return fail();
    if (code < 0x100) {
        value += static_cast<char>(code);
        return true;
    }
    if (code >= 0xD800 && code < 0xDC00 && text_.substr(position_, 2) == "\\u") {
        std::uint32_t low = 0;
        position_ += 2;
        if (!hex4(low)) return false;
        code = 0x10000 + ((code - 0xD800) << 10U) + ((low - 0xDC00) & 0x3FFU);
    }
    append_utf8(value, code >= 0xD800 && code < 0xE000 ? U'\uFFFD' : static_cast<char32_t>(code));
    return true;
}

bool JsonScanner::integer(std::int64_t& value) {
    peek();
    const char* const begin = text_.data() + position_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (failed_ || error != std::errc()) return fail();
    position_ += static_cast<std::size_t>(end - begin);
    return true;
}

bool JsonScanner::number(std::uint64_t& value) {
    std::int64_t number = 0;
    if (!integer(number) || number < 0) return fail();
    value = static_cast<std::uint64_t>(number);
    return true;
}

bool JsonScanner::boolean(bool& value) {
    value = peek() == 't';
    const std::string_view word = value ? "true" : "false";
    if (failed_ || text_.substr(position_, word.size()) != word) return fail();
    position_ += word.size();
    return true;
}

bool JsonScanner::skip_value() {
    // Iterative: what a program prints may be nested as deep as it likes.
    std::size_t depth = 0;
    std::string passed;
    do {
        const char c = peek();
        if (failed_ || c == '\0') return fail();
        if (c == '"') {
            if (!string(passed)) return false;
        } else if (c == '{' || c == '[') {
            ++depth;
            ++position_;
        } else if (c == '}' || c == ']') {
            if (depth == 0) return fail();
            --depth;
            ++position_;
        } else if (c == ',' || c == ':') {
            if (depth == 0) return fail();
            ++position_;
        } else {
            position_ = std::min(text_.find_first_of(" \t\r\n,:]}[{\"", position_), text_.size());
        }
    } while (depth > 0);
    return true;
}

bool JsonScanner::at_end() {
    return !failed_ && peek() == '\0' && position_ == text_.size();
}

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const char c = text.front();
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x80) {
            const auto character = first_utf8_character(text);
            if (character.valid) {
                out.append(text.substr(0, character.bytes));
            } else {
                out += fmt::format("\\u{:04x}", byte);
            }
            text.remove_prefix(character.bytes);
            continue;
        }
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte == 0x7F) {
            out += fmt::format("\\u{:04x}", byte);
        } else {
            out += c;
        }
        text.remove_prefix(1);
    }
    out += '"';
}

}  // namespace lockstep
