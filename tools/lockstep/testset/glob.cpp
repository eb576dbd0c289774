#include "testset/glob.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "text/utf8.hpp"

namespace lockstep {
namespace {

using Characters = std::span<const MatcherCharacter>;

constexpr std::size_t deepest_braces = 50;

bool is_special(const MatcherCharacter& c) {
    return c.is('*') || c.is('?') || c.is('[') || c.is('{') || c.is('}');
}

/// Globs that need no regular expression: literals with one * among them, or around one.
std::optional<Matcher> simple_text_glob(Characters glob) {
    const auto other = [](const MatcherCharacter& c) { return is_special(c) && !c.is('*'); };
    if (std::any_of(glob.begin(), glob.end(), other)) return std::nullopt;
    const auto star = [](const MatcherCharacter& c) { return c.is('*'); };
    const auto first = std::find_if(glob.begin(), glob.end(), star);
    const auto behind_run = std::find_if_not(first, glob.end(), star);
    const auto second = std::find_if(behind_run, glob.end(), star);
    if (second == glob.end())
        return Matcher::between(plain_text({glob.begin(), first}), plain_text({behind_run, glob.end()}));
    const bool ends_there = std::all_of(second, glob.end(), star);
    if (first == glob.begin() && ends_there) return Matcher::contains(plain_text({behind_run, second}));
    return std::nullopt;
}

/// `**` and `some/directory/**`.
std::optional<Matcher> simple_path_glob(Characters glob) {
    if (glob.size() < 2 || !glob.back().is('*') || !glob[glob.size() - 2].is('*')) return std::nullopt;
    const Characters head = glob.first(glob.size() - 2);
    if (std::any_of(head.begin(), head.end(), is_special)) return std::nullopt;
    if (head.empty()) return Matcher::between({}, {});
    if (head.size() < 2 || head.back().code_point != '/') return std::nullopt;
    return Matcher::below(plain_text(head.first(head.size() - 1)));
}

/// Writes a glob as a regular expression of RE2, anchored at both ends.
class Translator {
public:
    Translator(Characters glob, GlobKind kind) : glob_(glob), kind_(kind) {}

    /// False: `error` says why.
    bool run() {
        while (at_ < glob_.size()) {
            if (!translate_one()) return false;
        }
        if (open_braces_.empty()) return true;
        return fail(open_braces_.back(), "'{' without '}'", "a brace that means itself is written '\\{'");
    }

    [[nodiscard]] std::string regex() const { return "(?s)\\A(?:" + regex_ + ")\\z"; }
    [[nodiscard]] const GlobError& error() const { return error_; }

private:
    [[nodiscard]] bool in_path() const { return kind_ == GlobKind::path; }
    [[nodiscard]] bool next_is(char32_t special, std::size_t ahead) const {
        return at_ + ahead < glob_.size() && glob_[at_ + ahead].is(special);
    }

    bool translate_one() {
        const MatcherCharacter& c = glob_[at_];
        if (c.is('*')) return translate_star();
        if (in_path() && c.code_point == '/' && next_is('*', 1) && next_is('*', 2)) return translate_deep(true);
        if (c.is('[')) return translate_class();
        if (c.is('{')) return open_brace();
        if (c.is('}')) return close_brace();
        if (c.is('?')) {
            regex_ += in_path() ? "[^/]" : ".";
        } else if (c.is(',') && !open_braces_.empty()) {
            regex_ += '|';
        } else {
            add_literal(c.code_point);
        }
        ++at_;
        return true;
    }

    bool translate_star() {
        if (in_path() && next_is('*', 1)) return translate_deep(false);
        regex_ += in_path() ? "[^/]*" : ".*";
        while (next_is('*', 0)) ++at_;
        return true;
    }

