#include "inventory/cmake_lexer.hpp"

#include <algorithm>
#include <cctype>

namespace lockstep {
namespace {

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
bool is_name_start(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool is_name(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}
char lower(char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

/// Length of "[", "="…, "[" at the start of `text`; 0 if it does not open a bracket.
std::size_t bracket_opening(std::string_view text) {
    if (!text.starts_with('[')) return 0;
    const auto end = text.find_first_not_of('=', 1);
    return end != std::string_view::npos && text[end] == '[' ? end + 1 : 0;
}

/// What "\c" stands for in an argument; '\0' if it stands for itself, backslash included.
char unescaped(char c) {
    switch (c) {
        case 'n':
            return '\n';
        case 't':
            return '\t';
        case 'r':
            return '\r';
        case ';':
            return '\0';  // kept, so that a list is not split there
        default:
            return std::isalnum(static_cast<unsigned char>(c)) != 0 ? '\0' : c;
    }
}

}  // namespace

bool CMakeLexer::next(CMakeCommand& command) {
    command.name.clear();
    command.arguments.clear();
    for (skip_space_and_comments(); !at_end(); skip_space_and_comments()) {
        if (skip_name(command)) {
            read_arguments(command);
            return true;
        }
    }
    return false;
}

void CMakeLexer::skip_space_and_comments() {
    while (!at_end()) {
        if (is_space(text_[position_])) {
            ++position_;
        } else if (text_[position_] == '#') {
            ++position_;
            if (bracket()) continue;
            const auto end = text_.find('\n', position_);
            position_ = end == std::string_view::npos ? text_.size() : end + 1;
        } else {
            return;
        }
    }
}

/// Passes "name (" and keeps the name; passes anything else by at least one byte.
bool CMakeLexer::skip_name(CMakeCommand& command) {
    const auto start = position_;
    if (!is_name_start(text_[position_])) {
        ++position_;
        return false;
    }
    while (!at_end() && is_name(text_[position_])) ++position_;
    const auto end = position_;
    while (!at_end() && (text_[position_] == ' ' || text_[position_] == '\t')) ++position_;
    if (at_end() || text_[position_] != '(') return false;
    ++position_;
    for (const char c : text_.substr(start, end - start)) command.name += lower(c);
    return true;
}

void CMakeLexer::read_arguments(CMakeCommand& command) {
    using Kind = CMakeArgument::Kind;
    std::size_t depth = 1;  // parentheses group in conditions, and are of no interest here
    for (skip_space_and_comments(); !at_end(); skip_space_and_comments()) {
        const char c = text_[position_];
        if (c == '(') {
            ++depth;
            ++position_;
        } else if (c == ')') {
            ++position_;
            if (--depth == 0) return;
        } else if (c == '"') {
            command.arguments.push_back({Kind::quoted, quoted()});
        } else if (const auto inside = bracket()) {
            command.arguments.push_back({Kind::bracket, *inside});
        } else {
            command.arguments.push_back({Kind::unquoted, unquoted()});
        }
    }
}

/// A bracket that is never closed reaches to the end: looking for an end only once keeps the lexer linear.
std::optional<std::string_view> CMakeLexer::bracket() {
    const auto opening = bracket_opening(text_.substr(position_));
    if (opening == 0) return std::nullopt;
    const auto start = position_ + opening;
    const std::string closing = "]" + std::string(opening - 2, '=') + "]";
    const auto end = text_.find(closing, start);
    position_ = end == std::string_view::npos ? text_.size() : end + closing.size();
    return text_.substr(start, end == std::string_view::npos ? end : end - start);
}

std::string_view CMakeLexer::quoted() {
    const auto start = ++position_;
    while (!at_end() && text_[position_] != '"') position_ += text_[position_] == '\\' ? 2 : 1;
    const auto end = std::min(position_, text_.size());
    position_ = end + 1;
    return text_.substr(start, end - start);
}

std::string_view CMakeLexer::unquoted() {
    const auto start = position_;
    while (!at_end()) {
        const char c = text_[position_];
        if (is_space(c) || c == '(' || c == ')' || c == '#') break;
        if (c == '"') {
            quoted();  // CMake keeps quotes that begin inside an unquoted argument, spaces between them included
        } else {
            position_ += c == '\\' ? 2 : 1;
        }
    }
    position_ = std::min(position_, text_.size());
    return text_.substr(start, position_ - start);
}

std::optional<std::string> evaluate(const CMakeArgument& argument, const CMakeVariables& variables) {
    auto text = argument.text;
    if (argument.kind == CMakeArgument::Kind::bracket) {
        if (text.starts_with('\r')) text.remove_prefix(1);
        if (text.starts_with('\n')) text.remove_prefix(1);
        return std::string(text);
    }
    std::string value;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\\' && i + 1 < text.size()) {
            const char next = text[++i];
            if (next == '\n') continue;  // a line that goes on
            if (const char meant = unescaped(next)) {
                value += meant;
            } else {
                value += c;
                value += next;
            }
        } else if (c == '$' && (text.substr(i).starts_with("${") || text.substr(i).starts_with("$ENV{"))) {
            const auto open = text.find('{', i);
            const auto close = text.find('}', open);
            if (close == std::string_view::npos || text[i + 1] != '{') return std::nullopt;
            const auto known = variables(text.substr(open + 1, close - open - 1));
            if (!known) return std::nullopt;
            value += *known;
            i = close;
        } else {
            value += c;
        }
    }
    return value;
}

std::vector<std::string> split_cmake_list(std::string_view value) {
    std::vector<std::string> elements(1);
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '\\' && i + 1 < value.size() && value[i + 1] == ';') {
            elements.back() += value[++i];
        } else if (value[i] == ';') {
            if (!elements.back().empty()) elements.emplace_back();
        } else {
            elements.back() += value[i];
        }
    }
    if (elements.back().empty()) elements.pop_back();
    return elements;
}

}  // namespace lockstep
