// Phase `foundation`: is there a server at all?
#include "tests/support/task.hpp"

namespace phased_api {
namespace {

using namespace std::chrono_literals;

class Foundation : public Task {};

TEST_F(Foundation, ServerIsHealthy) {
    EXPECT_EQ(api().get("/health").status, 200);
    EXPECT_EQ(api().get("/no-such-page").status, 404);
    keep_busy(80ms);
}

}  // namespace
}  // namespace phased_api
