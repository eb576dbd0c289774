#include "lockstep/cleanup.hpp"

#include <algorithm>

#include "lockstep/context.hpp"
#include "lockstep/error.hpp"
#include "session_fixture.hpp"

namespace lockstep {
namespace {

using Cleanups = test::InSession;
using CleanupsOutside = test::Outside;

std::vector<std::string> touch(const std::string& path) {
    return {"sh", "-c", "echo x >>\"$1\"", "sh", path};
}

TEST_F(Cleanups, AreOwedAndPaid) {
    set("LOCKSTEP_UNIT_WANTED", "a\tb\nc");
    {
        const auto cleanup = on_cleanup(touch(scratch / "done"), {"LOCKSTEP_UNIT_WANTED", "HOME"});
        const auto records = journal();
        ASSERT_EQ(records.size(), 1U);
        EXPECT_EQ(records[0].kind, "owe");
        EXPECT_EQ(records[0].field("kind"), "on_cleanup");
        EXPECT_EQ(records[0].field("test"), "17");
        EXPECT_EQ(records[0].field("name"), "my test");
        EXPECT_EQ(records[0].field("directory"), std::filesystem::current_path());
        std::vector<std::string> words, set;
        for (const auto& [key, value] : records[0].fields) {
            if (key == "word") words.push_back(value);
            if (key == "set") set.push_back(value);
        }
        EXPECT_EQ(words, touch(scratch / "done"));
        EXPECT_EQ(std::count(set.begin(), set.end(), "LOCKSTEP_UNIT_WANTED=a\tb\nc"), 1);
        EXPECT_EQ(std::count_if(set.begin(), set.end(), [](const auto& one) { return one.rfind("PATH=", 0) == 0; }), 1);
        EXPECT_EQ(std::count_if(set.begin(), set.end(), [](const auto& one) { return one.rfind("TMPDIR=", 0) == 0; }),
                  0);
    }
    EXPECT_EQ(test::text_of(scratch / "done"), "x\n");
    const auto records = journal();
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[1].kind, "paid");
    EXPECT_EQ(records[1].field("id"), records[0].field("id"));
}

TEST_F(Cleanups, OfTheKilledStayOwed) {
    test::Child child([&] {
        const auto cleanup = on_cleanup(touch(scratch / "done"));
        ::raise(SIGKILL);
    });
    EXPECT_EQ(child.wait(), -1);
    EXPECT_FALSE(std::filesystem::exists(scratch / "done"));
    ASSERT_EQ(journal().size(), 1U);
    EXPECT_EQ(journal()[0].kind, "owe");
}

TEST_F(Cleanups, ThatFailStayOwed) {
    for (const std::string command : {"false", "/no/such/program"}) {
        auto cleanup = on_cleanup({command});
        EXPECT_FALSE(cleanup.run());
        EXPECT_TRUE(cleanup.run());  // once is enough
    }
    for (const auto& record : journal()) EXPECT_EQ(record.kind, "owe");
}

TEST_F(Cleanups, AreRunOnceAndByTheirOwner) {
    auto cleanup = on_cleanup(touch(scratch / "done"));
    test::Child child([&] { static_cast<void>(cleanup.run()); });
    EXPECT_EQ(child.wait(), 0);
    EXPECT_FALSE(std::filesystem::exists(scratch / "done"));
    {
        auto moved = std::move(cleanup);
        EXPECT_TRUE(moved.run());
    }
    EXPECT_EQ(test::text_of(scratch / "done"), "x\n");
}

TEST_F(Cleanups, AreDismissed) {
    on_cleanup(touch(scratch / "done")).dismiss();
    EXPECT_FALSE(std::filesystem::exists(scratch / "done"));
    ASSERT_EQ(journal().size(), 2U);
    EXPECT_EQ(journal()[1].kind, "paid");
}

TEST_F(CleanupsOutside, AreRunAllTheSame) {
    static_cast<void>(on_cleanup(touch(scratch / "done")));
    EXPECT_EQ(test::text_of(scratch / "done"), "x\n");
    EXPECT_THROW(static_cast<void>(on_cleanup({})), Error);
}

TEST_F(Cleanups, DataIsNoted) {
    auto record = record_data("bucket", "orders_1");
    record.removed();
    record.removed();
    const auto records = journal();
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[0].kind, "data");
    EXPECT_EQ(records[0].field("kind"), "bucket");
    EXPECT_EQ(records[0].field("name"), "orders_1");
    EXPECT_EQ(records[1].kind, "removed");
    EXPECT_EQ(records[1].field("id"), records[0].field("id"));
}

TEST_F(CleanupsOutside, DataIsNotNoted) {
    EXPECT_EQ(record_data("bucket", "x").id(), "");
}

TEST_F(Cleanups, OncePerWorkerAndSession) {
    int calls = 0;
    const auto work = [&] { ++calls; };
    set("LOCKSTEP_WORKER", "gw1");
    EXPECT_THROW(once_per_worker("schema", [] { throw std::runtime_error("x"); }), std::runtime_error);
    once_per_worker("schema", work);
    once_per_worker("schema", work);
    EXPECT_EQ(calls, 1);
    test::Child child([&] { once_per_worker("schema", [] { ::_exit(7); }); });
    EXPECT_EQ(child.wait(), 0);
    once_per_worker("other", work);
    EXPECT_EQ(calls, 2);
    set("LOCKSTEP_WORKER", "gw2");
    once_per_worker("schema", work);
    EXPECT_EQ(calls, 3);
    // The number of a session, and with it the directory, is used again.
    facts.id = "0123abcd-1-43-99";
    publish();
    once_per_worker("schema", work);
    EXPECT_EQ(calls, 4);
}

}  // namespace
}  // namespace lockstep
