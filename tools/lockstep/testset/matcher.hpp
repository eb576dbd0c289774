// One compiled matcher: a text in, yes or no out. Most matchers of real plans ask for a whole text, a prefix or a
// suffix; those never reach RE2, and a regular expression is asked only if its literal ends agree.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace lockstep {

/// Immutable after construction; safe to share between threads. No call allocates, except a regular expression on a
/// text that is not UTF-8.
class Matcher {
public:
    static Matcher exact(std::string text);
    static Matcher contains(std::string text);
    /// Begins with one and ends with the other, without overlap; both may be empty.
    static Matcher between(std::string prefix, std::string suffix);
    /// The directory itself and all below it.
    static Matcher below(std::string directory);

    struct Compiled;
    /// RE2's syntax, searched for anywhere unless it anchors itself; no look-around or back-references, so linear
    /// time. In the text each byte that is not UTF-8 counts as U+FFFD. On failure `error` says why.
    static Compiled regex(std::string_view pattern);

    [[nodiscard]] bool matches(std::string_view text) const;

private:
    enum class Kind { exact, contains, between, below, regex };

    Matcher(Kind kind, std::string first, std::string second);

    Kind kind_;
    std::string first_;   ///< the text, the prefix
    std::string second_;  ///< the suffix
    std::shared_ptr<const re2::RE2> regex_;
};

struct Matcher::Compiled {
    Matcher matcher;
    std::string error;           ///< empty: it compiled
    std::string error_fragment;  ///< the part of the pattern that the error is about; may be empty
};

}  // namespace lockstep
