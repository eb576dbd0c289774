// Gates: which tests Lockstep adds, and the fixtures that tie tests to them.
#include "resolving.hpp"

namespace lockstep {
namespace {

using namespace testing;

/// A [[phase]] of the test "NAME.1" and so on; `more` is further lines.
std::string phase(const std::string& name, const std::string& more = "") {
    return fmt::format("[[phase]]\nname = \"{0}\"\ntests = \"suite({0})\"\n{1}", name, more);
}

const std::string cleanup = "cleanup = [\"drop\"]\n";

std::string strict_by_cleanup(int line, const std::string& needed, const std::string& by) {
    return fmt::format(
        "{0}: warning: phase '{1}' is cleaned up after the run, so '{2}' gates it strictly: selecting one of its tests "
        "runs all of '{1}' [strict-by-cleanup]\n"
        "  help: write gate = \"strict\" to say so, or gate = \"recorded\", in phase '{2}'\n",
        line, needed, by);
}

TEST(Gates, without_phases_only_the_end_is_added) {
    const auto r = resolve_well("", {"a"});
    EXPECT_EQ(all_generated(r), "lockstep.end | cleans up lockstep.session | labels lockstep\n");
    EXPECT_EQ(shown(r.test("a").fixtures_required), "lockstep.session");
}

TEST(Gates, recorded_is_a_checkpoint_that_the_next_phase_requires) {
    const auto r = resolve_well(phase("p") + phase("q"), {"p.1", "p.2", "q.1", "free"});
    EXPECT_EQ(fixtures(r, "p.1"), "");
    EXPECT_EQ(fixtures(r, "q.1"), "requires lockstep.phase.p@5");
    EXPECT_EQ(fixtures(r, "free"), "");
    EXPECT_EQ(all_generated(r),
              "checkpoint.p | after p.1 p.2 | requires lockstep.session | sets up lockstep.phase.p | labels lockstep "
              "phase:p\n"
              "checkpoint.q | after p.1 p.2 q.1 checkpoint.p | requires lockstep.session | labels lockstep phase:q\n"
              "lockstep.end | cleans up lockstep.session | labels lockstep\n");
    EXPECT_EQ(r.generated("checkpoint.p").place.line, 2U);
    EXPECT_EQ(r.generated("checkpoint.p").why, "fails unless every test of phase 'p' is all right");
    EXPECT_EQ(r.generated("lockstep.end").why, "comes last: keeps verdicts, empties temp directories");
    EXPECT_EQ(r.generated("lockstep.end").kind, GeneratedKind::end);
}

TEST(Gates, strict_pulls_in_the_phase_through_a_barrier) {
    const auto r = resolve_well(phase("p") + phase("q", "gate = \"strict\"\n"), {"p.1", "p.2", "q.1"});
    EXPECT_EQ(fixtures(r, "p.1"), "sets up lockstep.strict.p@2");
    EXPECT_EQ(fixtures(r, "q.1"), "requires lockstep.barrier.p@5");
    EXPECT_EQ(shown(r.generated("barrier.p")),
              "barrier.p | requires lockstep.session lockstep.strict.p lockstep.phase.p | sets up lockstep.barrier.p | "
              "labels lockstep");
    EXPECT_EQ(shown(r.generated("checkpoint.p")),
              "checkpoint.p | after p.1 p.2 | requires lockstep.session | sets up lockstep.phase.p | labels lockstep "
              "phase:p");
    EXPECT_EQ(r.generated("barrier.p").why,
              "pulls in and waits for all of phase 'p', for phases that gate it strictly");
}

// CTest refuses a run in which such a test sets up more than one fixture.
TEST(Gates, a_test_that_makes_the_resource_spec_sets_up_its_own_fixture_only) {
    const NewTest maker = NewTest("p.1").sets_up({"spec"}).makes_resource_spec();
    const auto strict = resolve_text(phase("p") + phase("q", "gate = \"strict\"\n"), {maker, "p.2", "q.1"});
    EXPECT_EQ(fixtures(strict, "p.1"), "");
    EXPECT_EQ(fixtures(strict, "p.2"), "sets up lockstep.strict.p@2");
    EXPECT_EQ(shown(strict.generated("barrier.p")),
              "barrier.p | requires lockstep.session lockstep.strict.p spec lockstep.phase.p | sets up "
              "lockstep.barrier.p | labels lockstep");

    const auto chain = resolve_text(phase("p", "order = \"chain\"\n"), {NewTest("p.0"), maker, "p.2", "p.3"});
    EXPECT_EQ(fixtures(chain, "p.0"), "sets up lockstep.chain.p.1@5");
    EXPECT_EQ(fixtures(chain, "p.1"), "requires lockstep.chain.p.1@5");
    EXPECT_EQ(fixtures(chain, "p.2"), "requires spec@5 | sets up lockstep.chain.p.3@5");
    EXPECT_EQ(fixtures(chain, "p.3"), "requires lockstep.chain.p.3@5 | sets up lockstep.chain.p.4@5");

    const auto without =
        resolve_text(phase("p") + phase("q", "gate = \"strict\"\n"), {NewTest("p.1").makes_resource_spec(), "q.1"});
    EXPECT_EQ(fixtures(without, "p.1"), "sets up lockstep.strict.p@2")
        << "one that has none: CTest refuses that anyway";
}

TEST(Gates, order_waits_through_a_test_that_demands_nothing) {
    const auto r = resolve_well(phase("p") + phase("q", "gate = \"order\"\n"), {"p.1", "q.1"});
    EXPECT_EQ(fixtures(r, "p.1"), "");
    EXPECT_EQ(fixtures(r, "q.1"), "requires lockstep.order.p@5");
    EXPECT_EQ(all_generated(r),
              "checkpoint.p | after p.1 | requires lockstep.session | labels lockstep phase:p\n"
              "order.p | after p.1 checkpoint.p | requires lockstep.session | sets up lockstep.order.p | labels "
              "lockstep\n"
              "checkpoint.q | after p.1 q.1 checkpoint.p | requires lockstep.session | labels lockstep phase:q\n"
              "lockstep.end | cleans up lockstep.session | labels lockstep\n");
    EXPECT_EQ(r.generated("order.p").why, "waits for phase 'p' and demands nothing of it");
}

TEST(Gates, none_ties_nothing) {
    const auto r = resolve_well(phase("p") + phase("q", "gate = \"none\"\n"), {"p.1", "q.1"});
    EXPECT_EQ(fixtures(r, "q.1"), "");
    EXPECT_EQ(all_generated(r),
              "checkpoint.p | after p.1 | requires lockstep.session | labels lockstep phase:p\n"
              "checkpoint.q | after q.1 | requires lockstep.session | labels lockstep phase:q\n"
              "lockstep.end | cleans up lockstep.session | labels lockstep\n");
}

TEST(Gates, a_phase_with_a_clean_up_is_gated_strictly_unless_the_plan_says_otherwise) {
    const auto tests = std::vector<NewTest>{"p.1", "q.1", "r.1"};
    const auto r = resolve_text(phase("p", cleanup) + phase("q") + phase("r", "needs = [\"p\", \"q\"]\n"), tests);
    ASSERT_TRUE(r.schedule);
    EXPECT_EQ(r.diagnostics, strict_by_cleanup(5, "p", "q") + strict_by_cleanup(5, "p", "r"));
    EXPECT_EQ(fixtures(r, "q.1"), "requires lockstep.barrier.p@6 lockstep.use.p@5");
    EXPECT_EQ(fixtures(r, "r.1"), "requires lockstep.barrier.p@12 lockstep.phase.q@12 lockstep.use.p@5");

    const auto said = resolve_well(phase("p", cleanup) + phase("q", "gate = \"recorded\"\n"), {"p.1", "q.1"});
    EXPECT_EQ(fixtures(said, "q.1"), "requires lockstep.phase.p@6 lockstep.use.p@5");
}

TEST(Gates, a_person_can_choose_the_gate_of_all_phases) {
    const std::string plan = phase("p", cleanup) + phase("q") + phase("r", "gate = \"order\"\n");
    for (const auto& [gate, q, r] : std::vector<std::tuple<Gate, const char*, const char*>>{
             {Gate::recorded, "requires lockstep.phase.p@6 lockstep.use.p@5",
              "requires lockstep.phase.q@9 lockstep.use.p@5"},
             {Gate::strict, "requires lockstep.barrier.p@6 lockstep.use.p@5 | sets up lockstep.strict.q@6",
              "requires lockstep.barrier.q@9 lockstep.use.p@5"},
             {Gate::order, "requires lockstep.order.p@6 lockstep.use.p@5",
              "requires lockstep.order.q@9 lockstep.use.p@5"},
             {Gate::none, "", ""},
         }) {
        auto facts = plain_run();
        facts.gate = gate;
        const auto result = resolve_well(plan, {"p.1", "q.1", "r.1"}, facts);  // without a warning: it was chosen
        EXPECT_EQ(fixtures(result, "q.1"), q) << to_string(gate);
        EXPECT_EQ(fixtures(result, "r.1"), r) << to_string(gate);
    }
}

TEST(Gates, a_checkpoint_waits_for_the_tests_of_all_phases_before_and_judges_through_gates_that_judge) {
    // a <- b (recorded) <- d; c is free <- d; e orders itself after d; f needs d and cuts.
    const auto r =
        resolve_well(phase("a") + phase("b") + phase("c", "needs = []\n") + phase("d", "needs = [\"b\", \"c\"]\n") +
                         phase("e", "gate = \"order\"\n") + phase("f", "needs = [\"d\"]\ngate = \"none\"\n"),
                     {"a.1", "b.1", "c.1", "d.1", "e.1", "f.1"});
    EXPECT_EQ(r.generated("checkpoint.c").depends, Names{"c.1"});
    EXPECT_EQ(r.generated("checkpoint.d").depends,
              (Names{"a.1", "b.1", "c.1", "d.1", "checkpoint.a", "checkpoint.b", "checkpoint.c"}));
    EXPECT_EQ(r.generated("checkpoint.e").depends, (Names{"a.1", "b.1", "c.1", "d.1", "e.1", "checkpoint.a",
                                                          "checkpoint.b", "checkpoint.c", "checkpoint.d"}));
    EXPECT_EQ(r.generated("checkpoint.f").depends, Names{"f.1"});
    EXPECT_EQ(fixtures(r, "d.1"), "requires lockstep.phase.b@15 lockstep.phase.c@15");

    using Indices = std::vector<std::size_t>;
    const auto& phases = r.schedule->phases;
    EXPECT_EQ(phases[0].judges, Indices{0});
    EXPECT_EQ(phases[3].judges, (Indices{0, 1, 2, 3}));
    EXPECT_EQ(phases[4].judges, Indices{4}) << "order demands nothing of the phase before";
    EXPECT_EQ(phases[5].judges, Indices{5});
    EXPECT_EQ(phases[0].needed_by, (Indices{0, 1, 3, 4}));
    EXPECT_EQ(phases[2].needed_by, (Indices{2, 3, 4}));
    EXPECT_EQ(phases[3].needed_by, (Indices{3, 4}));
    EXPECT_EQ(phases[4].needs, (std::vector<std::pair<std::size_t, Gate>>{{3, Gate::order}}));
}

TEST(Gates, several_kinds_of_gate_towards_one_phase) {
    const auto r = resolve_well(phase("p") + phase("s", "gate = \"strict\"\n") +
                                    phase("o", "needs = [\"p\"]\ngate = \"order\"\n") + phase("t", "needs = [\"p\"]\n"),
                                {"p.1", "s.1", "o.1", "t.1"});
    EXPECT_EQ(r.generated("checkpoint.p").fixtures_setup, Names{"lockstep.phase.p"});
    EXPECT_EQ(r.generated("barrier.p").fixtures_setup, Names{"lockstep.barrier.p"});
    EXPECT_EQ(r.generated("order.p").fixtures_setup, Names{"lockstep.order.p"});
    EXPECT_EQ(fixtures(r, "t.1"), "requires lockstep.phase.p@17");
}

TEST(Gates, a_chain_links_its_tests_in_order_and_leaves_out_disabled_ones) {
    const auto r = resolve_well("[[phase]]\nname = \"p\"\norder = \"chain\"\ntests = [\"name(b)\", \"all()\"]\n",
                                {"a", "b", NewTest("off").disabled(), "d"});
    EXPECT_EQ(fixtures(r, "b"), "sets up lockstep.chain.p.1@4");
    EXPECT_EQ(fixtures(r, "a"), "requires lockstep.chain.p.1@4 | sets up lockstep.chain.p.2@4");
    EXPECT_EQ(fixtures(r, "off"), "") << "it never passes, so it would keep the rest from running";
    EXPECT_EQ(fixtures(r, "d"), "requires lockstep.chain.p.2@4 | sets up lockstep.chain.p.3@4");
    EXPECT_EQ(r.test("d").chain_position, 3U);
    EXPECT_EQ(r.test("off").chain_position, std::nullopt);
    EXPECT_EQ(r.generated("checkpoint.p").depends, (Names{"b", "a", "off", "d"}));
}

TEST(Gates, a_disabled_test_is_no_set_up_of_a_strict_gate) {
    const auto r = resolve_well(phase("p") + phase("q", "gate = \"strict\"\n"),
                                {"p.1", NewTest("p.off").disabled(), NewTest("q.off").disabled()});
    EXPECT_EQ(fixtures(r, "p.1"), "sets up lockstep.strict.p@2");
    EXPECT_EQ(fixtures(r, "p.off"), "");
    EXPECT_EQ(fixtures(r, "q.off"), "requires lockstep.barrier.p@5");
}

TEST(Gates, fixture_clean_ups_and_what_comes_after_them_are_not_waited_for) {
    const auto r = resolve_text(phase("p") + phase("q"),
                                {"p.1", NewTest("p.stop").cleans_up({"server"}), NewTest("p.after").depends({"p.stop"}),
                                 NewTest("other").depends({"p.after"}), "q.1"});
    ASSERT_TRUE(r.schedule);
    const std::string why =
        " of phase 'p' is a fixture clean-up or runs after one: no checkpoint waits for it [not-gated]\n";
    EXPECT_EQ(r.diagnostics, "4: warning: test 'p.stop'" + why + "4: warning: test 'p.after'" + why);
    EXPECT_EQ(r.generated("checkpoint.p").depends, Names{"p.1"});
    EXPECT_EQ(r.generated("checkpoint.q").depends, (Names{"p.1", "q.1", "checkpoint.p"}));
    EXPECT_FALSE(r.test("p.stop").gated);
    EXPECT_FALSE(r.test("p.after").gated);
    EXPECT_FALSE(r.test("other").gated);
    EXPECT_TRUE(r.test("p.1").gated);
    EXPECT_EQ(r.schedule->phases[0].tests, (std::vector<std::size_t>{0, 1, 2})) << "they stay in the phase";
}

TEST(Gates, a_fixture_clean_up_in_a_later_phase_is_not_held_back) {
    const auto r = resolve_text(phase("p") + phase("q"), {"p.1", NewTest("q.stop").cleans_up({"server"})});
    ASSERT_TRUE(r.schedule);
    EXPECT_EQ(fixtures(r, "q.stop"), "");
}

TEST(Gates, a_clean_up_runs_after_all_that_use_the_phase_with_its_fixtures_up) {
    const auto r =
        resolve_well(phase("p", cleanup + "fixtures = [\"disk\"]\n") + phase("q", "gate = \"strict\"\n") + phase("r"),
                     {NewTest("start").sets_up({"server"}), NewTest("stop").cleans_up({"server"}),
                      NewTest("p.1").requires_fixtures({"server"}), "p.2", "q.1", "r.1"});
    EXPECT_EQ(fixtures(r, "p.1"), "requires lockstep.use.p@5 | sets up lockstep.strict.p@2");
    EXPECT_EQ(fixtures(r, "r.1"), "requires lockstep.phase.q@11 lockstep.use.p@5") << "q's results need p's";
    EXPECT_EQ(shown(r.generated("cleanup.p")),
              "cleanup.p | requires lockstep.session disk server | cleans up lockstep.use.p | labels lockstep");
    EXPECT_EQ(r.generated("cleanup.p").place.line, 5U);
    EXPECT_EQ(r.generated("cleanup.p").why, "runs after the last test that needs phase 'p'");
    for (const auto* name : {"checkpoint.p", "checkpoint.q", "checkpoint.r"}) {
        const auto& required = r.generated(name).fixtures_required;
        EXPECT_EQ(required, (Names{"lockstep.session", "lockstep.use.p"})) << name;
    }
}

TEST(Gates, only_a_checkpoint_with_verifications_requires_the_projects_fixtures) {
    const auto server = NewTest("p.1").requires_fixtures({"server", "disk"});
    const std::string verification = "[[phase.checkpoint]]\nname = \"v\"\ncommand = [\"check\"]\n";
    const auto r = resolve_well(phase("p", "fixtures = [\"net\"]\n" + verification), {server, "p.2"});
    EXPECT_EQ(r.generated("checkpoint.p").fixtures_required, (Names{"lockstep.session", "disk", "net", "server"}));
    const auto without = resolve_well(phase("p", "fixtures = [\"net\"]\n"), {server, "p.2"});
    EXPECT_EQ(without.generated("checkpoint.p").fixtures_required, Names{"lockstep.session"});
}

// `ctest -E checkpoint` takes checkpoint.q away before fixtures are looked at.
TEST(Gates, where_names_are_excluded_earlier_generated_tests_stand_in_for_later_ones) {
    auto facts = plain_run();
    facts.names_excluded = true;
    const auto recorded = resolve_well(phase("p") + phase("q") + phase("r"), {"p.1", "q.1", "r.1"}, facts);
    EXPECT_EQ(recorded.generated("checkpoint.p").fixtures_setup, (Names{"lockstep.phase.p", "lockstep.phase.q"}));
    EXPECT_EQ(recorded.generated("checkpoint.q").fixtures_setup, Names{"lockstep.phase.q"});

    const auto strict = resolve_well(phase("p") + phase("q", "gate = \"strict\"\n") + phase("r", "gate = \"strict\"\n"),
                                     {"p.1", "q.1", "r.1"}, facts);
    EXPECT_EQ(strict.generated("checkpoint.p").fixtures_setup, (Names{"lockstep.phase.p", "lockstep.phase.q"}));
    EXPECT_EQ(strict.generated("barrier.p").fixtures_setup, (Names{"lockstep.barrier.p", "lockstep.barrier.q"}));

    const auto order = resolve_well(phase("p") + phase("q", "gate = \"order\"\n") + phase("r", "gate = \"order\"\n"),
                                    {"p.1", "q.1", "r.1"}, facts);
    EXPECT_EQ(order.generated("order.p").fixtures_setup, (Names{"lockstep.order.p", "lockstep.order.q"}));

    // p is only ordered before q: what q demands of r's tests, p must not decide.
    const auto mixed =
        resolve_well(phase("p") + phase("q", "gate = \"order\"\n") + phase("r"), {"p.1", "q.1", "r.1"}, facts);
    EXPECT_EQ(mixed.generated("checkpoint.p").fixtures_setup, Names{});
    EXPECT_EQ(mixed.generated("order.p").fixtures_setup, (Names{"lockstep.order.p", "lockstep.phase.q"}));
}

}  // namespace
}  // namespace lockstep
