// Test-set expressions: whatever the bytes, parsing ends in a set or in an error that can be shown, and a set can be
// asked of any test.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "testset/testset.hpp"
#include "text/render.hpp"

namespace {

using lockstep::Match;
using lockstep::TestSet;
using lockstep::TestSubject;

void require(bool holds) {
    if (!holds) std::abort();
}

std::vector<TestSubject> subjects() {
    static const std::vector<std::string> labels{"api", "slow", "a b;c"};
    static const std::vector<std::string_view> markers{"serial", "db"};
    TestSubject known;
    known.name = "Db.connects/10";
    known.suite = "Db";
    known.labels = labels;
    known.dir = "tests/api/v1";
    known.source = "tests/api/v1/db_test.cpp";
    known.target = "db_test";
    known.command = "build/bin/db_test --fast";
    known.markers = markers;
    known.phase = "core";
    known.services = std::span<const std::string_view>{};
    TestSubject strange = known;
    strange.name = "\xFF\xC3 caf\xE9\n";
    strange.dir = "\xE2\x82";
    return {known, strange, TestSubject{}};
}

void check_errors(std::string_view text, const lockstep::Diagnostics& diagnostics) {
    require(diagnostics.errors() == 1);
    const lockstep::Diagnostic& error = diagnostics.all().front();
    require(!error.message.empty() && !error.code.empty() && error.place.known());
    // One past the end is where something is missing.
    require(error.place.column >= 1 || error.place.line > 1);
    require(error.place.column <= text.size() + 1);
    require(!render_text(diagnostics).empty() && !render_json(diagnostics).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto source = std::make_shared<lockstep::Source>("-E", std::string(text));
    const lockstep::Place place{source, 1, 1, static_cast<std::uint32_t>(size)};
    lockstep::Diagnostics diagnostics;
    const std::optional<TestSet> set = parse_testset(text, place, diagnostics);
    if (!set) {
        check_errors(text, diagnostics);
        return 0;
    }
    require(diagnostics.all().empty());
    require(set->text() == text);
    for (const TestSubject& subject : subjects()) {
        const Match match = set->matches(subject);
        require(match == set->matches(subject));
        // The set in a bracket, negated, is the complement.
        lockstep::Diagnostics none;
        const std::optional<TestSet> complement = parse_testset("!(" + std::string(text) + ")", {}, none);
        if (!complement) continue;  // nested one too deep
        const Match other = complement->matches(subject);
        require((match == Match::unknown) == (other == Match::unknown));
        require(match == Match::unknown || match != other);
    }
    return 0;
}
