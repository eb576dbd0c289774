// A predicate's name and matcher text made into a node that matches.
#pragma once

#include <optional>

#include "testset/expression_errors.hpp"
#include "testset/matcher_text.hpp"
#include "testset/tree.hpp"

namespace lockstep {

/// Errors: "testset-syntax" for an empty matcher, "bad-regex", "bad-glob". A name that is asked for exactly is added
/// to `references`, which may be null.
[[nodiscard]] std::optional<TestSet::Node> make_predicate(const FieldName& field, const MatcherText& text,
                                                          TestSet::References* references, ExpressionErrors& errors);

}  // namespace lockstep