    /// `**`, with the '/' before it or not: any number of directories, none too where slashes set it apart.
    bool translate_deep(bool slash_before) {
        const bool apart_before = slash_before || at_ == 0 || glob_[at_ - 1].is('{') || glob_[at_ - 1].is(',') ||
                                  glob_[at_ - 1].code_point == '/';
        if (slash_before) ++at_;
        while (next_is('*', 0)) ++at_;
        const bool ends = at_ == glob_.size() || next_is('}', 0) || (next_is(',', 0) && !open_braces_.empty());
        if (apart_before && next_is('/', 0)) {
            regex_ += slash_before ? "/(?:.*/)?" : "(?:.*/)?";
            ++at_;
        } else if (slash_before && ends) {
            regex_ += "(?:/.*)?";
        } else {
            regex_ += slash_before ? "/.*" : ".*";
        }
        return true;
    }

    bool open_brace() {
        if (open_braces_.size() == deepest_braces) {
            return fail(at_, fmt::format("more than {} braces within each other", deepest_braces), "");
        }
        open_braces_.push_back(at_);
        regex_ += "(?:";
        ++at_;
        return true;
    }

    bool close_brace() {
        if (open_braces_.empty()) {
            return fail(at_, "'}' without '{'", "a brace that means itself is written '\\}'");
        }
        open_braces_.pop_back();
        regex_ += ')';
        ++at_;
        return true;
    }

    bool translate_class() {
        const std::size_t open = at_++;
        const bool negated = next_is('!', 0) || next_is('^', 0);
        if (negated) ++at_;
        regex_ += negated ? "[^" : "[";
        if (negated && in_path()) regex_ += '/';
        // A ']' that comes first is a member, as in every shell.
        for (bool first = true; first || !next_is(']', 0); first = false) {
            if (at_ == glob_.size()) {
                return fail(open, "'[' without ']'", "a bracket that means itself is written '\\['");
            }
            if (!add_member()) return false;
        }
        regex_ += ']';
        ++at_;
        return true;
    }

    /// One character of a class, or a range such as a-z.
    bool add_member() {
        const std::size_t first_at = at_;
        const char32_t first = glob_[at_++].code_point;
        add_code_point(first);
        if (!next_is('-', 0) || at_ + 1 >= glob_.size() || next_is(']', 1)) return true;
        const char32_t last = glob_[at_ + 1].code_point;
        if (last < first) return fail(first_at, "the range runs backwards", "write the lower end first");
        regex_ += '-';
        add_code_point(last);
        at_ += 2;
        return true;
    }

    void add_code_point(char32_t code_point) {
        regex_ += fmt::format("\\x{{{:x}}}", static_cast<std::uint32_t>(code_point));
    }

    void add_literal(char32_t code_point) {
        const bool plain = (code_point >= 'a' && code_point <= 'z') || (code_point >= 'A' && code_point <= 'Z') ||
                           (code_point >= '0' && code_point <= '9') || code_point == '/' || code_point == '_';
        if (plain) {
            regex_ += static_cast<char>(code_point);
        } else {
            add_code_point(code_point);
        }
    }

    bool fail(std::size_t index, std::string message, std::string help) {
        error_ = {std::move(message), std::move(help), glob_[index].offset};
        return false;
    }

    Characters glob_;
    GlobKind kind_;
    std::size_t at_ = 0;
    std::vector<std::size_t> open_braces_;
    std::string regex_;
    GlobError error_;
};

}  // namespace

std::string plain_text(Characters characters) {
    std::string out;
    for (const MatcherCharacter& c : characters) append_utf8(out, c.code_point);
    return out;
}

CompiledGlob compile_glob(Characters glob, GlobKind kind) {
    if (std::none_of(glob.begin(), glob.end(), is_special)) return {Matcher::exact(plain_text(glob)), {}, true};
    std::optional<Matcher> simple = kind == GlobKind::path ? simple_path_glob(glob) : simple_text_glob(glob);
    if (simple) return {std::move(simple), {}, false};
    Translator translator(glob, kind);
    if (!translator.run()) return {std::nullopt, translator.error(), false};
    Matcher::Compiled compiled = Matcher::regex(translator.regex());
    if (!compiled.error.empty()) {
        return {std::nullopt, {fmt::format("the glob cannot be used: {}", compiled.error), "", glob[0].offset}, false};
    }
    return {std::move(compiled.matcher), {}, false};
}

}  // namespace lockstep
