// Plans without mistakes: every value where it belongs, with its place.
#include "plan/plan.hpp"

#include <gtest/gtest.h>

#include "complete_example.hpp"
#include "diagnostic_case.hpp"

namespace lockstep {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

Plan read_good(const std::string& text, const PlanOptions& options = {}) {
    ReadResult result = read_text(text, options);
    EXPECT_EQ(result.text, "");
    EXPECT_TRUE(result.plan.has_value());
    return result.plan ? std::move(*result.plan) : Plan{};
}

/// What the place covers.
std::string text_at(const Place& place) {
    if (!place.known()) return "";
    return std::string(place.source->line(place.line).substr(place.column - 1, place.length));
}

template <class T>
std::vector<std::string> values(const T& entries) {
    std::vector<std::string> result;
    for (const auto& entry : entries) result.push_back(entry.value);
    return result;
}

using Names = std::vector<std::string>;

TEST(Plan, an_empty_one_has_defaults) {
    const Plan plan = read_good("version = 1\n");
    EXPECT_EQ(plan.defaults.isolate.value, Isolation{.tmp = true});
    EXPECT_FALSE(plan.defaults.isolate.place.known());
    EXPECT_TRUE(plan.defaults.context.value);
    EXPECT_TRUE(plan.defaults.labels.value);
    EXPECT_EQ(plan.defaults.timeout.value, std::nullopt);
    EXPECT_EQ(plan.defaults.unmarked.value, Unmarked::parallel);
    EXPECT_EQ(plan.run.workers.value, std::nullopt);
    EXPECT_EQ(plan.run.sessions.value, Sessions::wait);
    EXPECT_TRUE(plan.phases.empty());
    EXPECT_TRUE(plan.pools.empty());
    ASSERT_EQ(plan.markers.size(), 3U);
    EXPECT_EQ(plan.markers[0].name.value, "serial");
    EXPECT_EQ(values(plan.markers[0].lock), Names{"serial"});
    EXPECT_EQ(plan.markers[1].name.value, "exclusive");
    EXPECT_TRUE(plan.markers[1].alone.value);
    EXPECT_EQ(plan.markers[2].name.value, "parallel_safe");
    for (const Marker& marker : plan.markers) {
        EXPECT_FALSE(marker.declared);
        EXPECT_FALSE(marker.name.place.known());
    }
}

TEST(Plan, defaults_and_run_of_the_example) {
    const Plan plan = read_good(example_in_effect);
    EXPECT_EQ(plan.defaults.isolate.value, (Isolation{.tmp = true, .home = true}));
    EXPECT_EQ(text_at(plan.defaults.isolate.place), R"(["tmp", "home"])");
    EXPECT_EQ(plan.defaults.isolate.place.brief(), "lockstep.toml:4");
    EXPECT_EQ(plan.defaults.timeout.value, minutes(5));
    EXPECT_EQ(plan.defaults.unmarked.value, Unmarked::serial);
    EXPECT_FALSE(plan.defaults.labels.value);
    EXPECT_EQ(plan.run.workers.value, 64);
    EXPECT_EQ(text_at(plan.run.workers.place), "64");
    EXPECT_EQ(plan.run.resource_spec.value, "gpus.json");
    EXPECT_EQ(plan.run.sessions.value, Sessions::share);
}

TEST(Plan, phases_of_the_example) {
    const Plan plan = read_good(example_in_effect);
    ASSERT_EQ(plan.phases.size(), 3U);
    const Phase& foundation = plan.phases[0];
    EXPECT_EQ(foundation.name.value, "foundation");
    EXPECT_EQ(text_at(foundation.name.place), R"("foundation")");
    EXPECT_EQ(text_at(foundation.place), "[[phase]]");
    EXPECT_EQ(foundation.order.value, Order::chain);
    EXPECT_TRUE(foundation.needs.empty());
    EXPECT_FALSE(foundation.needs_written);
    ASSERT_EQ(foundation.tests.size(), 1U);
    EXPECT_EQ(foundation.tests[0].text(), "label(foundation)");
    EXPECT_EQ(text_at(foundation.tests[0].place()), "label(foundation)");

    const Phase& core = plan.phases[1];
    EXPECT_EQ(values(core.needs), Names{"foundation"});
    EXPECT_FALSE(core.needs_written);
    EXPECT_EQ(core.needs[0].place.brief(), core.place.brief());
    ASSERT_EQ(core.tests.size(), 2U);
    EXPECT_EQ(text_at(core.tests[1].place()), "suite(Client)");
    EXPECT_EQ(core.gate.value, std::nullopt);
    EXPECT_EQ(core.max_parallel.value, 3);
    EXPECT_EQ(core.untested.value, Untested::fail);
    EXPECT_TRUE(core.optional.value);
    EXPECT_EQ(values(core.fixtures), Names{"server"});
    ASSERT_TRUE(core.cleanup.value);
    ASSERT_EQ(core.cleanup.value->size(), 1U);
    EXPECT_EQ(to_string(core.cleanup.value->at(0).value), "${build_dir}/bin/drop_test_data");
    ASSERT_EQ(core.checkpoint.size(), 1U);
    EXPECT_EQ(core.checkpoint[0].name.value, "backend healthy");
    ASSERT_EQ(core.checkpoint[0].command.value.size(), 2U);
    EXPECT_EQ(to_string(core.checkpoint[0].command.value[1].value), "--strict");
    EXPECT_EQ(text_at(core.checkpoint[0].command.value[1].place), R"("--strict")");

    const Phase& api = plan.phases[2];
    EXPECT_EQ(values(api.needs), (Names{"core", "foundation"}));
    EXPECT_TRUE(api.needs_written);
    EXPECT_EQ(text_at(api.needs[1].place), R"("foundation")");
    EXPECT_EQ(api.gate.value, Gate::strict);
}

TEST(Plan, markers_and_pools_of_the_example) {
    const Plan plan = read_good(example_in_effect);
    Names names;
    for (const Marker& marker : plan.markers) names.push_back(marker.name.value);
    EXPECT_EQ(names, (Names{"parallel_safe", "serial", "exclusive", "resource_intensive", "integration", "live"}));

    const Marker& serial = plan.markers[1];
    EXPECT_TRUE(serial.declared);
    EXPECT_EQ(text_at(serial.name.place), "serial");
    EXPECT_EQ(values(serial.lock), Names{"serial"});
    ASSERT_TRUE(serial.tests);
    EXPECT_EQ(serial.tests->text(), "name(old)");

    EXPECT_EQ(plan.markers[3].processors.value, 4);
    EXPECT_EQ(plan.markers[3].memory.value, std::uint64_t{2} << 30);

    const Marker& integration = plan.markers[4];
    EXPECT_EQ(integration.max_parallel.value, 4);
    EXPECT_EQ(integration.timeout.value, seconds(30));
    EXPECT_EQ(values(integration.labels), Names{"slow"});
    EXPECT_EQ(integration.isolate.value, Isolation{.cwd = true});
    ASSERT_EQ(integration.use.count("db_connection"), 1U);
    EXPECT_EQ(integration.use.at("db_connection").value, 2);
    EXPECT_EQ(text_at(integration.use.at("db_connection").place), "db_connection");

    const Marker& live = plan.markers[5];
    EXPECT_EQ(values(live.lock), (Names{"network", "port 80"}));
    EXPECT_EQ(to_string(live.env.at("API_URL").value), "${env:API_URL:-http://127.0.0.1:8080}");
    EXPECT_EQ(to_string(live.env.at("PRICE").value), "5$$");
    EXPECT_EQ(plan.environment_names, std::set<std::string>{"API_URL"});

    ASSERT_EQ(plan.pools.size(), 1U);
    EXPECT_EQ(plan.pools[0].slots.value, 16);
    EXPECT_EQ(text_at(plan.pools[0].name.place), "db_connection");
    EXPECT_EQ(plan.phase_index("api"), 2U);
    EXPECT_EQ(plan.marker_index("live"), 5U);
    EXPECT_EQ(plan.marker_index("dead"), std::nullopt);
    EXPECT_EQ(plan.pool("db_connection"), &plan.pools[0]);
    EXPECT_EQ(plan.pool("x"), nullptr);
}

TEST(Plan, of_the_complete_example_exactly_the_later_keys_are_refused) {
    Diagnostics diagnostics;
    const auto source = std::make_shared<const Source>("lockstep.toml", complete_example);
    EXPECT_FALSE(read_plan(source, {}, diagnostics));
    std::vector<std::string> refused;
    for (const Diagnostic& diagnostic : diagnostics.all()) {
        EXPECT_EQ(diagnostic.code, "not-in-effect-yet") << diagnostic.message;
        refused.push_back(std::to_string(diagnostic.place.line) + " " + text_at(diagnostic.place));
    }
    EXPECT_EQ(refused, (Names{"16 deadline", "38 budget", "87 deadline"}));
}

TEST(Plan, places_count_bytes_behind_wide_characters_marks_and_carriage_returns) {
    const Plan plan = read_good(
        "\xef\xbb\xbfversion = 1\r\n[marker.a]\r\nenv = { A = \"äöü\", B = \"ß\" } # ä\r\n"
        "tests = \"\"\"\r\n  name(a)\"\"\"\r\n");
    const auto& env = plan.markers[3].env;
    EXPECT_EQ(text_at(env.at("B").place), "\"ß\"");
    EXPECT_EQ(env.at("B").place.column, 27U);
    EXPECT_EQ(to_string(env.at("A").value), "äöü");
    EXPECT_EQ(plan.markers[3].tests->place().line, 4U);
}

TEST(Plan, values_of_the_first_line_behind_a_byte_order_mark) {
    const ReadResult result = read_text("\xef\xbb\xbfversion = 2");
    EXPECT_EQ(result.text.substr(0, 20), "lockstep.toml:1:14: ");
}

TEST(Plan, a_phase_and_a_marker_may_share_a_name) {
    const Plan plan = read_good("version = 1\n[[phase]]\nname = \"a\"\ntests = \"none()\"\n[marker.a]\n");
    EXPECT_EQ(plan.phase_index("a"), 0U);
    EXPECT_EQ(plan.marker_index("a"), 3U);
}

TEST(Plan, a_free_phase_needs_none_and_a_later_one_may_be_needed) {
    const Plan plan = read_good(
        "version = 1\n[[phase]]\nname = \"a\"\ntests = \"none()\"\nneeds = [\"b\"]\n"
        "[[phase]]\nname = \"b\"\ntests = \"none()\"\nneeds = []\n");
    EXPECT_EQ(values(plan.phases[0].needs), Names{"b"});
    EXPECT_TRUE(plan.phases[1].needs.empty());
    EXPECT_TRUE(plan.phases[1].needs_written);
}

}  // namespace
}  // namespace lockstep
