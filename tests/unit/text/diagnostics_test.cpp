#include "text/diagnostics.hpp"

#include <gtest/gtest.h>

namespace lockstep {
namespace {

TEST(Source, knows_its_lines) {
    const Source source("plan", "one\ntwo\r\n\n\r\nlast");
    EXPECT_EQ(source.line(1), "one");
    EXPECT_EQ(source.line(2), "two");
    EXPECT_EQ(source.line(3), "");
    EXPECT_EQ(source.line(4), "");
    EXPECT_EQ(source.line(5), "last");
    EXPECT_EQ(source.line(0), "");
    EXPECT_EQ(source.line(6), "");
}

TEST(Source, a_line_end_at_the_end_opens_an_empty_line) {
    const Source source("plan", "one\n");
    EXPECT_EQ(source.line(1), "one");
    EXPECT_EQ(source.line(2), "");
}

TEST(Source, a_carriage_return_alone_ends_no_line) {
    const Source source("plan", "a\rb\nc");
    EXPECT_EQ(source.line(1), "a\rb");
    EXPECT_EQ(source.line(2), "c");
}

TEST(Source, may_be_empty) {
    EXPECT_EQ(Source("plan", "").line(1), "");
}

TEST(Place, is_brief) {
    const Place place{std::make_shared<Source>("lockstep.toml", "x"), 12, 3, 4};
    EXPECT_EQ(place.brief(), "lockstep.toml:12");
    EXPECT_EQ(Place{}.brief(), "");
}

TEST(Place, moves_within_its_line) {
    const Place place{std::make_shared<Source>("lockstep.toml", "x"), 12, 3, 4};
    const Place moved = place.at(5, 2);
    EXPECT_EQ(moved.source, place.source);
    EXPECT_EQ(moved.line, 12U);
    EXPECT_EQ(moved.column, 8U);
    EXPECT_EQ(moved.length, 2U);
    EXPECT_FALSE(Place{}.at(5, 2).known());
}

TEST(Diagnostics, counts_by_severity_and_keeps_the_order) {
    Diagnostics diagnostics;
    EXPECT_FALSE(diagnostics.has_errors());
    diagnostics.warning({}, "a-code", "first");
    diagnostics.error({}, "b-code", "second", "do this");
    diagnostics.report({Severity::note, "third", "c-code"});
    EXPECT_TRUE(diagnostics.has_errors());
    EXPECT_EQ(diagnostics.errors(), 1U);
    EXPECT_EQ(diagnostics.warnings(), 1U);
    ASSERT_EQ(diagnostics.all().size(), 3U);
    EXPECT_EQ(diagnostics.all()[0].message, "first");
    EXPECT_EQ(diagnostics.all()[1].code, "b-code");
    EXPECT_EQ(diagnostics.all()[1].help, "do this");
    EXPECT_EQ(diagnostics.all()[2].severity, Severity::note);
}

}  // namespace
}  // namespace lockstep
