// What the tests of this room share: an expression that must parse, and what a reader sees of one that does not.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "testset/testset.hpp"
#include "text/render.hpp"

namespace lockstep {

inline Place place_of(std::string_view text) {
    return {std::make_shared<Source>("-E", std::string(text)), 1, 1, static_cast<std::uint32_t>(text.size())};
}

inline TestSet parsed(std::string_view text) {
    Diagnostics diagnostics;
    std::optional<TestSet> set = parse_testset(text, place_of(text), diagnostics);
    if (!set) throw std::runtime_error(render_text(diagnostics));
    if (!diagnostics.all().empty()) throw std::runtime_error("parsed, yet reported: " + render_text(diagnostics));
    return *set;
}

/// "" if it parses.
inline std::string complaint(std::string_view text) {
    Diagnostics diagnostics;
    if (parse_testset(text, place_of(text), diagnostics)) return {};
    return render_text(diagnostics);
}

/// A test of which only the name is known.
inline TestSubject subject_named(std::string_view name) {
    TestSubject subject;
    subject.name = name;
    subject.suite = name.substr(0, name.find('.'));
    return subject;
}

inline Match match_name(std::string_view expression, std::string_view name) {
    return parsed(expression).matches(subject_named(name));
}

inline Match match_dir(std::string_view expression, std::string_view dir) {
    TestSubject subject;
    subject.dir = dir;
    return parsed(expression).matches(subject);
}

inline std::ostream& operator<<(std::ostream& out, Match match) {
    return out << (match == Match::yes ? "yes" : match == Match::no ? "no" : "unknown");
}

}  // namespace lockstep
