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
}

}  // namespace
}  // namespace lockstep
