// Globs: * ? [abc] [!a-z] {a,b}, and ** in paths.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "testset/matcher.hpp"

namespace lockstep {

/// One character of a matcher's text, escapes already read.
struct MatcherCharacter {
    char32_t code_point = 0;
    bool escaped = false;    ///< written with a backslash: means itself
    std::size_t offset = 0;  ///< of its first byte in the expression

    [[nodiscard]] bool is(char32_t special) const { return !escaped && code_point == special; }
};

enum class GlobKind {
    text,  ///< * matches anything
    path,  ///< * and ? stop at '/', ** does not; `a/**` matches a itself and all below it, `**/a` also a
};

struct GlobError {
    std::string message;
    std::string help;
    std::size_t offset = 0;
};

struct CompiledGlob {
    std::optional<Matcher> matcher;
    GlobError error;        ///< if there is no matcher
    bool is_exact = false;  ///< no character of it is special
};

[[nodiscard]] CompiledGlob compile_glob(std::span<const MatcherCharacter> glob, GlobKind kind);

/// The characters as UTF-8.
[[nodiscard]] std::string plain_text(std::span<const MatcherCharacter> characters);

}  // namespace lockstep
