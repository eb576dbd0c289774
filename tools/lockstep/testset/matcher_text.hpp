// The argument of a predicate: which matcher, and the characters it is made of.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "testset/expression_errors.hpp"
#include "testset/glob.hpp"

namespace lockstep {

struct MatcherText {
    enum class Kind { exact, contains, glob, regex };

    Kind kind = Kind::glob;
    std::vector<MatcherCharacter> characters;  ///< trimmed; not of a regex
    std::string_view pattern;                  ///< of a regex, as written between the slashes
    std::size_t offset = 0;                    ///< of its first character in the expression
    std::size_t end = 0;                       ///< offset of the ')' behind it
};

/// Reads the matcher that begins behind the '(' at `open` and checks that a ')' follows. The expression must be
/// UTF-8. Errors: "testset-syntax".
[[nodiscard]] std::optional<MatcherText> read_matcher_text(std::string_view expression, std::size_t open,
                                                           ExpressionErrors& errors);

[[nodiscard]] constexpr bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace lockstep
