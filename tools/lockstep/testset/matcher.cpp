#include "testset/matcher.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "testset/regex_literals.hpp"
#include "text/utf8.hpp"

namespace lockstep {
namespace {

// Of program and caches together; a pattern that needs more is refused by RE2 ("pattern too large").
constexpr std::int64_t regex_memory = 8 << 20;

re2::RE2::Options regex_options() {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_never_capture(true);
    options.set_max_mem(regex_memory);
    return options;
}

bool search(const re2::RE2& regex, std::string_view text) {
    return regex.Match(re2::StringPiece(text.data(), text.size()), 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

bool is_utf8(std::string_view text) {
    const auto first =
        std::find_if(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    text.remove_prefix(static_cast<std::size_t>(first - text.begin()));
    while (!text.empty()) {
        const Utf8Character character = first_utf8_character(text);
        if (!character.valid) return false;
        text.remove_prefix(character.bytes);
    }
    return true;
}

std::string with_replacements(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const Utf8Character character = first_utf8_character(text);
        append_utf8(out, character.code_point);
        text.remove_prefix(character.bytes);
    }
    return out;
}

}  // namespace

Matcher::Matcher(Kind kind, std::string first, std::string second)
    : kind_(kind), first_(std::move(first)), second_(std::move(second)) {}

Matcher Matcher::exact(std::string text) {
    return {Kind::exact, std::move(text), {}};
}
Matcher Matcher::contains(std::string text) {
    return {Kind::contains, std::move(text), {}};
}
Matcher Matcher::between(std::string prefix, std::string suffix) {
    return {Kind::between, std::move(prefix), std::move(suffix)};
}
Matcher Matcher::below(std::string directory) {
    return {Kind::below, std::move(directory), {}};
}

Matcher::Compiled Matcher::regex(std::string_view pattern) {
    auto compiled = std::make_shared<re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), regex_options());
    if (!compiled->ok()) return {exact({}), compiled->error(), compiled->error_arg()};
    RegexLiterals literals = regex_literals(pattern);
    if (literals.whole) {
        if (literals.from_start && literals.to_end) return {exact(std::move(*literals.whole)), {}, {}};
        if (literals.from_start) return {between(std::move(*literals.whole), {}), {}, {}};
        if (literals.to_end) return {between({}, std::move(*literals.whole)), {}, {}};
        return {contains(std::move(*literals.whole)), {}, {}};
    }
    Matcher matcher(Kind::regex, std::move(literals.prefix), std::move(literals.suffix));
    matcher.regex_ = std::move(compiled);
    return {std::move(matcher), {}, {}};
}

bool Matcher::matches(std::string_view text) const {
    const auto ends_agree = [&] {
        return text.size() >= first_.size() + second_.size() && text.starts_with(first_) && text.ends_with(second_);
    };
    switch (kind_) {
        case Kind::exact:
            return text == first_;
        case Kind::contains:
            return text.find(first_) != std::string_view::npos;
        case Kind::between:
            return ends_agree();
        case Kind::below:
            return text.starts_with(first_) && (text.size() == first_.size() || text[first_.size()] == '/');
        case Kind::regex:
            break;
    }
    if (!ends_agree()) return false;
    return is_utf8(text) ? search(*regex_, text) : search(*regex_, with_replacements(text));
}

}  // namespace lockstep
