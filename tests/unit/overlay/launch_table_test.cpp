// Schedule → launch table: who gets what, which tests share a kind, what is divided among shards.
#include "filling.hpp"
#include "overlay/launch.hpp"

namespace lockstep {
namespace {

using namespace testing;
using runtime::OpenText;

Launch launch_of(const Resolved& r, const RunFacts& facts = plain_run()) {
    Diagnostics diagnostics;
    auto launch = make_launch(*r.schedule, facts, fill_values({{"E", "value"}}), diagnostics);
    EXPECT_EQ(shown(diagnostics), "");
    return launch.value_or(Launch{});
}

std::string written(const OpenText& text) {
    std::string out;
    for (const auto& part : text.parts) {
        switch (part.kind) {
            case OpenText::Part::Kind::text:
                out += part.text;
                break;
            case OpenText::Part::Kind::temp_dir:
                out += "<temp>";
                break;
            case OpenText::Part::Kind::session:
                out += "<session>";
                break;
            case OpenText::Part::Kind::worker:
                out += "<worker>";
                break;
            case OpenText::Part::Kind::worker_dir:
                out += "<worker dir>";
                break;
            case OpenText::Part::Kind::port:
                out += fmt::format("<{} of {}>", part.text, part.service);
                break;
        }
    }
    return out;
}

std::string written(const runtime::OpenCommand& command) {
    std::string out;
    for (const auto& word : command) out += (out.empty() ? "" : " ") + written(word);
    return out;
}

std::string written(const runtime::OpenEnvironment& environment) {
    std::string out;
    for (const auto& [name, value] : environment)
        out += fmt::format("{}{}={}", out.empty() ? "" : " ", name, written(value));
    return out;
}

TEST(LaunchTable, nothing_of_a_plan_that_needs_none) {
    const auto launch = launch_of(resolve_well("[marker.m]\nlock = [\"a\"]\n", {"t"}));
    EXPECT_FALSE(launch.needed());
    EXPECT_TRUE(launch.table.kinds.empty());
    EXPECT_FALSE(launch.kinds.at(0));
}

TEST(LaunchTable, holds_limits_and_rules_that_no_test_names) {
    const auto launch =
        launch_of(resolve_text("[rate_limit.a]\nrate = \"30/m\"\nburst = 4\nmax_concurrent = 3\nadapt = true\n"
                               "scope = \"machine\"\n[retry.r]\nattempts = 5\non_exit = [75, 3]\n"
                               "on_output = [\"busy\", \"/x+/\"]\nbackoff = \"20ms\"\nmax_backoff = \"2s\"\n"
                               "give_up_after = 0.5\n",
                               {"t"}));
    EXPECT_TRUE(launch.needed());
    ASSERT_EQ(launch.table.rate_limits.size(), 1U);
    const auto& limit = launch.table.rate_limits[0];
    EXPECT_EQ(limit.name, "a");
    EXPECT_DOUBLE_EQ(limit.per_second, 0.5);
    EXPECT_EQ(limit.burst, 4);
    EXPECT_EQ(limit.max_concurrent, 3);
    EXPECT_TRUE(limit.adapt && limit.machine);
    ASSERT_EQ(launch.table.retries.size(), 1U);
    const auto& rule = launch.table.retries[0];
    EXPECT_EQ(rule.attempts, 5);
    EXPECT_EQ(rule.on_exit, (std::vector<int>{75, 3}));
    EXPECT_EQ(rule.on_output, (Names{"busy", "/x+/"}));
    EXPECT_EQ(rule.backoff, Milliseconds(20));
    EXPECT_EQ(rule.max_backoff, Milliseconds(2000));
    EXPECT_DOUBLE_EQ(rule.give_up_after, 0.5);
    EXPECT_EQ(rule.tests, 0);
}

TEST(LaunchTable, shards_divide_limits_and_each_keeps_one) {
    auto facts = plain_run();
    facts.shard = 2;
    facts.shards = 8;
    const auto launch = launch_of(
        resolve_text(
            "[rate_limit.a]\nrate = \"4/s\"\nburst = 20\nmax_concurrent = 5\n[rate_limit.b]\nmax_concurrent = 9\n",
            {"t"}, facts),
        facts);
    EXPECT_DOUBLE_EQ(launch.table.rate_limits[0].per_second, 0.5);
    EXPECT_EQ(launch.table.rate_limits[0].burst, 2);
    EXPECT_EQ(launch.table.rate_limits[0].max_concurrent, 1);
    EXPECT_EQ(launch.table.rate_limits[1].max_concurrent, 1);
    EXPECT_EQ(launch.table.rate_limits[1].per_second, 0.0);
}

TEST(LaunchTable, tests_with_the_same_needs_share_a_kind) {
    const auto launch =
        launch_of(resolve_well("[marker.m]\nretry = \"r\"\n[retry.r]\non_exit = [75]\n[marker.n]\nsetup = [\"x\", "
                               "\"${worker_dir}\", \"${env:E}\"]\n",
                               {NewTest("a").labels({"m"}), "plain", NewTest("b").labels({"m"}),
                                NewTest("c").labels({"m", "n"}), NewTest("d").labels({"m"}).will_fail().skips(77)}));
    using Kind = std::optional<std::size_t>;
    EXPECT_EQ(launch.kinds, (std::vector<Kind>{0, std::nullopt, 0, 1, 2}));
    ASSERT_EQ(launch.table.kinds.size(), 3U);
    EXPECT_EQ(launch.table.retries[0].tests, 4);
    EXPECT_EQ(launch.table.kinds[0].retry, 0U);
    EXPECT_FALSE(launch.table.kinds[0].announce || launch.table.kinds[0].will_fail);
    ASSERT_EQ(launch.table.kinds[1].setup.size(), 1U);
    EXPECT_EQ(written(launch.table.kinds[1].setup[0].command), "x <worker dir> value");
    EXPECT_EQ(launch.table.kinds[1].setup[0].place, "lockstep.toml:7");
    EXPECT_TRUE(launch.table.kinds[2].will_fail);
    EXPECT_EQ(launch.table.kinds[2].skip_status, 77);
}

TEST(LaunchTable, services_and_what_their_tests_get) {
    const auto r = resolve_well(
        "[service.a]\ntests = \"all()\"\nstart = [\"a\", \"${port.x}\", \"${temp_dir}\"]\nports = [\"x\", \"y\"]\n"
        "ready = { url = \"http://h:${port.x}/\", within = \"3s\" }\nenv = { U = \"${port.x}\", V = \"v\", W = \"a\" "
        "}\n"
        "[service.b]\ntests = \"all()\"\nready = { command = [\"up\"] }\nif_unavailable = \"skip\"\nenv = { W = \"b\" "
        "}\n"
        "[marker.m]\ntests = \"name(=m)\"\nenv = { V = \"mine\", P = \"${port.y}${session}\", Q = \"${worker}\" }\n"
        "[worker]\nsetup = [\"make\", \"${worker}\"]\n",
        {NewTest("t").environment({"OWN=1"}), "m"});
    const auto launch = launch_of(r);
    ASSERT_EQ(launch.table.services.size(), 2U);
    const auto& a = launch.table.services[0];
    ASSERT_TRUE(a.start);
    EXPECT_EQ(written(a.start->command), "a <x of 0> <temp>");
    EXPECT_EQ(a.ports, (Names{"x", "y"}));
    EXPECT_EQ(a.ready, runtime::Service::Ready::url);
    EXPECT_EQ(written(a.ready_at), "http://h:<x of 0>/");
    EXPECT_EQ(a.within, Milliseconds(3000));
    EXPECT_FALSE(a.skip_if_unavailable);
    EXPECT_EQ(written(a.env), "U=<x of 0> V=v W=a");
    EXPECT_EQ(a.place, "lockstep.toml:2");
    const auto& b = launch.table.services[1];
    EXPECT_FALSE(b.start);
    EXPECT_EQ(b.ready, runtime::Service::Ready::command);
    EXPECT_EQ(written(b.ready_command), "up");
    EXPECT_TRUE(b.skip_if_unavailable);

    const auto& t = launch.table.kinds.at(*launch.kinds.at(0));
    EXPECT_EQ(t.services, (std::vector<std::size_t>{0, 1}));
    EXPECT_EQ(written(t.env), "");
    EXPECT_EQ(t.own_variables, (Names{"OWN", "W"})) << "of W ctest has the later service's value";
    const auto& m = launch.table.kinds.at(*launch.kinds.at(1));
    EXPECT_EQ(written(m.env), "P=<y of 0><session> Q=<worker>");
    EXPECT_EQ(m.own_variables, (Names{"V", "W"})) << "of V ctest has the marker's";
    EXPECT_TRUE(m.worker);
    ASSERT_TRUE(launch.table.worker_setup);
    EXPECT_EQ(written(launch.table.worker_setup->command), "make <worker>");
    EXPECT_FALSE(launch.table.worker_teardown);
}

TEST(LaunchTable, is_what_its_reader_takes) {
    const auto r = resolve_well(
        "[service.a]\ntests = \"all()\"\nstart = [\"a\", \"${port.x}\"]\nports = [\"x\"]\nenv = { U = \"${port.x}\" }\n"
        "[[phase]]\nname = \"p\"\ntests = \"all()\"\nstagger = \"1s\"\n[worker]\nteardown = [\"x\"]\n",
        {NewTest("t").timeout(3)});
    const auto launch = launch_of(r);
    std::string error;
    const auto text = runtime::to_text(launch.table);
    const auto read = runtime::launch_table_from_text(text, error);
    ASSERT_TRUE(read) << error;
    EXPECT_EQ(runtime::to_text(*read), text);
    EXPECT_EQ(read->kinds.at(0).stagger_name, "p");
    EXPECT_EQ(read->kinds.at(0).stagger, Milliseconds(1000));
    EXPECT_EQ(read->kinds.at(0).timeout, Milliseconds(3000));
    EXPECT_TRUE(read->kinds.at(0).announce);
}

TEST(LaunchTable, variables_that_are_not_set_are_errors) {
    const auto r = resolve_well("[service.a]\ntests = \"all()\"\nstart = [\"${env:MISSING}\"]\n", {"t"});
    Diagnostics diagnostics;
    EXPECT_FALSE(make_launch(*r.schedule, plain_run(), fill_values(), diagnostics));
    EXPECT_EQ(shown(diagnostics),
              "4: error: environment variable 'MISSING' is not set [unset-variable]\n"
              "  help: set it, or write a value for when it is not: ${env:MISSING:-value}\n");
}

TEST(Overlay, time_outs_and_skips_of_launched_tests) {
    const auto r = resolve_well(
        "[marker.m]\nretry = \"r\"\n[retry.r]\non_exit = [75]\n"
        "[service.s]\ntests = \"name(=s)\"\nready = { tcp = \"h:1\" }\nif_unavailable = \"skip\"\n",
        {NewTest("t").labels({"m"}).timeout(2.5), "s"});
    const auto script = script_of(r);
    EXPECT_NE(script.find("TIMEOUT \"86400\"\n  TIMEOUT_AFTER_MATCH \"2.500;lockstep-exec: the last attempt begins\""),
              std::string::npos)
        << script;
    EXPECT_NE(script.find("SKIP_REGULAR_EXPRESSION \"lockstep-exec: skipped: \""), std::string::npos) << script;
    EXPECT_NE(script.find("[[service.s.start]] \"/opt/lock step/lockstep\" \"service\" \"start\" \"--\" \"s\" \"3\")"),
              std::string::npos)
        << script;
}

TEST(Overlay, variables_that_the_launcher_fills_in_are_left_out) {
    const auto r = resolve_well("[marker.m]\nenv = { A = \"${worker}\", B = \"b\" }\n", {NewTest("t").labels({"m"})});
    const auto script = script_of(r);
    EXPECT_EQ(script.find("A="), std::string::npos) << script;
    EXPECT_NE(script.find("B=b"), std::string::npos) << script;
}

}  // namespace
}  // namespace lockstep
