#include "runtime/worker.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>

#include "scratch.hpp"

namespace lockstep::runtime {
namespace {

class FromEnvironment : public ::testing::Test {
protected:
    void SetUp() override {
        for (const char* name : names) ::unsetenv(name);
    }
    void TearDown() override { SetUp(); }
    static constexpr const char* names[] = {"LOCKSTEP_WORKER",
                                            "LOCKSTEP_SESSION",
                                            "LOCKSTEP_TEST",
                                            "CTEST_INTERACTIVE_DEBUG_MODE",
                                            "CTEST_RESOURCE_GROUP_COUNT",
                                            "CTEST_RESOURCE_GROUP_0_GPUS",
                                            "CTEST_RESOURCE_GROUP_1_GPUS",
                                            "CTEST_RESOURCE_GROUP_1_LOCKSTEP_WORKER"};
};

TEST_F(FromEnvironment, ThereIsNone) {
    EXPECT_FALSE(worker_from_environment());
    EXPECT_FALSE(in_test_environment());
    EXPECT_EQ(WorkerId{}.name(), "master");
    ::setenv("CTEST_INTERACTIVE_DEBUG_MODE", "0", 1);
    EXPECT_TRUE(in_test_environment());
}

TEST_F(FromEnvironment, TheLauncherIsBelieved) {
    ::setenv("LOCKSTEP_WORKER", "gw12", 1);
    const auto worker = worker_from_environment();
    ASSERT_TRUE(worker);
    EXPECT_EQ(worker->name(), "gw12");
    EXPECT_EQ(worker->learned, WorkerId::Learned::launcher);
    for (const char* bad : {"12", "gw", "gw-1", "gw1x", "gw99999999999"}) {
        ::setenv("LOCKSTEP_WORKER", bad, 1);
        EXPECT_THROW(static_cast<void>(worker_from_environment()), std::runtime_error) << bad;
    }
}

TEST_F(FromEnvironment, CTestsGroupsAreSearched) {
    ::setenv("CTEST_RESOURCE_GROUP_COUNT", "2", 1);
    ::setenv("CTEST_RESOURCE_GROUP_0_GPUS", "id:0,slots:2;id:card_1,slots:1", 1);
    ::setenv("CTEST_RESOURCE_GROUP_1_GPUS", "id:2,slots:4", 1);
    ::setenv("CTEST_RESOURCE_GROUP_1_LOCKSTEP_WORKER", "id:7,slots:1", 1);
    const auto worker = worker_from_environment();
    ASSERT_TRUE(worker);
    EXPECT_EQ(worker->index, 7);
    EXPECT_EQ(worker->learned, WorkerId::Learned::resource_group);
    using Slots = std::vector<std::pair<std::string, int>>;
    EXPECT_EQ(granted_slots("gpus"), (Slots{{"0", 2}, {"card_1", 1}, {"2", 4}}));
    EXPECT_EQ(granted_slots("none"), Slots{});
    ::setenv("CTEST_RESOURCE_GROUP_1_GPUS", "id:2;slots;,,id:,slots:x", 1);
    EXPECT_EQ(granted_slots("gpus"), (Slots{{"0", 2}, {"card_1", 1}}));
}

TEST(WorkerLock, TheFirstThatIsFree) {
    const test::Scratch scratch;
    const auto path = scratch / "workers";
    const WorkerLock first(path);
    EXPECT_EQ(first.index(), 0);
    auto second = std::make_unique<WorkerLock>(path);
    const WorkerLock third(path);
    EXPECT_EQ(third.index(), 2);
    second.reset();
    EXPECT_EQ(WorkerLock(path).index(), 1);
}

}  // namespace
}  // namespace lockstep::runtime
