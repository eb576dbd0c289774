// The parsed form of a test-set expression, private to this room.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "testset/matcher.hpp"
#include "testset/testset.hpp"

namespace lockstep {

enum class Field { name, suite, label, dir, source, target, command, marker, phase, service };

struct FieldName {
    std::string_view name;
    Field field;
};

inline constexpr std::array<FieldName, 10> field_names{{{"name", Field::name},
                                                        {"suite", Field::suite},
                                                        {"label", Field::label},
                                                        {"dir", Field::dir},
                                                        {"source", Field::source},
                                                        {"target", Field::target},
                                                        {"command", Field::command},
                                                        {"marker", Field::marker},
                                                        {"phase", Field::phase},
                                                        {"service", Field::service}}};

/// Chains of one operator are one node, however long, so a tree is never deeper than the nesting that is allowed.
struct TestSet::Node {
    enum class Kind { all, none, predicate, negation, conjunction, disjunction };

    Kind kind = Kind::none;
    Field field = Field::name;
    std::optional<Matcher> matcher;  ///< of a predicate
    std::vector<Node> operands;

    [[nodiscard]] Match matches(const TestSubject& subject) const;
};

struct TestSet::Root {
    Node node;
    std::string text;
    Place place;
    References markers;
    References phases;
    References services;
};

}  // namespace lockstep
