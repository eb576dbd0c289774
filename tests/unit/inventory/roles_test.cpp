#include "inventory/roles.hpp"

#include <gtest/gtest.h>

namespace lockstep {
namespace {

TEST(Roles, NamesOfGeneratedTests) {
    for (const char* name : {"checkpoint.core", "checkpoint.", "barrier.x", "order.x", "cleanup.x",
                             "service.users.start", "service.x.stop", "lockstep.end"}) {
        EXPECT_TRUE(is_generated_name(name)) << name;
    }
    for (const char* name : {"service.users", "services.a.stop", "lockstep.ending", "checkpoint", "a.checkpoint.core",
                             "Checkpoint.core", "start", ""}) {
        EXPECT_FALSE(is_generated_name(name)) << name;
    }
}

TEST(Roles, WhatStandsInForUnbuiltPrograms) {
    InventoryTest test;
    test.name = "unit_NOT_BUILT";
    EXPECT_TRUE(stands_in_for_unbuilt(test));
    test.command = {"/bin/true"};
    EXPECT_FALSE(stands_in_for_unbuilt(test));
    test.command.clear();
    test.name = "unit_NOT_BUILT_yet";
    EXPECT_FALSE(stands_in_for_unbuilt(test));
    // Those of lockstep_discover_tests() run, and say why they are there.
    for (const auto& [name, option] :
         {std::pair{"unit.NOT_BUILT", "--not-built"}, {"unit.NOT_LISTED", "--not-listed"}}) {
        test.name = name;
        test.command.clear();
        EXPECT_TRUE(stands_in_for_unbuilt(test)) << name;
        test.command = {"/usr/bin/lockstep", "discover", option, "unit"};
        EXPECT_TRUE(stands_in_for_unbuilt(test)) << name;
        test.command = {"/b/unit", "--gtest_filter=unit.NOT_BUILT"};
        EXPECT_FALSE(stands_in_for_unbuilt(test)) << name;
        test.command = {"/b/unit", "discover", "unit"};
        EXPECT_FALSE(stands_in_for_unbuilt(test)) << name;
    }
}

}  // namespace
}  // namespace lockstep
