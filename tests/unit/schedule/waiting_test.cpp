// Who waits for whom. What is a cycle was tried on ctest 3.25, 3.31 and 4.3: all refuse exactly these.
#include <chrono>

#include "resolving.hpp"

namespace lockstep {
namespace {

using namespace testing;

constexpr const char* help =
    "  help: ctest would run none of them (3.25: \"No tests were found\", status 0); take one of these away\n";

struct CycleRow {
    const char* what;
    std::vector<NewTest> tests;
    std::string cycle;  ///< without the help; "": none
};

void PrintTo(const CycleRow& row, std::ostream* out) {
    *out << row.what;
}

class Cycles : public ::testing::TestWithParam<CycleRow> {};

TEST_P(Cycles, Row) {
    const auto r = resolve_text("", GetParam().tests);
    EXPECT_EQ(r.diagnostics, GetParam().cycle.empty() ? "" : GetParam().cycle + help);
    EXPECT_EQ(r.schedule.has_value(), GetParam().cycle.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Waiting, Cycles,
    ::testing::Values(
        CycleRow{"depends_on_itself",
                 {NewTest("a").depends({"a"})},
                 "-: error: 1 test waits in a circle [test-cycle]\n  -: 'a' waits for 'a' (DEPENDS)\n"},
        CycleRow{"depends_in_a_circle",
                 {NewTest("a").depends({"b"}), NewTest("b").depends({"c"}), NewTest("c").depends({"a"})},
                 "-: error: 3 tests wait in a circle [test-cycle]\n  -: 'a' waits for 'b' (DEPENDS)\n"
                 "  -: 'b' waits for 'c' (DEPENDS)\n  -: 'c' waits for 'a' (DEPENDS)\n"},
        CycleRow{"fixture_set_up_by_its_user",
                 {NewTest("a").sets_up({"f"}).requires_fixtures({"f"})},
                 "-: error: 1 test waits in a circle [test-cycle]\n  -: 'a' waits for 'a' (fixture 'f')\n"},
        CycleRow{"two_fixtures",
                 {NewTest("a").sets_up({"f"}).requires_fixtures({"g"}),
                  NewTest("b").sets_up({"g"}).requires_fixtures({"f"})},
                 "-: error: 2 tests wait in a circle [test-cycle]\n  -: 'a' waits for 'b' (fixture 'g')\n"
                 "  -: 'b' waits for 'a' (fixture 'f')\n"},
        CycleRow{"user_after_the_clean_up",
                 {NewTest("stop").cleans_up({"f"}), NewTest("u").requires_fixtures({"f"}).depends({"stop"})},
                 "-: error: 2 tests wait in a circle [test-cycle]\n  -: 'stop' waits for 'u' (clean-up of fixture "
                 "'f')\n  -: 'u' waits for 'stop' (DEPENDS)\n"},
        CycleRow{"set_up_after_the_clean_up_of_a_fixture_that_nobody_requires",
                 {NewTest("stop").cleans_up({"f"}), NewTest("start").sets_up({"f"}).depends({"stop"})},
                 "-: error: 2 tests wait in a circle [test-cycle]\n  -: 'stop' waits for 'start' (clean-up of fixture "
                 "'f')\n  -: 'start' waits for 'stop' (DEPENDS)\n"},
        CycleRow{"clean_up_that_requires_its_fixture",
                 {NewTest("stop").cleans_up({"f"}).requires_fixtures({"f"})},
                 "-: error: 1 test waits in a circle [test-cycle]\n  -: 'stop' waits for 'stop' (clean-up of fixture "
                 "'f')\n"},
        CycleRow{"set_up_that_is_the_clean_up",
                 {NewTest("a").cleans_up({"f"}).sets_up({"f"})},
                 "-: error: 1 test waits in a circle [test-cycle]\n  -: 'a' waits for 'a' (clean-up of fixture 'f')\n"},
        CycleRow{"diamond",
                 {NewTest("top"), NewTest("l").depends({"top"}), NewTest("r").depends({"top"}),
                  NewTest("bottom").depends({"l", "r", "l", "nobody"})},
                 ""},
        CycleRow{"server",
                 {NewTest("start").sets_up({"f"}), NewTest("stop").cleans_up({"f"}),
                  NewTest("u1").requires_fixtures({"f"}), NewTest("u2").requires_fixtures({"f"}).depends({"u1"})},
                 ""},
        CycleRow{"clean_up_of_one_fixture_requires_another",
                 {NewTest("start").sets_up({"f"}), NewTest("drop").cleans_up({"data"}).requires_fixtures({"f"}),
                  NewTest("load").sets_up({"data"}).requires_fixtures({"f"}), NewTest("u").requires_fixtures({"data"}),
                  NewTest("stop").cleans_up({"f"})},
                 ""},
        CycleRow{"fixture_that_nobody_sets_up", {NewTest("u").requires_fixtures({"f"})}, ""}),
    [](const auto& info) { return info.param.what; });

TEST(Waiting, each_circle_is_an_error_of_its_own) {
    const auto r =
        resolve_text("", {NewTest("a").depends({"a"}), "b", NewTest("c").depends({"d"}), NewTest("d").depends({"c"})});
    EXPECT_EQ(r.diagnostics, std::string("-: error: 1 test waits in a circle [test-cycle]\n"
                                         "  -: 'a' waits for 'a' (DEPENDS)\n") +
                                 help +
                                 "-: error: 2 tests wait in a circle [test-cycle]\n"
                                 "  -: 'c' waits for 'd' (DEPENDS)\n  -: 'd' waits for 'c' (DEPENDS)\n" +
                                 help);
}

TEST(Waiting, a_dependency_against_the_order_of_phases_is_shown_test_by_test) {
    const auto r =
        resolve_text("[[phase]]\nname = \"p\"\ntests = \"name(p)\"\n[[phase]]\nname = \"q\"\ntests = \"name(q)\"\n",
                     {NewTest("p").depends({"q"}), "q"});
    EXPECT_FALSE(r.schedule);
    EXPECT_EQ(r.diagnostics, std::string("5: error: 3 tests wait in a circle [test-cycle]\n"
                                         "  -: 'p' waits for 'q' (DEPENDS)\n"
                                         "  5: 'q' waits for 'checkpoint.p' (fixture 'lockstep.phase.p')\n"
                                         "  2: 'checkpoint.p' waits for 'p' (phase)\n") +
                                 help);
}

TEST(Waiting, a_dependency_against_a_chain_is_a_circle) {
    const auto r = resolve_text("[[phase]]\nname = \"p\"\norder = \"chain\"\ntests = [\"name(a)\", \"name(b)\"]\n",
                                {NewTest("a").depends({"b"}), "b"});
    EXPECT_EQ(r.diagnostics, std::string("4: error: 2 tests wait in a circle [test-cycle]\n"
                                         "  -: 'a' waits for 'b' (DEPENDS)\n"
                                         "  4: 'b' waits for 'a' (fixture 'lockstep.chain.p.1')\n") +
                                 help);
}

TEST(Waiting, phases_may_share_a_server_that_is_in_none) {
    resolve_well(
        "[[phase]]\nname = \"p\"\ntests = \"suite(p)\"\ncleanup = [\"drop\"]\n"
        "[[phase.checkpoint]]\nname = \"v\"\ncommand = [\"check\"]\n"
        "[[phase]]\nname = \"q\"\ngate = \"strict\"\ntests = \"suite(q)\"\n",
        {NewTest("start").sets_up({"server"}), NewTest("stop").cleans_up({"server"}),
         NewTest("p.1").requires_fixtures({"server"}), NewTest("q.1").requires_fixtures({"server"})});
}

// A graph walked by recursion overflows the stack here, and a quadratic one takes minutes.
TEST(Waiting, a_hundred_thousand_tests_one_after_the_other) {
    constexpr std::size_t count = 100'000;
    std::vector<NewTest> tests;
    for (std::size_t i = 0; i < count; ++i) {
        NewTest test("t" + std::to_string(i));
        if (i + 1 < count) test.depends({"t" + std::to_string(i + 1)});
        tests.push_back(test);
    }
    const auto started = std::chrono::steady_clock::now();
    const auto chain = resolve_well("[[phase]]\nname = \"p\"\ntests = \"all()\"\n", tests);
    EXPECT_EQ(chain.generated("checkpoint.p").depends.size(), count);

    tests.back().depends({"t0"});
    const auto circle = resolve_text("", tests);
    EXPECT_EQ(circle.diagnostics.substr(0, circle.diagnostics.find('\n')),
              "-: error: 100000 tests wait in a circle [test-cycle]");
    EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(30));
}

std::string shown(const std::vector<Wait>& waits) {
    std::string text;
    for (const auto& wait : waits) {
        EXPECT_EQ(wait.value, fmt::format("{} ({})", wait.name, wait.why));
        text += wait.value + (wait.place.known() ? fmt::format("@{}\n", wait.place.line) : "\n");
    }
    return text;
}

TEST(Waiting, direct_reasons_both_ways) {
    const auto r = resolve_well(
        "[[phase]]\nname = \"p\"\ntests = \"suite(p)\"\n[[phase]]\nname = \"q\"\ntests = \"suite(q)\"\n",
        {NewTest("start").sets_up({"server"}), NewTest("stop").cleans_up({"server"}), "p.1",
         NewTest("q.1").requires_fixtures({"server"}).depends({"start", "p.1"}), NewTest("q.2").depends({"q.1"})});

    const auto q = waits_of(*r.schedule, "q.1");
    EXPECT_EQ(
        shown(q.waits_for),
        "start (DEPENDS)\np.1 (DEPENDS)\nstart (fixture 'server')\ncheckpoint.p (fixture 'lockstep.phase.p')@5\n");
    EXPECT_EQ(shown(q.waited_for_by), "stop (clean-up of fixture 'server')\nq.2 (DEPENDS)\ncheckpoint.q (phase)@5\n");

    const auto p = waits_of(*r.schedule, "p.1");
    EXPECT_EQ(shown(p.waits_for), "");
    EXPECT_EQ(shown(p.waited_for_by), "q.1 (DEPENDS)\ncheckpoint.p (phase)@2\ncheckpoint.q (phase)@5\n");

    const auto checkpoint = waits_of(*r.schedule, "checkpoint.p");
    EXPECT_EQ(shown(checkpoint.waits_for), "p.1 (phase)@2\n");
    EXPECT_EQ(shown(checkpoint.waited_for_by),
              "q.1 (fixture 'lockstep.phase.p')@5\nq.2 (fixture 'lockstep.phase.p')@5\ncheckpoint.q (phase)@5\n");

    const auto stop = waits_of(*r.schedule, "stop");
    EXPECT_EQ(shown(stop.waits_for), "q.1 (clean-up of fixture 'server')\nstart (clean-up of fixture 'server')\n");
    EXPECT_EQ(shown(stop.waited_for_by), "");

    const auto nobody = waits_of(*r.schedule, "nobody");
    EXPECT_EQ(shown(nobody.waits_for) + shown(nobody.waited_for_by), "");
}

}  // namespace
}  // namespace lockstep
