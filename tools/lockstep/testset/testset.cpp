#include "testset/testset.hpp"

#include <algorithm>

#include "testset/tree.hpp"

namespace lockstep {
namespace {

Match known(bool value) {
    return value ? Match::yes : Match::no;
}

Match negated(Match value) {
    if (value == Match::unknown) return value;
    return known(value == Match::no);
}

Match match_known(const Matcher& matcher, const std::optional<std::string_view>& value) {
    return value ? known(matcher.matches(*value)) : Match::unknown;
}

/// "" is "in none", which no matcher matches: `!phase(*)` is the tests of no phase.
Match match_membership(const Matcher& matcher, const std::optional<std::string_view>& value) {
    return value && value->empty() ? Match::no : match_known(matcher, value);
}

template <class T>
Match match_any(const Matcher& matcher, std::span<const T> values) {
    return known(std::any_of(values.begin(), values.end(), [&](const T& value) { return matcher.matches(value); }));
}

Match match_field(Field field, const Matcher& matcher, const TestSubject& subject) {
    switch (field) {
        case Field::name:
            return known(matcher.matches(subject.name));
        case Field::suite:
            return known(matcher.matches(subject.suite));
        case Field::label:
            return match_any(matcher, subject.labels);
        case Field::marker:
            return match_any(matcher, subject.markers);
        case Field::dir:
            return match_known(matcher, subject.dir);
        case Field::source:
            return match_known(matcher, subject.source);
        case Field::target:
            return match_known(matcher, subject.target);
        case Field::command:
            return match_known(matcher, subject.command);
        case Field::phase:
            return match_membership(matcher, subject.phase);
        case Field::service:
            break;
    }
    return subject.services ? match_any(matcher, *subject.services) : Match::unknown;
}

}  // namespace

Match TestSet::Node::matches(const TestSubject& subject) const {
    switch (kind) {
        case Kind::all:
            return Match::yes;
        case Kind::none:
            return Match::no;
        case Kind::predicate:
            return match_field(field, *matcher, subject);
        case Kind::negation:
            return negated(operands.front().matches(subject));
        case Kind::conjunction:
        case Kind::disjunction:
            break;
    }
    const Match decisive = kind == Kind::conjunction ? Match::no : Match::yes;
    Match result = negated(decisive);
    for (const Node& operand : operands) {
        const Match value = operand.matches(subject);
        if (value == decisive) return decisive;
        if (value == Match::unknown) result = Match::unknown;
    }
    return result;
}

TestSet::TestSet() {
    static const auto none = std::make_shared<const Root>(Root{{}, "none()", {}, {}, {}, {}});
    root_ = none;
}

Match TestSet::matches(const TestSubject& subject) const {
    return root_->node.matches(subject);
}
const TestSet::References& TestSet::markers() const {
    return root_->markers;
}
const TestSet::References& TestSet::phases() const {
    return root_->phases;
}
const TestSet::References& TestSet::services() const {
    return root_->services;
}
const std::string& TestSet::text() const {
    return root_->text;
}
const Place& TestSet::place() const {
    return root_->place;
}

}  // namespace lockstep
