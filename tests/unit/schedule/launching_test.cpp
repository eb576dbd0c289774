// Which tests start through the launcher, why, and what it does about their time-outs.
#include "resolving.hpp"

namespace lockstep {
namespace {

using namespace testing;

/// "rate limit a@5 retry rule b@6", or "" where ctest starts the test itself.
std::string because(const Resolved& r, std::string_view name) {
    return shown(r.test(name).launching.because);
}

std::string timeout(const Resolved& r, std::string_view name) {
    const auto& timeout = r.test(name).launching.timeout;
    return timeout ? fmt::format("{}ms", timeout->count()) : "none";
}

const std::string limits =
    "[rate_limit.a]\nrate = \"10/s\"\n[rate_limit.b]\nmax_concurrent = 2\n[retry.r]\non_exit = [75]\n"  // 2..7
    "[retry.q]\non_exit = [76]\n";                                                                      // 8..9

TEST(Launching, only_tests_that_need_it) {
    const auto r = resolve_well(limits +
                                    "[marker.m]\nrate_limit = \"b\"\nretry = \"r\"\n"   // 10..12
                                    "[marker.n]\nrate_limit = \"a\"\nretry = \"q\"\n",  // 13..15
                                {NewTest("both").labels({"n", "m"}), NewTest("m").labels({"m"}), "plain"});
    EXPECT_EQ(because(r, "m"), "rate limit b@11 retry rule r@12");
    EXPECT_EQ(because(r, "both"), "rate limit b@11 rate limit a@14 retry rule q@15") << "limits add up, rules do not";
    EXPECT_EQ(r.test("both").launching.rate_limits, (std::vector<std::size_t>{0, 1})) << "taken in the plan's order";
    EXPECT_EQ(r.test("both").launching.retry, 1U);
    EXPECT_EQ(because(r, "plain"), "");
}

TEST(Launching, without_limits_there_are_neither_limits_nor_retries) {
    auto facts = plain_run();
    facts.limits = false;
    const auto r = resolve_well(limits +
                                    "[marker.m]\nrate_limit = \"b\"\nretry = \"r\"\nsetup = [\"x\"]\n"
                                    "[marker.n]\nrate_limit = \"a\"\nretry = \"q\"\n",
                                {NewTest("n").labels({"n"}), NewTest("m").labels({"m"})}, facts);
    EXPECT_EQ(because(r, "n"), "");
    EXPECT_EQ(because(r, "m"), "setup of marker m@13");
    EXPECT_FALSE(r.test("m").launching.retry);
    EXPECT_TRUE(r.test("m").launching.rate_limits.empty());
}

TEST(Launching, a_program_that_is_not_there_is_left_to_ctest) {
    const auto r = resolve_well(
        limits + "[marker.m]\nrate_limit = \"a\"\nretry = \"r\"\n[marker.n]\nrate_limit = \"b\"\nretry = \"q\"\n",
        {NewTest("gone").command({}).labels({"m"}), NewTest("t").labels({"n"})});
    EXPECT_EQ(because(r, "gone"), "");
    EXPECT_NE(because(r, "t"), "");
}

TEST(Launching, hooks_stagger_workers_and_measure) {
    const auto r = resolve_well(
        "[marker.m]\nsetup = [\"a\"]\ncleanup = [\"b\"]\n"                      // 2..4
        "[marker.n]\ncleanup = [\"c\", \"${worker}\"]\n"                        // 5..6
        "[[phase]]\nname = \"p\"\ntests = \"name(=s)\"\nstagger = \"200ms\"\n"  // 7..10
        "[worker]\nteardown = [\"d\"]\n[run]\nmeasure = true\n",                // 11..14
        {NewTest("t").labels({"m", "n"}), "s"});
    EXPECT_EQ(because(r, "t"),
              "setup of marker m@3 cleanup of marker m@4 cleanup of marker n@6 worker teardown@12 measure@14");
    EXPECT_EQ(r.test("t").launching.setup.size(), 1U);
    EXPECT_EQ(r.test("t").launching.cleanup.size(), 2U);
    EXPECT_EQ(because(r, "s"), "stagger of phase p@10 worker teardown@12 measure@14");
    EXPECT_TRUE(r.test("s").launching.stagger);
}

TEST(Launching, variables_that_only_a_running_test_knows) {
    const auto r = resolve_well(
        "[marker.m]\ntests = \"name(a*)\"\nenv = { A = \"1\", W = \"db_${worker}\" }\n"  // 2..4
        "[marker.n]\ntests = \"name(=ab)\"\nenv = { W = \"2\" }\n",                      // 5..7
        {"a", "ab", "b"});
    EXPECT_EQ(because(r, "a"), "env W with ${worker}@4");
    EXPECT_EQ(because(r, "ab"), "") << "a later marker's value is known";
    EXPECT_EQ(because(r, "b"), "");
    const auto own = resolve_text("[marker.m]\ntests = \"all()\"\nenv = { W = \"${worker}\" }\n",
                                  {NewTest("ac").environment({"W=own"})});
    EXPECT_EQ(because(own, "ac"), "") << "the project's own value stands";
    EXPECT_EQ(own.diagnostics,
              "4: warning: env W has no effect on test 'ac': the project sets the variable itself [no-effect]\n");
}

TEST(Launching, worker_ids_have_to_be_there) {
    const std::string plan = "[marker.m]\nenv = { W = \"${worker}\" }\n[run]\nworkers = 0\n";
    EXPECT_EQ(resolve_text(plan, {NewTest("t").labels({"m"})}).diagnostics,
              "3: error: test 't' needs a worker id (env W with ${worker}), and tests get none: the plan says workers "
              "= 0 [needs-worker-ids]\n  help: write a number of workers, or leave 'workers' out\n");
    resolve_well(plan, {"t"});
    EXPECT_EQ(
        resolve_text("[worker]\nsetup = [\"x\"]\n", {NewTest("t").resource_groups()}).diagnostics,
        "3: error: test 't' needs a worker id (worker setup), and tests get none: the project's tests have "
        "RESOURCE_GROUPS but there is no resource spec file [needs-worker-ids]\n"
        "-: warning: tests get no worker ids: the project's tests have RESOURCE_GROUPS but there is no resource "
        "spec file [no-worker-ids]\n"
        "  help: name the spec file in the plan: [run] resource_spec = \"FILE\"; worker ids are merged into it\n");
}

TEST(Launching, waiting_does_not_count_against_a_time_out) {
    auto facts = plain_run();
    facts.default_timeout = 1500;
    const std::string plan = limits +
                             "[marker.m]\nretry = \"r\"\n[marker.n]\nrate_limit = \"a\"\ntimeout = \"1500ms\"\n"
                             "[marker.o]\ncleanup = [\"x\"]\n[marker.p]\nrate_limit = \"b\"\nretry = \"q\"\n";
    const std::vector<NewTest> tests{NewTest("own").labels({"m"}).timeout(2.5), NewTest("plan").labels({"n", "p"}),
                                     NewTest("default").labels({"m"}), NewTest("never.waits").labels({"o"}).timeout(3),
                                     NewTest("without").timeout(3)};
    const auto r = resolve_well(plan, tests, facts);
    EXPECT_EQ(timeout(r, "own"), "2500ms");
    EXPECT_EQ(timeout(r, "plan"), "1500ms");
    EXPECT_EQ(timeout(r, "default"), "1500000ms") << "what ctest would give it";
    EXPECT_EQ(timeout(r, "never.waits"), "none");
    EXPECT_EQ(timeout(r, "without"), "none");
    EXPECT_EQ(timeout(resolve_well(plan, tests), "default"), "none") << "it has none";
}

TEST(Launching, a_projects_own_timeout_after_match_stands) {
    const auto r = resolve_text(
        limits + "[marker.m]\nrate_limit = \"a\"\nretry = \"r\"\n[marker.n]\nrate_limit = \"b\"\nretry = \"q\"\n",
        {NewTest("t").labels({"m", "n"}).timeout(2).timeout_after_match()});
    EXPECT_EQ(timeout(r, "t"), "none");
    EXPECT_EQ(r.diagnostics,
              "11: warning: keeping waits out of the time-out has no effect on test 't': the project sets "
              "TIMEOUT_AFTER_MATCH itself [no-effect]\n");
}

TEST(Unused, rate_limits_and_retry_rules_that_do_nothing) {
    const auto r = resolve_text(
        "[rate_limit.idle]\nburst = 2\nadapt = true\n"    // 2..4
        "[retry.idle]\nattempts = 1\nbackoff = \"2m\"\n"  // 5..7
        "[retry.any]\n[marker.m]\nretry = \"any\"\n",     // 8..10
        {NewTest("t").labels({"m"}).judged_by_output()});
    EXPECT_EQ(r.diagnostics,
              "2: warning: no marker names rate limit 'idle' [unused-rate-limit]\n"
              "  help: a marker's tests keep it with rate_limit = \"idle\"; calls of the client library keep it in any "
              "case\n"
              "2: warning: rate limit 'idle' has no effect: it has neither 'rate' nor 'max_concurrent' [no-effect]\n"
              "3: warning: burst of rate limit 'idle' has no effect: it has no 'rate' [no-effect]\n"
              "4: warning: adapt of rate limit 'idle' has no effect: it has no 'rate' to slow down [no-effect]\n"
              "5: warning: no marker names retry rule 'idle' [unused-retry]\n"
              "  help: a marker's tests are retried with retry = \"idle\"; that a test asks the client library for it "
              "is not seen from here\n"
              "6: warning: retry rule 'idle' has no effect: one attempt in all is no retry [no-effect]\n"
              "7: warning: backoff of retry rule 'idle' has no effect: max_backoff is less [no-effect]\n"
              "  help: pauses are as long as max_backoff\n"
              "8: warning: retry rule 'any' goes by the exit status of test 't', which ctest judges by output "
              "expressions [retry-by-status]\n"
              "  help: say with on_output what is worth another attempt\n");
}

TEST(Unused, values_of_services_that_do_nothing) {
    const auto r = resolve_text(
        "[service.a]\ntests = \"all()\"\nmax_parallel = 2\nports = [\"http\"]\nif_unavailable = \"skip\"\n"
        "[service.a.ready]\nwithin = \"5s\"\n",
        {"t"});
    EXPECT_EQ(r.diagnostics,
              "4: warning: max_parallel of service 'a' has no effect: its mode is service, one test at a time "
              "[no-effect]\n  help: write mode = \"test\"\n"
              "5: warning: ports of service 'a' has no effect: it has no 'start', so no port is chosen [no-effect]\n"
              "8: warning: within of service 'a' has no effect: nothing tells when the service is ready [no-effect]\n"
              "6: warning: if_unavailable of service 'a' has no effect: it has neither 'start' nor 'ready', so nothing "
              "tells whether it is there [no-effect]\n");
}

}  // namespace
}  // namespace lockstep
