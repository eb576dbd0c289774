// Phase `orders`: a chain of four. One order goes through its life; each step needs the one before.
#include "tests/support/task.hpp"

namespace phased_api {
namespace {

using namespace std::chrono_literals;

class Orders : public ChainTask {
protected:
    Orders() : ChainTask("Place", "Close") {}

    /// The order has to be in state `from`, and is in state `to` afterwards.
    void advance(const std::string& from, const std::string& to) {
        const Answer order = api().get(record("order"));
        ASSERT_EQ(order.status, 200);
        ASSERT_EQ(order.body, from);
        ASSERT_EQ(api(1).put(record("order"), to, order.revision).status, 200);
        keep_busy(70ms);
    }
};

TEST_F(Orders, Place) {
    ASSERT_EQ(api().create(record("order"), "placed").status, 201);
    keep_busy(70ms);
}

TEST_F(Orders, Pay) {
    advance("placed", "paid");
}

TEST_F(Orders, Ship) {
    advance("paid", "shipped");
}

TEST_F(Orders, Close) {
    advance("shipped", "closed");
}

}  // namespace
}  // namespace phased_api
