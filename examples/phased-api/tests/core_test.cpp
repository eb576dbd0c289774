// Phase `core`: three things that everything else stands on, checked side by side.
#include "tests/support/task.hpp"

namespace phased_api {
namespace {

using namespace std::chrono_literals;

class Core : public Task {};

TEST_F(Core, LoadsItsConfiguration) {
    auto metrics = api().metrics();
    EXPECT_EQ(metrics.at("connections_limit"), 16);
    EXPECT_GE(metrics.at("connections"), 2);
    keep_busy(100ms);
}

TEST_F(Core, AnswersOnEveryConnection) {
    for (std::size_t i = 0; i < connections(); ++i) EXPECT_EQ(api(i).get("/health").body, "ok\n") << "connection " << i;
    keep_busy(150ms);
}

TEST_F(Core, StoresARecord) {
    ASSERT_EQ(api(0).create(record("first"), "hello").status, 201);
    const Answer answer = api(1).get(record("first"));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "hello");
    EXPECT_EQ(answer.revision, "1");
    keep_busy(120ms);
}

}  // namespace
}  // namespace phased_api
