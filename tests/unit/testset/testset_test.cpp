#include "testset/testset.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "parsing.hpp"

namespace lockstep {
namespace {

using Names = std::set<std::string>;

TEST(TestSet, is_none_from_the_start) {
    const TestSet set;
    EXPECT_EQ(set.matches({}), Match::no);
    EXPECT_EQ(set.text(), "none()");
    EXPECT_FALSE(set.place().known());
    EXPECT_FALSE(set.markers().used);
}

TEST(TestSet, keeps_its_text_and_place) {
    const TestSet set = parsed(" label(a) ");
    EXPECT_EQ(set.text(), " label(a) ");
    EXPECT_EQ(set.place().brief(), "-E:1");
}

TEST(TestSet, asks_each_field) {
    const std::vector<std::string> labels{"api", "slow"};
    const std::vector<std::string_view> markers{"serial", "db"};
    TestSubject subject;
    subject.name = "Db.connects";
    subject.suite = "Db";
    subject.labels = labels;
    subject.dir = "tests/db";
    subject.source = "tests/db/db_test.cpp";
    subject.target = "db_test";
    subject.command = "build/bin/db_test --fast";
    subject.markers = markers;
    subject.phase = "core";
    const std::vector<std::string_view> services{"orders", "users"};
    subject.services = services;
    for (const char* yes : {"name(Db.connects)", "suite(Db)", "label(slow)", "label(a*)", "dir(tests/db)",
                            "source(tests/**)", "target(db_test)", "command(~--fast)", "marker(db)", "marker(/^ser/)",
                            "phase(core)", "service(u*)", "all()", "!none()"}) {
        EXPECT_EQ(parsed(yes).matches(subject), Match::yes) << yes;
    }
    for (const char* no : {"name(Db)", "suite(Db.connects)", "label(fast)", "label(apislow)", "dir(tests)", "source(x)",
                           "target(build/bin/db_test)", "command(db_test)", "marker(x)", "phase(api)", "service(x)",
                           "none()", "!all()"}) {
        EXPECT_EQ(parsed(no).matches(subject), Match::no) << no;
    }
}

TEST(TestSet, what_is_not_known_is_unknown) {
    const TestSubject subject = subject_named("a");
    for (const char* field : {"dir", "source", "target", "command", "phase", "service"}) {
        EXPECT_EQ(parsed(std::string(field) + "(*)").matches(subject), Match::unknown) << field;
        EXPECT_EQ(parsed("!" + std::string(field) + "(x)").matches(subject), Match::unknown) << field;
    }
    EXPECT_EQ(parsed("label(*) | marker(*)").matches(subject), Match::no);
}

TEST(TestSet, in_no_phase_is_known_and_matches_nothing) {
    TestSubject subject;
    subject.phase = "";
    subject.services = std::span<const std::string_view>{};
    EXPECT_EQ(parsed("phase(*)").matches(subject), Match::no);
    EXPECT_EQ(parsed("phase(/^$/)").matches(subject), Match::no);
    EXPECT_EQ(parsed("!phase(*) & !service(*)").matches(subject), Match::yes);
}

TEST(TestSet, unknown_only_where_it_matters) {
    struct Case {
        std::string_view expression;
        Match expected;
    };
    const Case cases[] = {
        {"source(x) & none()", Match::no},     {"none() & source(x)", Match::no},
        {"source(x) & all()", Match::unknown}, {"source(x) | all()", Match::yes},
        {"all() | source(x)", Match::yes},     {"source(x) | none()", Match::unknown},
        {"all() - source(x)", Match::unknown}, {"none() - source(x)", Match::no},
        {"source(x) - all()", Match::no},      {"!(source(x) & label(y))", Match::yes},
        {"!(source(x) | all())", Match::no},   {"source(x) - source(x)", Match::unknown},
        {"source(x) & label(y)", Match::no},
    };
    for (const Case& c : cases) EXPECT_EQ(parsed(c.expression).matches({}), c.expected) << c.expression;
}

TEST(TestSet, precedence) {
    struct Case {
        std::string_view expression;
        std::string_view same;
    };
    const Case cases[] = {
        {"label(a) | label(b) & label(c)", "label(a) | (label(b) & label(c))"},
        {"label(a) & label(b) | label(c)", "(label(a) & label(b)) | label(c)"},
        {"label(a) - label(b) | label(c)", "(label(a) - label(b)) | label(c)"},
        {"label(a) | label(b) - label(c)", "label(a) | (label(b) & !label(c))"},
        {"label(a) - label(b) - label(c)", "label(a) & !label(b) & !label(c)"},
        {"label(a) - label(b) & label(c)", "(label(a) & !label(b)) & label(c)"},
        {"!label(a) & label(b)", "(!label(a)) & label(b)"},
        {"not label(a) or label(b)", "(!label(a)) | label(b)"},
        {"!label(a) - !label(b)", "(!label(a)) & label(b)"},
        {"not(label(a) and label(b))", "!(label(a) & label(b))"},
        {"! ! label(a)", "label(a)"},
        {"not not label(a)", "label(a)"},
        {"label(a)and label(b)or label(c)", "(label(a)&label(b))|label(c)"},
        {"label(a)-label(b)", "label(a) - label(b)"},
        {"\tlabel ( a )\n|\r\n label(b)", "label(a)|label(b)"},
    };
    for (const Case& c : cases) {
        for (unsigned bits = 0; bits < 8; ++bits) {
            std::vector<std::string> labels;
            for (const unsigned i : {0U, 1U, 2U}) {
                if ((bits >> i & 1U) != 0) labels.emplace_back(1, "abc"[i]);
            }
            TestSubject subject;
            subject.labels = labels;
            EXPECT_EQ(parsed(c.expression).matches(subject), parsed(c.same).matches(subject))
                << c.expression << " with labels " << bits;
        }
    }
}

/// A random expression and what it must say; leaves are known to be yes, no or unknown of the subject used.
struct RandomExpression {
    std::string text;
    Match value;
};

Match kleene_not(Match a) {
    return a == Match::unknown ? a : a == Match::yes ? Match::no : Match::yes;
}
Match kleene_and(Match a, Match b) {
    if (a == Match::no || b == Match::no) return Match::no;
    return a == Match::yes && b == Match::yes ? Match::yes : Match::unknown;
}
Match kleene_or(Match a, Match b) {
    return kleene_not(kleene_and(kleene_not(a), kleene_not(b)));
}

RandomExpression random_expression(std::mt19937& random, int depth) {
    const std::string blank(random() % 2, ' ');
    switch (depth == 0 ? random() % 3 : 3 + random() % 5) {
        case 0:
            return {"name(t*)", Match::yes};
        case 1:
            return {"label(x)", Match::no};
        case 2:
            return {"source(x)", Match::unknown};
        case 3: {
            const RandomExpression a = random_expression(random, depth - 1);
            return {(random() % 2 == 0 ? "!" + blank + "(" : "not (") + a.text + ")", kleene_not(a.value)};
        }
        default:
            break;
    }
    const RandomExpression a = random_expression(random, depth - 1);
    const RandomExpression b = random_expression(random, depth - 1);
    const std::string left = "(" + a.text + ")" + blank;
    const std::string right = blank + "(" + b.text + ")";
    switch (random() % 5) {
        case 0:
            return {left + "&" + right, kleene_and(a.value, b.value)};
        case 1:
            return {left + "and" + right, kleene_and(a.value, b.value)};
        case 2:
            return {left + "|" + right, kleene_or(a.value, b.value)};
        case 3:
            return {left + "or" + right, kleene_or(a.value, b.value)};
        default:
            return {left + "-" + right, kleene_and(a.value, kleene_not(b.value))};
    }
}

TEST(TestSet, random_expressions_follow_kleenes_logic) {
    std::mt19937 random(3);
    std::array<int, 3> seen{};
    const TestSubject subject = subject_named("test");
    for (int i = 0; i < 2000; ++i) {
        const RandomExpression expression = random_expression(random, static_cast<int>(random() % 5));
        ASSERT_EQ(parsed(expression.text).matches(subject), expression.value) << expression.text;
        ++seen[static_cast<std::size_t>(expression.value)];
    }
    for (const int count : seen) EXPECT_GT(count, 200);
}

TEST(TestSet, says_what_it_refers_to) {
    const TestSet set = parsed("marker(a) & !marker(=b) | phase(core) - phase(c*) | marker(/^c$/)");
    EXPECT_TRUE(set.markers().used);
    EXPECT_EQ(set.markers().names, (Names{"a", "b"}));
    EXPECT_TRUE(set.markers().any_matcher);
    EXPECT_EQ(set.phases().names, Names{"core"});
    EXPECT_TRUE(set.phases().any_matcher);
    EXPECT_FALSE(set.services().used);
    EXPECT_FALSE(set.services().any_matcher);
    EXPECT_FALSE(parsed("marker(a\\*)").markers().any_matcher);
    EXPECT_EQ(parsed("marker(a\\*)").markers().names, Names{"a*"});
    EXPECT_TRUE(parsed("service(~a)").services().any_matcher);
    EXPECT_FALSE(parsed("name(a) & label(b)").markers().used);
}

TEST(TestSet, is_cheap_to_copy_and_outlives_its_source) {
    TestSet copy;
    {
        const TestSet set = parsed("name(/^a.c$/)");
        copy = set;
    }
    EXPECT_EQ(copy.matches(subject_named("abc")), Match::yes);
}

}  // namespace
}  // namespace lockstep
