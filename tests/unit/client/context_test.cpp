#include "lockstep/context.hpp"

#include <fstream>
#include <set>

#include "lockstep/error.hpp"
#include "lockstep/test_case.hpp"
#include "runtime/batch_table.hpp"
#include "session_fixture.hpp"

namespace lockstep {
namespace {

using WorkerOutside = test::Outside;
using WorkerInSession = test::InSession;

TEST_F(WorkerOutside, IsMaster) {
    EXPECT_EQ(worker().name, "master");
    EXPECT_EQ(worker().source, WorkerSource::none);
    EXPECT_EQ(worker().count, 0);
}

TEST_F(WorkerOutside, OfABadNameIsAnError) {
    set("LOCKSTEP_WORKER", "seven");
    EXPECT_THROW(static_cast<void>(worker()), Error);
}

TEST_F(WorkerInSession, ComesFromTheLauncherOrCTest) {
    unset("LOCKSTEP_WORKER");
    set("CTEST_RESOURCE_GROUP_COUNT", "1");
    set("CTEST_RESOURCE_GROUP_0_LOCKSTEP_WORKER", "id:5,slots:1");
    EXPECT_EQ(worker().name, "gw5");
    EXPECT_EQ(worker().source, WorkerSource::resource_group);
    EXPECT_EQ(worker().count, 64);
    set("LOCKSTEP_WORKER", "gw3");
    EXPECT_EQ(worker().index, 3);
    EXPECT_EQ(worker().source, WorkerSource::launcher);
}

TEST_F(WorkerInSession, ElseFromALockFileUntilTheProcessDies) {
    unset("LOCKSTEP_WORKER");
    std::vector<test::Child> children;
    std::set<std::string> names;
    for (int i = 0; i < 4; ++i) {
        const auto note = scratch / ("worker" + std::to_string(i));
        children.emplace_back([&] {
            std::ofstream(note + ".new") << worker().name << worker().name;
            std::filesystem::rename(note + ".new", note);
            ::pause();
        });
        ASSERT_TRUE(test::eventually([&] { return std::filesystem::exists(note); }));
        names.insert(test::text_of(note));
    }
    EXPECT_EQ(names, (std::set<std::string>{"gw0gw0", "gw1gw1", "gw2gw2", "gw3gw3"}));
    children[1].kill();
    test::Child next([&] { ::_exit(worker().source == WorkerSource::lock_file ? worker().index : 99); });
    EXPECT_EQ(next.wait(), 1);
}

TEST_F(WorkerInSession, HasADirectory) {
    set("LOCKSTEP_WORKER", "gw3");
    EXPECT_EQ(worker_dir(), facts.state + "/w/1/gw3");
    EXPECT_TRUE(std::filesystem::is_directory(worker_dir()));
    set("LOCKSTEP_WORKER_DIR", scratch / "other/gw3");
    EXPECT_EQ(worker_dir(), scratch / "other/gw3");
}

TEST_F(WorkerOutside, HasADirectoryOfThisProcess) {
    test::Child child([&] {
        const auto directory = worker_dir();
        std::ofstream(scratch / "note") << directory.string();
        std::exit(std::filesystem::is_directory(directory) && worker_dir() == directory ? 0 : 1);
    });
    EXPECT_EQ(child.wait(), 0);
    EXPECT_NE(test::text_of(scratch / "note"), "");
    EXPECT_FALSE(std::filesystem::exists(test::text_of(scratch / "note")));
}

using ContextOutside = test::Outside;
using ContextInSession = test::InSession;

TEST_F(ContextOutside, IsThisProcess) {
    const auto here = context();
    EXPECT_EQ(here.process, ::getpid());
    EXPECT_EQ(here.thread, ::getpid());
    EXPECT_EQ(here.attempt, 1);
    EXPECT_EQ(here.session, "");
    EXPECT_TRUE(here.markers.empty());
    int other = 0;
    std::thread([&] { other = context().thread; }).join();
    EXPECT_NE(other, here.thread);
}

TEST_F(ContextInSession, IsWhatLockstepSaid) {
    set("LOCKSTEP_PHASE", "core");
    set("LOCKSTEP_MARKERS", "live,integration");
    set("LOCKSTEP_ATTEMPT", "2");
    facts.shard = 2;
    facts.shards = 8;
    publish();
    const auto here = context();
    EXPECT_EQ(here.test, "my test");
    EXPECT_EQ(here.phase, "core");
    EXPECT_EQ(here.markers, (std::vector<std::string>{"live", "integration"}));
    EXPECT_EQ(here.mode, "parallel");
    EXPECT_EQ(here.session, facts.id);
    EXPECT_EQ(here.shard, 2);
    EXPECT_EQ(here.shards, 8);
    EXPECT_EQ(here.attempt, 2);
}

TEST_F(ContextInSession, OfACaseInABatch) {
    runtime::Batch batch;
    batch.name = "b";
    batch.command = {"x"};
    batch.cases = {{"prefix.A.a", "A.a", 0}};
    std::ofstream(scratch / "batches.txt") << to_text(runtime::BatchTable{{batch}});
    set("LOCKSTEP_TEST", "b");
    set("LOCKSTEP_BATCH", "b");
    set("LOCKSTEP_BATCH_TABLE", scratch / "batches.txt");
    begin_test_case("A.a", {});
    EXPECT_EQ(context().test, "prefix.A.a");
    EXPECT_EQ(context().test_case, "A.a");
    begin_test_case("A.unknown", {});
    EXPECT_EQ(context().test, "b");
    end_test_case();
    EXPECT_EQ(context().test, "b") << "between cases";
    begin_test_case("A.a", {});
    set("LOCKSTEP_BATCH", "c");
    EXPECT_THROW(static_cast<void>(context()), Error);
    unset("LOCKSTEP_TEST");
    EXPECT_EQ(context().test, "") << "the plan does not want it known";
    end_test_case();
}

TEST_F(ContextInSession, OfADamagedFileIsAnError) {
    set("LOCKSTEP_SESSION_FILE", scratch / "missing");
    EXPECT_THROW(static_cast<void>(context()), Error);
    std::ofstream(scratch / "damaged") << "what";
    set("LOCKSTEP_SESSION_FILE", scratch / "damaged");
    EXPECT_THROW(static_cast<void>(context()), Error);
}

}  // namespace
}  // namespace lockstep
