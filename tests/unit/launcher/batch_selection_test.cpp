#include "launcher/batch_selection.hpp"

#include <gtest/gtest.h>

namespace lockstep::launcher {
namespace {

runtime::Batch batch_of(const std::vector<std::string>& filters) {
    runtime::Batch batch;
    for (const auto& filter : filters) batch.cases.push_back({filter, filter, 0});
    return batch;
}

TEST(BatchSelection, NamesWhatIsAskedFor) {
    const auto flags = flags_of(batch_of({"A.a", "B/0.b/1", "C.c"}), {0, 1});
    EXPECT_EQ(flags.at(0), "--gtest_filter=A.a:B/0.b/1");
    EXPECT_EQ(flags.at(1), "--gtest_also_run_disabled_tests=1");
}

TEST(BatchSelection, WhatMeansSomethingInAFilterMatchesAnyCharacter) {
    EXPECT_EQ(flags_of(batch_of({"-A.a:b*c?d-e", "A.b"}), {0, 1}).at(0), "--gtest_filter=?A.a?b?c?d?e:A.b");
}

TEST(BatchSelection, AllCasesNeedNoFilter) {
    auto batch = batch_of({"A.a", "A.b"});
    batch.whole = true;
    EXPECT_EQ(flags_of(batch, {0, 1}).at(0), "--gtest_filter=*");
    EXPECT_EQ(flags_of(batch, {0, 1}).at(1), "--gtest_also_run_disabled_tests=0");
    EXPECT_EQ(flags_of(batch, {1}).at(0), "--gtest_filter=A.b");
}

TEST(BatchSelection, Sharding) {
    const auto variables = [](const std::string& set) {
        std::string text;
        for (const auto& [name, value] : variables_of([&](const char* name) { return name == set ? "3" : ""; })) {
            text += name + "=" + value + " ";
        }
        return text;
    };
    EXPECT_EQ(variables(""), "GTEST_BRIEF=0 GTEST_FAIL_FAST=0 ");
    for (const char* name : {"GTEST_TOTAL_SHARDS", "GTEST_SHARD_INDEX"}) {
        EXPECT_EQ(variables(name), "GTEST_BRIEF=0 GTEST_FAIL_FAST=0 GTEST_TOTAL_SHARDS=1 GTEST_SHARD_INDEX=0 ");
    }
}

TEST(BatchSelection, NamesThatNoFilterCanHold) {
    EXPECT_EQ(unfit({"a", "A.ä \"'$x", 0}), "");
    for (const auto& name : {std::string("A.\n"), std::string("A.\r"), std::string("A.\0", 3)}) {
        EXPECT_EQ(unfit({"a", name, 0}), "its name has a character that no filter can hold");
    }
    EXPECT_EQ(unfit({"a", std::string(8192, 'x'), 0}), "");
    EXPECT_EQ(unfit({"a", std::string(8193, 'x'), 0}), "its name is longer than 8192 bytes");
}

}  // namespace
}  // namespace lockstep::launcher
