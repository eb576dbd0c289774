// Phases `core-ready`, `components-ready` and `api-ready`: one task each, between the large ones. It sees the server as
// the phase before has left it.
#include "tests/support/task.hpp"

namespace phased_api {
namespace {

using namespace std::chrono_literals;

class Readiness : public Task {};

TEST_F(Readiness, OfTheCore) {
    EXPECT_EQ(api().metrics().at("connections"), static_cast<long>(connections()))
        << "somebody else is still connected";
    keep_busy(60ms);
}

TEST_F(Readiness, OfTheComponents) {
    ASSERT_EQ(api(0).create(record("all-of-them"), "value").status, 201);
    EXPECT_EQ(api(1).get("/records?prefix=" + scope()).body, scope() + "/all-of-them\n");
    EXPECT_EQ(api(0).put(record("all-of-them"), "next", "1").status, 200);
    EXPECT_EQ(api(1).get(record("all-of-them")).revision, "2");
    keep_busy(60ms);
}

TEST_F(Readiness, OfTheApi) {
    const auto metrics = api().metrics();
    EXPECT_EQ(metrics.at("connections_refused"), 0);
    EXPECT_LE(metrics.at("connections_peak"), metrics.at("connections_limit"));
    keep_busy(60ms);
}

}  // namespace
}  // namespace phased_api
