#include "testset/predicate.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <span>
#include <utility>

namespace lockstep {
namespace {

using Characters = std::span<const MatcherCharacter>;

struct Compiled {
    Matcher matcher;
    std::optional<std::string> exact;  ///< the name, if just one matches
};

/// "./a/" names the directory that CMake calls "a".
Characters directory_characters(Characters characters) {
    if (characters.size() > 2 && characters[0].code_point == '.' && characters[1].code_point == '/') {
        characters = characters.subspan(2);
    }
    if (characters.size() > 1 && characters.back().code_point == '/')
        characters = characters.first(characters.size() - 1);
    return characters;
}

std::optional<Compiled> compile_regex(const MatcherText& text, ExpressionErrors& errors) {
    Matcher::Compiled compiled = Matcher::regex(text.pattern);
    if (compiled.error.empty()) return Compiled{std::move(compiled.matcher), std::nullopt};
    const std::string& fragment = compiled.error_fragment;
    const std::size_t found = fragment.empty() ? std::string_view::npos : text.pattern.find(fragment);
    const ExpressionErrors::Stretch where = found == std::string_view::npos
                                                ? ExpressionErrors::Stretch{text.offset, text.pattern.size()}
                                                : ExpressionErrors::Stretch{text.offset + found, fragment.size()};
    errors.report(where, "bad-regex", fmt::format("invalid regular expression: {}", compiled.error),
                  "the syntax is RE2's (https://github.com/google/re2/wiki/Syntax): no look-around, no "
                  "back-references");
    return std::nullopt;
}

std::optional<Compiled> compile_matcher(const FieldName& field, const MatcherText& text, ExpressionErrors& errors) {
    if (text.kind == MatcherText::Kind::regex) return compile_regex(text, errors);
    Characters characters = text.characters;
    if (text.kind == MatcherText::Kind::contains) return Compiled{Matcher::contains(plain_text(characters)), {}};
    if (field.field == Field::dir) characters = directory_characters(characters);
    if (text.kind == MatcherText::Kind::exact) {
        return Compiled{Matcher::exact(plain_text(characters)), plain_text(characters)};
    }
    const bool path = field.field == Field::dir || field.field == Field::source;
    CompiledGlob glob = compile_glob(characters, path ? GlobKind::path : GlobKind::text);
    if (!glob.matcher) {
        errors.report({glob.error.offset, 1}, "bad-glob", fmt::format("invalid glob: {}", glob.error.message),
                      glob.error.help);
        return std::nullopt;
    }
    return Compiled{std::move(*glob.matcher), glob.is_exact ? std::optional(plain_text(characters)) : std::nullopt};
}

}  // namespace

std::optional<TestSet::Node> make_predicate(const FieldName& field, const MatcherText& text,
                                            TestSet::References* references, ExpressionErrors& errors) {
    const bool empty = text.kind == MatcherText::Kind::regex ? text.pattern.empty() : text.characters.empty();
    if (empty) {
        const std::size_t begin = text.kind == MatcherText::Kind::regex ? text.offset - 1 : text.offset;
        errors.report({begin, std::max<std::size_t>(text.end - begin, 1)}, "testset-syntax",
                      fmt::format("{}() needs something to match", field.name),
                      fmt::format("whatever there is matches {}(*)", field.name));
        return std::nullopt;
    }
    std::optional<Compiled> compiled = compile_matcher(field, text, errors);
    if (!compiled) return std::nullopt;
    if (references) {
        references->used = true;
        if (compiled->exact) {
            references->names.insert(*compiled->exact);
        } else {
            references->any_matcher = true;
        }
    }
    TestSet::Node node;
    node.kind = TestSet::Node::Kind::predicate;
    node.field = field.field;
    node.matcher = std::move(compiled->matcher);
    return node;
}

}  // namespace lockstep
