// Profiles and LOCKSTEP_SET: what replaces what.
#include <gtest/gtest.h>

#include "diagnostic_case.hpp"

namespace lockstep {
namespace {

const std::string plan_text = R"~(version = 1
[run]
workers = 4
[[phase]]
name = "core.api"
tests = "all()"
fixtures = ["server"]
[[phase.checkpoint]]
name = "up"
command = ["a"]
[[phase]]
name = "late"
tests = "none()"
[marker.m]
use = { db = 1, licence = 1 }
env = { A = "${env:FROM_PLAN}", B = "2" }
lock = ["x", "y"]
[pool.db]
slots = 8
[pool.licence]
slots = 8
[profile.ci]
run.workers = 8
phase."core.api".untested = "fail"
marker.m.env.A = "ci"
marker.m.lock = ["z"]
marker.serial.timeout = "1s"
[profile.night]
run.workers = 2
marker.m.use = { db = 2 }
)~";

Plan read_good(const PlanOptions& options) {
    ReadResult result = read_text(plan_text, options);
    EXPECT_EQ(result.text, "");
    EXPECT_TRUE(result.plan.has_value());
    return result.plan ? std::move(*result.plan) : Plan{};
}

TEST(Replacement, without_a_profile_the_plan_holds) {
    for (const auto& profile : {std::optional<std::string>(), std::optional<std::string>("")}) {
        const Plan plan = read_good({.profile = profile, .overrides = std::nullopt});
        EXPECT_EQ(plan.run.workers.value, 4);
        EXPECT_EQ(plan.phases[0].untested.value, Untested::pass);
        EXPECT_EQ(plan.markers[3].lock.size(), 2U);
        EXPECT_EQ(plan.environment_names, std::set<std::string>{"FROM_PLAN"});
    }
}

TEST(Replacement, a_profile_replaces_values_and_single_entries_of_tables) {
    const Plan plan = read_good({.profile = "ci", .overrides = std::nullopt});
    EXPECT_EQ(plan.run.workers.value, 8);
    EXPECT_EQ(plan.run.workers.place.brief(), "lockstep.toml:23");
    EXPECT_EQ(plan.phases[0].untested.value, Untested::fail);
    const Marker& marker = plan.markers[3];
    ASSERT_EQ(marker.lock.size(), 1U);
    EXPECT_EQ(marker.lock[0].value, "z");
    EXPECT_EQ(marker.env.size(), 2U);
    EXPECT_EQ(marker.env.at("A").place.brief(), "lockstep.toml:25");
    EXPECT_EQ(marker.use.size(), 2U);
    EXPECT_EQ(plan.markers[0].timeout.value, Milliseconds(1000));
    EXPECT_TRUE(plan.environment_names.empty()) << "the value that asked for a variable is replaced";
}

TEST(Replacement, an_inline_table_replaces_the_whole) {
    const Plan plan = read_good({.profile = "night", .overrides = std::nullopt});
    ASSERT_EQ(plan.markers[3].use.size(), 1U);
    EXPECT_EQ(plan.markers[3].use.at("db").value, 2);
    EXPECT_EQ(plan.markers[3].env.size(), 2U);
}

TEST(Replacement, settings_are_stronger_than_the_profile) {
    const Plan plan = read_good({.profile = "ci", .overrides = "run.workers=16; marker.m.use.db = 3;"});
    EXPECT_EQ(plan.run.workers.value, 16);
    EXPECT_EQ(plan.run.workers.place.source->name(), "LOCKSTEP_SET");
    EXPECT_EQ(plan.run.workers.place.column, 13U);
    EXPECT_EQ(plan.markers[3].use.at("db").value, 3);
    EXPECT_EQ(plan.markers[3].use.at("licence").value, 1);
    EXPECT_EQ(plan.phases[0].untested.value, Untested::fail);
}

TEST(Replacement, a_setting_is_toml_or_else_a_string) {
    const Plan plan = read_good({.profile = std::nullopt,
                                 .overrides = "phase.\"core.api\".untested=fail;defaults.timeout=5m;"
                                              "defaults.isolate=[\"home\"];defaults.labels=false;"
                                              "marker.m.env={A=\"x;y\", C='z'};phase.late.needs=[];"
                                              "phase.\"core.api\".cleanup=[\"a b\", \"${session}\"];"
                                              "phase.\"core.api\".checkpoint=[];run.resource_spec= a b.json "});
    EXPECT_EQ(plan.phases[0].untested.value, Untested::fail);
    EXPECT_EQ(plan.defaults.timeout.value, Milliseconds(300'000));
    EXPECT_EQ(plan.defaults.isolate.value, Isolation{.home = true});
    EXPECT_FALSE(plan.defaults.labels.value);
    EXPECT_EQ(plan.markers[3].env.size(), 2U);
    EXPECT_EQ(plan.markers[3].env.at("A").value.parts.at(0).text, "x;y");
    EXPECT_TRUE(plan.phases[1].needs.empty());
    EXPECT_TRUE(plan.phases[1].needs_written);
    ASSERT_TRUE(plan.phases[0].cleanup.value);
    EXPECT_EQ(plan.phases[0].cleanup.value->size(), 2U);
    EXPECT_TRUE(plan.phases[0].checkpoint.empty());
    EXPECT_EQ(plan.run.resource_spec.value, "a b.json");
}

TEST(Replacement, empty_settings_set_nothing) {
    for (const char* overrides : {"", ";", " ; \n;"}) {
        EXPECT_EQ(read_good({.profile = std::nullopt, .overrides = overrides}).run.workers.value, 4) << overrides;
    }
}

}  // namespace
}  // namespace lockstep
