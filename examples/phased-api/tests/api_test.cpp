// Phase `api`, six of its nine tasks: each operation, over two connections.
#include "tests/support/task.hpp"

namespace phased_api {
namespace {

using namespace std::chrono_literals;

class Api : public Task {};

TEST_F(Api, CreatesARecord) {
    EXPECT_EQ(api().get(record("new")).status, 404);
    EXPECT_EQ(api().create(record("new"), "a").status, 201);
    EXPECT_EQ(api(1).get(record("new")).body, "a");
    keep_busy(150ms);
}

TEST_F(Api, RefusesADuplicate) {
    ASSERT_EQ(api(0).create(record("taken"), "mine").status, 201);
    EXPECT_EQ(api(1).create(record("taken"), "yours").status, 409);
    EXPECT_EQ(api(0).get(record("taken")).body, "mine");
    keep_busy(120ms);
}

TEST_F(Api, UpdatesARecord) {
    ASSERT_EQ(api().create(record("draft"), "one").status, 201);
    EXPECT_EQ(api().put(record("draft"), "two").status, 200);
    const Answer answer = api(1).get(record("draft"));
    EXPECT_EQ(answer.body, "two");
    EXPECT_EQ(answer.revision, "2");
    EXPECT_EQ(api().put(record("absent"), "x").status, 404);
    keep_busy(180ms);
}

TEST_F(Api, RefusesAStaleUpdate) {
    ASSERT_EQ(api(0).create(record("shared"), "start").status, 201);
    const std::string seen = api(0).get(record("shared")).revision;
    ASSERT_EQ(api(1).put(record("shared"), "the other was faster", seen).status, 200);
    EXPECT_EQ(api(0).put(record("shared"), "too late", seen).status, 412);
    EXPECT_EQ(api(0).get(record("shared")).body, "the other was faster");
    keep_busy(100ms);
}

TEST_F(Api, DeletesARecord) {
    ASSERT_EQ(api().create(record("old"), "x").status, 201);
    EXPECT_EQ(api().remove(record("old")).status, 204);
    EXPECT_EQ(api(1).get(record("old")).status, 404);
    EXPECT_EQ(api(1).remove(record("old")).status, 404);
    keep_busy(140ms);
}

TEST_F(Api, ListsByPrefix) {
    for (const char* name : {"b/2", "a/1", "b/1"}) ASSERT_EQ(api().create(record(name), "x").status, 201);
    EXPECT_EQ(api(1).get("/records?prefix=" + scope() + "/b/").body, scope() + "/b/1\n" + scope() + "/b/2\n");
    EXPECT_EQ(api(1).get("/records?prefix=" + scope() + "/c/").body, "");
    keep_busy(160ms);
}

}  // namespace
}  // namespace phased_api
