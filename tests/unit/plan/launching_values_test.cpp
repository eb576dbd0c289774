// Values of rate limits, retry rules, services and worker hooks, each with its place.
#include <gtest/gtest.h>

#include "complete_example.hpp"
#include "diagnostic_case.hpp"

namespace lockstep {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// The complete example without the lines of what is refused.
std::string example() {
    std::string text = complete_example;
    for (const std::string line : {"deadline = \"30m\"\n", "budget = \"8m\"\n", "run.deadline = \"20m\"\n"})
        text.erase(text.find(line), line.size());
    return text;
}

Plan read_example(const PlanOptions& options = {}) {
    auto result = read_text(example(), options);
    EXPECT_EQ(result.text, "");
    return result.plan ? std::move(*result.plan) : Plan{};
}

std::string command(const std::optional<Command>& words) {
    std::string text;
    for (const auto& word : words.value_or(Command{})) text += (text.empty() ? "" : " ") + to_string(word.value);
    return text;
}

TEST(PlanOfLaunching, rate_limits) {
    const auto plan = read_example();
    ASSERT_EQ(plan.rate_limits.size(), 1U);
    const auto& limit = plan.rate_limits[0];
    EXPECT_EQ(limit.name.value + " " + limit.name.place.brief(), "ofs lockstep.toml:59");
    EXPECT_EQ(limit.rate.value, 10.0);
    EXPECT_EQ(limit.burst.value, 5);
    EXPECT_EQ(limit.max_concurrent.value, 10);
    EXPECT_TRUE(limit.adapt.value);
    EXPECT_EQ(limit.scope.value, Scope::build);
    EXPECT_EQ(limit.scope.place.brief(), "lockstep.toml:63");
    EXPECT_EQ(plan.rate_limit_index("ofs"), 0U);
    EXPECT_EQ(plan.rate_limit_index("x"), std::nullopt);
}

TEST(PlanOfLaunching, retry_rules) {
    const auto plan = read_example();
    ASSERT_EQ(plan.retries.size(), 1U);
    const auto& rule = plan.retries[0];
    EXPECT_EQ(rule.attempts.value, 3);
    ASSERT_EQ(rule.on_exit.size(), 1U);
    EXPECT_EQ(rule.on_exit[0].value, 75);
    ASSERT_EQ(rule.on_output.size(), 2U);
    EXPECT_EQ(rule.on_output[1].value, "/rate.?limit/");
    EXPECT_EQ(rule.backoff.value, seconds(1));
    EXPECT_EQ(rule.max_backoff.value, seconds(60));
    EXPECT_EQ(rule.give_up_after.value, 0.2);
    EXPECT_EQ(plan.retry_index("too_many_requests"), 0U);
}

TEST(PlanOfLaunching, services) {
    const auto plan = read_example();
    ASSERT_EQ(plan.services.size(), 1U);
    const auto& service = plan.services[0];
    EXPECT_EQ(service.tests.text(), "dir(services/users/**)");
    EXPECT_EQ(service.mode.value, ServiceMode::service);
    EXPECT_EQ(service.max_parallel.value, 4);
    EXPECT_EQ(command(service.start.value), "${build_dir}/bin/users-api --port ${port.http}");
    EXPECT_TRUE(service.has_port("http"));
    EXPECT_FALSE(service.has_port("https"));
    ASSERT_TRUE(service.ready.url.value);
    EXPECT_EQ(to_string(*service.ready.url.value), "http://127.0.0.1:${port.http}/health");
    EXPECT_FALSE(service.ready.tcp.value);
    EXPECT_TRUE(service.ready.asked());
    EXPECT_EQ(service.ready.within.value, seconds(10));
    EXPECT_EQ(service.if_unavailable.value, Unavailable::fail);
    ASSERT_EQ(service.env.count("USERS_URL"), 1U);
    EXPECT_TRUE(needs_launcher(service.env.at("USERS_URL").value));
    EXPECT_EQ(plan.service_index("users"), 0U);
}

TEST(PlanOfLaunching, markers_phases_workers_and_measure) {
    const auto plan = read_example({.profile = {}, .overrides = "run.measure=true"});
    EXPECT_TRUE(plan.run.measure.value);
    EXPECT_EQ(plan.phases[1].stagger.value, milliseconds(200));
    const auto& integration = plan.markers[*plan.marker_index("integration")];
    EXPECT_EQ(command(integration.setup.value), "${build_dir}/bin/make_schema ${temp_dir}");
    EXPECT_EQ(command(integration.cleanup.value), "${build_dir}/bin/drop_schema ${worker}");
    const auto& live = plan.markers[*plan.marker_index("live")];
    EXPECT_EQ(live.rate_limit.value, "ofs");
    EXPECT_EQ(live.rate_limit.place.brief(), "lockstep.toml:54");
    EXPECT_EQ(live.retry.value, "too_many_requests");
    EXPECT_FALSE(needs_launcher(live.env.at("API_URL").value));
    EXPECT_EQ(command(plan.worker.setup.value), "${build_dir}/bin/create_database test_${worker}");
    EXPECT_EQ(command(plan.worker.teardown.value), "${build_dir}/bin/drop_database test_${worker}");
}

TEST(PlanOfLaunching, defaults) {
    const auto result = read_text("version = 1\n[rate_limit.a]\n[retry.b]\n[service.c]\ntests = \"none()\"\n");
    ASSERT_TRUE(result.plan) << result.text;
    const auto& limit = result.plan->rate_limits[0];
    EXPECT_EQ(limit.rate.value, std::nullopt);
    EXPECT_EQ(limit.burst.value, 1);
    EXPECT_EQ(limit.max_concurrent.value, std::nullopt);
    EXPECT_FALSE(limit.adapt.value);
    EXPECT_EQ(limit.scope.value, Scope::build);
    const auto& rule = result.plan->retries[0];
    EXPECT_EQ(rule.attempts.value, 3);
    EXPECT_TRUE(rule.on_exit.empty() && rule.on_output.empty());
    EXPECT_EQ(rule.backoff.value, seconds(1));
    EXPECT_EQ(rule.max_backoff.value, seconds(60));
    EXPECT_EQ(rule.give_up_after.value, std::nullopt);
    const auto& service = result.plan->services[0];
    EXPECT_EQ(service.mode.value, ServiceMode::service);
    EXPECT_EQ(service.start.value, std::nullopt);
    EXPECT_FALSE(service.ready.asked());
    EXPECT_EQ(service.ready.within.value, seconds(10));
    EXPECT_EQ(service.isolate.value, std::nullopt);
    EXPECT_FALSE(result.plan->worker.setup.value || result.plan->worker.teardown.value);
    EXPECT_FALSE(result.plan->run.measure.value);
}

TEST(PlanOfLaunching, profiles_and_settings_replace_them) {
    const PlanOptions options{.profile = "ci",
                              .overrides =
                                  "rate_limit.ofs.burst=1;retry.too_many_requests.on_exit=[1,2];"
                                  "service.users.ready.within=1m;service.users.env.EXTRA=x;"
                                  "worker.setup=[\"true\"];marker.live.retry=too_many_requests"};
    const auto plan = read_example(options);
    EXPECT_EQ(plan.rate_limits[0].rate.value, 5.0) << "by the profile";
    EXPECT_EQ(plan.rate_limits[0].burst.value, 1);
    EXPECT_EQ(plan.rate_limits[0].burst.place.source->name(), "LOCKSTEP_SET");
    ASSERT_EQ(plan.retries[0].on_exit.size(), 2U) << "an array replaces the whole";
    EXPECT_EQ(plan.services[0].ready.within.value, seconds(60));
    EXPECT_TRUE(plan.services[0].ready.url.value) << "one key alone leaves the others";
    EXPECT_EQ(plan.services[0].env.size(), 2U);
    EXPECT_EQ(command(plan.worker.setup.value), "true");
    EXPECT_TRUE(plan.worker.teardown.value);
}

TEST(PlanOfLaunching, a_table_in_braces_replaces_how_a_service_shows_that_it_is_ready) {
    const auto plan = read_example({.profile = {}, .overrides = "service.users.ready={ tcp = \"127.0.0.1:1\" }"});
    EXPECT_FALSE(plan.services[0].ready.url.value);
    EXPECT_TRUE(plan.services[0].ready.tcp.value);
}

TEST(PlanOfLaunching, variables_of_their_texts_count) {
    const auto result = read_text(
        "version = 1\n[marker.m]\nsetup = [\"x\", \"${env:A:-}\"]\ncleanup = [\"${env:B}\"]\n"
        "[service.s]\ntests = \"all()\"\nstart = [\"${env:C}\"]\nready = { url = \"${env:D}\" }\nenv = { V = "
        "\"${env:E}\" }\n[worker]\nsetup = [\"${env:F}\"]\nteardown = [\"${env:G}\"]\n");
    ASSERT_TRUE(result.plan) << result.text;
    EXPECT_EQ(result.plan->environment_names, (std::set<std::string>{"A", "B", "C", "D", "E", "F", "G"}));
}

}  // namespace
}  // namespace lockstep
