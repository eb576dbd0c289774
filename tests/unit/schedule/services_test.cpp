// Tests that talk to services: who they are, what they hold and wait for, and the tests that start and stop a service.
#include "resolving.hpp"

namespace lockstep {
namespace {

using namespace testing;

std::string services(const Resolved& r, std::string_view name) {
    std::string text;
    for (const auto& [index, place] : r.test(name).services) {
        text += fmt::format("{}{}@{}", text.empty() ? "" : " ", r.plan->services[index].name.value, place.line);
    }
    return text;
}

const std::string users =
    "[service.users]\ntests = \"suite(users)\"\nstart = [\"users\", \"${port.http}\"]\n"
    "ports = [\"http\"]\n";  // 2..5

TEST(Services, a_test_may_talk_to_several) {
    const auto r = resolve_well(users + "[service.orders]\ntests = \"name(/[.]o($|r)/)\"\nready = { tcp = \"h:1\" }\n",
                                {"users.one", "users.order", "a.o", "b"});
    EXPECT_EQ(services(r, "users.one"), "users@3");
    EXPECT_EQ(services(r, "users.order"), "users@3 orders@7");
    EXPECT_EQ(services(r, "a.o"), "orders@7");
    EXPECT_EQ(services(r, "b"), "");
    EXPECT_EQ(shown(r.test("users.order").locks), "service.users@2 service.orders@6");
    EXPECT_EQ(shown(r.test("users.order").labels), "service:users@3 service:orders@7");
    EXPECT_EQ(fixtures(r, "users.order"), "requires service.users@3 service.orders@7");
    EXPECT_EQ(fixtures(r, "b"), "");
}

TEST(Services, are_started_waited_for_and_stopped_by_tests) {
    const auto r = resolve_well(users +
                                    "[service.theirs]\ntests = \"name(=t)\"\nready = { url = \"http://h/\" }\n"
                                    "[service.silent]\ntests = \"name(=t)\"\nenv = { U = \"http://h/\" }\n",
                                {"users.one", "t"});
    EXPECT_EQ(all_generated(r),
              "service.users.start | requires lockstep.session | sets up service.users | labels lockstep\n"
              "service.users.stop | requires lockstep.session | cleans up service.users | labels lockstep\n"
              "service.theirs.start | requires lockstep.session | sets up service.theirs | labels lockstep\n"
              "lockstep.end | cleans up lockstep.session | labels lockstep\n");
    EXPECT_EQ(fixtures(r, "t"), "requires service.theirs@7") << "of the silent one nothing tells that it is there";
    EXPECT_EQ(shown(r.test("t").locks), "service.theirs@6 service.silent@9");
}

TEST(Services, in_mode_test_a_number_of_tests_runs_side_by_side) {
    const auto r = resolve_well(
        "[service.s]\ntests = \"all()\"\nmode = \"test\"\nmax_parallel = 3\nready = { tcp = \"h:1\" }\n", {"t"});
    EXPECT_EQ(shown(r.test("t").locks), "");
    ASSERT_EQ(r.test("t").demands.size(), 1U);
    EXPECT_EQ(r.test("t").demands[0].type, "lockstep_max_service_s");
    ASSERT_EQ(r.schedule->resources.size(), 1U);
    EXPECT_EQ(r.schedule->resources[0].slots_each, 3);
}

TEST(Services, expressions_go_by_what_is_resolved) {
    const auto r = resolve_well(
        "[marker.early]\ntests = \"name(a*)\"\n"                    // 2..3
        "[marker.late]\ntests = \"service(users) & !phase(p)\"\n"   // 4..5
        "[[phase]]\nname = \"p\"\ntests = \"marker(talks)\"\n"      // 6..8
        "[marker.talks]\ntests = \"service(users)  & name(*x)\"\n"  // 9..10
        "[service.users]\ntests = \"marker(early)\"\n",             // 11..12
        {"a", "ax", "b"});
    EXPECT_EQ(services(r, "a"), "users@12");
    EXPECT_EQ(membership(r, "a"), "- [early@3 late@5]");
    EXPECT_EQ(membership(r, "ax"), "p@8 [early@3 talks@10]");
    EXPECT_EQ(membership(r, "b"), "- []");
    const auto s = resolve_well(
        "[[phase]]\nname = \"p\"\ntests = \"name(a*)\"\n[service.users]\ntests = \"phase(p)\"\n", {"a", "b"});
    EXPECT_EQ(services(s, "a"), "users@6");
    EXPECT_EQ(services(s, "b"), "");
}

TEST(Services, what_matches_nothing_is_said) {
    EXPECT_EQ(resolve_text("[service.s]\ntests = \"name(x)\"\nready = { tcp = \"h:1\" }\n", {"t"}).diagnostics,
              "3: warning: 'name(x)' of service 's' matches no test [matches-nothing]\n"
              "  help: `lockstep list -E EXPR` shows what an expression matches\n");
}

TEST(Services, their_label_stands_back_as_a_phases_does) {
    const auto r = resolve_text(users, {NewTest("users.one").labels({"users"})});
    EXPECT_EQ(shown(r.test("users.one").labels), "");
    EXPECT_EQ(r.diagnostics,
              "2: warning: label 'service:users' is left out: the project's own label 'users' occurs in it "
              "[label-overlap]\n"
              "  help: `ctest -L users` would match more tests than before; rename the service to have the label\n");
    EXPECT_EQ(shown(resolve_well("[defaults]\nlabels = false\n" + users, {"users.one"}).test("users.one").labels), "");
}

TEST(Services, the_launcher_fills_in_ports_and_skips) {
    const auto r = resolve_well(
        users +
            "env = { U = \"http://h:${port.http}\", V = \"1\" }\n"                                           // 6
            "[service.maybe]\ntests = \"name(=m)\"\nready = { tcp = \"h:1\" }\nif_unavailable = \"skip\"\n"  // 7..10
            "env = { M = \"1\" }\n[service.there]\ntests = \"name(=n)\"\nstart = [\"x\"]\nenv = { N = \"1\" }\n",
        {"users.one", "m", "n"});
    EXPECT_EQ(shown(r.test("users.one").launching.because), "env U with ${port.http}@6");
    EXPECT_EQ(r.test("users.one").launching.services, std::vector<std::size_t>{0});
    EXPECT_EQ(shown(r.test("m").launching.because), "if_unavailable of service maybe@10");
    EXPECT_EQ(r.test("m").launching.services, std::vector<std::size_t>{1});
    EXPECT_FALSE(r.test("n").launching.needed());
}

TEST(Services, values_of_markers_win_over_theirs) {
    const auto r = resolve_well(
        "[service.s]\ntests = \"all()\"\nisolate = []\nenv = { A = \"s\", B = \"s\" }\n"  // 2..5
        "[marker.m]\ntests = \"name(=b)\"\nisolate = [\"home\"]\nenv = { B = \"m\" }\n",
        {"a", "b"});
    EXPECT_EQ(r.test("a").isolate, Isolation{});
    EXPECT_EQ(r.test("b").isolate, Isolation{.home = true});
    ASSERT_EQ(r.test("b").environment.size(), 2U);
    EXPECT_EQ(to_string(r.test("b").environment[1].value), "m");
    EXPECT_EQ(r.test("b").environment[0].service, 0U);
    EXPECT_EQ(r.test("b").environment[1].service, std::nullopt);
}

TEST(Services, ports_in_texts_of_markers_are_those_of_the_tests_services) {
    const std::string two = users + "[service.other]\ntests = \"name(*two)\"\nstart = [\"a\"]\nports = [\"http\"]\n";
    const std::string marker = "[marker.mk]\nsetup = [\"x\", \"${port.http}\"]\n";
    EXPECT_EQ(resolve_text(two + marker, {NewTest("users.one").labels({"mk"}), "x.two"}).diagnostics, "");
    EXPECT_EQ(
        resolve_text(two + marker, {NewTest("b").labels({"mk"}), NewTest("c").labels({"mk"}), "users.two"}).diagnostics,
        "11: error: test 'b' talks to no service with a port 'http' [unknown-port]\n"
        "  help: its markers' texts may hold ports of the services whose 'tests' it matches\n");
    EXPECT_EQ(resolve_text(two + marker, {NewTest("users.two").labels({"mk"})}).diagnostics,
              "11: error: test 'users.two' talks to two services with a port 'http', 'users' and 'other' "
              "[unknown-port]\n"
              "  help: give the ports different names, or set the variable in the env of a service\n");
}

TEST(Services, are_up_while_a_phase_verifies_and_cleans_up) {
    const auto r = resolve_well(users +
                                    "[[phase]]\nname = \"p\"\ntests = \"name(users*)\"\ncleanup = [\"drop\"]\n"
                                    "[[phase.checkpoint]]\nname = \"v\"\ncommand = [\"verify\"]\n"
                                    "[[phase]]\nname = \"q\"\ngate = \"recorded\"\ntests = \"name(=x)\"\n",
                                {"users.one", "x"});
    EXPECT_EQ(shown(r.generated("checkpoint.p")),
              "checkpoint.p | after users.one | requires lockstep.session service.users lockstep.use.p | sets up "
              "lockstep.phase.p | labels lockstep phase:p");
    EXPECT_EQ(shown(r.generated("cleanup.p")),
              "cleanup.p | requires lockstep.session service.users | cleans up lockstep.use.p | labels lockstep");
    const auto names = waits_of(*r.schedule, "service.users.stop").waits_for;
    Names waited;
    for (const auto& wait : names) waited.push_back(wait.name);
    std::ranges::sort(waited);
    EXPECT_EQ(waited, (Names{"checkpoint.p", "cleanup.p", "service.users.start", "users.one"}));
}

TEST(Services, their_tests_names_are_taken) {
    EXPECT_EQ(resolve_text("[service.s]\ntests = \"all()\"\n", {"service.s.stop", "service.t.start"}).diagnostics,
              "2: error: test 'service.s.stop' has a name that Lockstep gives to a test of its own, for service 's' "
              "[reserved-name]\n  help: rename the test or the service\n");
}

}  // namespace
}  // namespace lockstep
