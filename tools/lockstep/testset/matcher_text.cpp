#include "testset/matcher_text.hpp"

#include <fmt/core.h>

#include <charconv>
#include <utility>

#include "text/utf8.hpp"

namespace lockstep {
namespace {

constexpr std::string_view syntax = "testset-syntax";

bool is_punctuation(char32_t c) {
    return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

class MatcherReader {
public:
    MatcherReader(std::string_view expression, std::size_t open, ExpressionErrors& errors)
        : text_(expression), open_(open), at_(open + 1), errors_(errors) {}

    std::optional<MatcherText> read() {
        skip_blanks();
        result_.offset = at_;
        if (at_ < text_.size() && text_[at_] == '/') return read_regex();
        read_kind();
        while (at_ < text_.size() && text_[at_] != ')') {
            if (!read_character()) return std::nullopt;
        }
        if (at_ == text_.size()) return missing_bracket();
        trim();
        result_.end = at_;
        return std::move(result_);
    }

private:
    void skip_blanks() {
        while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    }

    void read_kind() {
        if (at_ == text_.size()) return;
        switch (text_[at_]) {
            case '=':
                result_.kind = MatcherText::Kind::exact;
                break;
            case '~':
                result_.kind = MatcherText::Kind::contains;
                break;
            case '#':
                break;
            default:
                return;
        }
        ++at_;
    }

    std::optional<MatcherText> read_regex() {
        const std::size_t begin = at_ + 1;
        std::size_t end = begin;
        while (end < text_.size() && text_[end] != '/') end += text_[end] == '\\' ? 2 : 1;
        if (end >= text_.size()) {
            errors_.report({at_, 1}, std::string(syntax), "missing '/' at the end of the regular expression",
                           "a glob that begins with '/' is written '#/…'");
            return std::nullopt;
        }
        result_.kind = MatcherText::Kind::regex;
        result_.pattern = text_.substr(begin, end - begin);
        result_.offset = begin;
        at_ = end + 1;
        skip_blanks();
        if (at_ == text_.size()) return missing_bracket();
        if (text_[at_] != ')') {
            errors_.report({at_, first_utf8_character(text_.substr(at_)).bytes}, std::string(syntax),
                           "expected ')' after the regular expression",
                           "a '/' within it is written '\\/'; a glob that begins with '/' is written '#/…'");
            return std::nullopt;
        }
        result_.end = at_;
        return std::move(result_);
    }

    bool read_character() {
        const Utf8Character character = first_utf8_character(text_.substr(at_));
        if (character.code_point == '\\') return read_escape();
        result_.characters.push_back({character.code_point, false, at_});
        at_ += character.bytes;
        return true;
    }

    bool read_escape() {
        if (at_ + 1 == text_.size()) {
            ++at_;
            return true;  // the missing bracket is what is reported
        }
        const Utf8Character next = first_utf8_character(text_.substr(at_ + 1));
        switch (next.code_point) {
            case 'n':
                return take_escape('\n', 2);
            case 'r':
                return take_escape('\r', 2);
            case 't':
                return take_escape('\t', 2);
            case 'u':
                return read_code_point();
            default:
                break;
        }
        if (is_punctuation(next.code_point) || next.code_point == ' ') return take_escape(next.code_point, 2);
        const std::string_view written = text_.substr(at_, 1 + next.bytes);
        errors_.report({at_, written.size()}, std::string(syntax), fmt::format("unknown escape '{}'", written),
                       "a backslash that means itself is written '\\\\'; a regular expression stands between slashes");
        return false;
    }

    /// \u{7FFF}
    bool read_code_point() {
        const std::size_t close = text_.substr(at_, sizeof("\\u{10FFFF}") - 1).find('}');
        std::uint32_t value = 0;
        if (close != std::string_view::npos && close > 3 && text_[at_ + 2] == '{') {
            const std::string_view digits = text_.substr(at_ + 3, close - 3);
            const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
            const bool scalar = value != 0 && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
            if (error == std::errc() && stop == digits.data() + digits.size() && scalar) {
                return take_escape(static_cast<char32_t>(value), close + 1);
            }
        }
        errors_.report({at_, 2}, std::string(syntax), "'\\u' without the number of a character",
                       "write it in hexadecimal, as in '\\u{E9}'");
        return false;
    }

    bool take_escape(char32_t code_point, std::size_t bytes) {
        result_.characters.push_back({code_point, true, at_});
        at_ += bytes;
        return true;
    }

    std::optional<MatcherText> missing_bracket() {
        errors_.report({text_.size(), 1}, std::string(syntax), "missing ')'",
                       "a bracket that is part of the text is written '\\)'", {open_, 1}, "the '(' is here");
        return std::nullopt;
    }

    void trim() {
        const auto blank = [](const MatcherCharacter& c) {
            return !c.escaped && c.code_point < 0x80 && is_blank(static_cast<char>(c.code_point));
        };
        auto& characters = result_.characters;
        while (!characters.empty() && blank(characters.back())) characters.pop_back();
        auto first = characters.begin();
        while (first != characters.end() && blank(*first)) ++first;
        characters.erase(characters.begin(), first);
    }

    std::string_view text_;
    std::size_t open_;
    std::size_t at_;
    ExpressionErrors& errors_;
    MatcherText result_;
};

}  // namespace

std::optional<MatcherText> read_matcher_text(std::string_view expression, std::size_t open, ExpressionErrors& errors) {
    return MatcherReader(expression, open, errors).read();
}

}  // namespace lockstep
