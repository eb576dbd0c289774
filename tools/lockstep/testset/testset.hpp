// Test-set expressions: `label(api) & !name(/slow/)`. Pure: text in, a value out that says yes, no or unknown of a
// test. Operators and matchers are cargo-nextest's (https://nexte.st/docs/filtersets/reference/), predicates are ours.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "text/diagnostics.hpp"

namespace lockstep {

/// What an expression can ask of a test. All views are borrowed for the length of one call.
struct TestSubject {
    std::string_view name;
    std::string_view suite;  ///< the part before the first '.', the whole name without one
    std::span<const std::string> labels;
    std::optional<std::string_view> dir;        ///< relative to the top, "." for the top; unknown: none
    std::optional<std::string_view> source;     ///< file that defines the case; unknown: none
    std::optional<std::string_view> target;     ///< base name of the program; none: the test has no command
    std::optional<std::string_view> command;    ///< the whole command line, words joined by a space
    std::span<const std::string_view> markers;  ///< as resolved so far
    std::optional<std::string_view> phase;      ///< as resolved; "" in no phase; none: not resolved yet
    std::optional<std::span<const std::string_view>> services;  ///< as resolved; none: not resolved yet
};

enum class Match { no, yes, unknown };

/// A parsed expression; cheap to copy, immutable, safe to share between threads.
class TestSet {
public:
    TestSet();  ///< none()

    /// Kleene's three-valued logic: unknown only where the value depends on what is not known.
    [[nodiscard]] Match matches(const TestSubject& subject) const;

    /// Names asked for exactly (`marker(x)`, `marker(=x)`), and whether a matcher that is not exact is used.
    struct References {
        std::set<std::string> names;
        bool any_matcher = false;
        bool used = false;
    };
    [[nodiscard]] const References& markers() const;
    [[nodiscard]] const References& phases() const;
    [[nodiscard]] const References& services() const;

    /// The text it was parsed from.
    [[nodiscard]] const std::string& text() const;
    [[nodiscard]] const Place& place() const;

    struct Node;

private:
    friend std::optional<TestSet> parse_testset(std::string_view, const Place&, Diagnostics&);
    struct Root;
    std::shared_ptr<const Root> root_;
};

/// Parses `text`, which begins at `place` (the first character inside the quotes of the plan; place.at(offset, n)
/// points at a part of it). Errors are reported with codes "testset-syntax", "unknown-predicate", "bad-regex",
/// "bad-glob", "testset-too-deep" (nesting beyond 200); nothing is returned then.
[[nodiscard]] std::optional<TestSet> parse_testset(std::string_view text, const Place& place, Diagnostics& diagnostics);

}  // namespace lockstep
