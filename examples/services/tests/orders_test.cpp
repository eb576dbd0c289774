// Tests of `orders`, which asks `auth` and `users`. They count on the numbers that it gives out, so one at a time.
#include <gtest/gtest.h>
#include <lockstep/lockstep.hpp>

#include "tests/support/guest.hpp"

namespace shop {
namespace {

using namespace std::chrono_literals;

class Orders : public testing::Test {
protected:
    void SetUp() override { ASSERT_EQ(users.put("/users/" + user, "somewhere").status, 201); }
    void TearDown() override {
        users.remove("/users/" + user);
        auth.remove("/tokens/" + token);
    }

    int order(const std::string& thing) {
        const auto answer = orders.post("/orders", thing, token);
        EXPECT_EQ(answer.status, 201) << answer.text;
        Guest::stay(50ms);
        return std::atoi(answer.text.c_str());
    }

    Guest auth{url_of("auth")};
    Guest users{url_of("users")};
    Guest orders{url_of("orders")};
    const std::string user = lockstep::unique_name("buyer");
    const std::string token = auth.post("/tokens", user).text;
};

TEST_F(Orders, AreNumberedOneAfterAnother) {
    const int first = order("lamp");
    for (int i = 1; i < 6; ++i) EXPECT_EQ(order("lamp"), first + i);
}

TEST_F(Orders, OfTwoBuyersAreNumberedTogether) {
    const int first = order("chair");
    const auto other = lockstep::unique_name("buyer");
    const auto others_token = auth.post("/tokens", other).text;
    ASSERT_EQ(users.put("/users/" + other, "elsewhere").status, 201);
    EXPECT_EQ(orders.post("/orders", "table", others_token).text, std::to_string(first + 1));
    EXPECT_EQ(order("chair"), first + 2);
    users.remove("/users/" + other);
}

TEST_F(Orders, AreKept) {
    const int number = order("clock");
    EXPECT_EQ(orders.get("/orders/" + std::to_string(number)).text, user + ": clock");
    EXPECT_EQ(orders.get("/orders/" + std::to_string(number + 1)).status, 404);
}

TEST_F(Orders, NeedAToken) {
    EXPECT_EQ(orders.post("/orders", "lamp", "made-up").status, 401);
}

TEST_F(Orders, NeedAUser) {
    ASSERT_EQ(users.remove("/users/" + user).status, 204);
    EXPECT_EQ(orders.post("/orders", "lamp", token).status, 403);
}

}  // namespace
}  // namespace shop
