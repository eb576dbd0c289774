// Tests of `users`, which takes three guests at a time. They share its data, so each has names of its own.
#include <gtest/gtest.h>
#include <lockstep/lockstep.hpp>

#include "tests/support/guest.hpp"

namespace shop {
namespace {

using namespace std::chrono_literals;

class Users : public testing::Test {
protected:
    void TearDown() override {
        users.remove(user);
        Guest::stay(150ms);
    }
    Guest users{url_of("users")};
    const std::string user = "/users/" + lockstep::unique_name("user");
};

TEST_F(Users, AreRegistered) {
    EXPECT_EQ(users.get(user).status, 404);
    EXPECT_EQ(users.put(user, "ann@example.org").status, 201);
    EXPECT_EQ(users.get(user).text, "ann@example.org");
}

TEST_F(Users, AreRegisteredOnce) {
    EXPECT_EQ(users.put(user, "first@example.org").status, 201);
    EXPECT_EQ(users.put(user, "second@example.org").status, 409);
    EXPECT_EQ(users.get(user).text, "first@example.org");
}

TEST_F(Users, AreRemoved) {
    EXPECT_EQ(users.put(user, "bea@example.org").status, 201);
    EXPECT_EQ(users.remove(user).status, 204);
    EXPECT_EQ(users.get(user).status, 404);
}

TEST_F(Users, CanComeBack) {
    EXPECT_EQ(users.put(user, "old@example.org").status, 201);
    EXPECT_EQ(users.remove(user).status, 204);
    EXPECT_EQ(users.put(user, "new@example.org").status, 201);
    EXPECT_EQ(users.get(user).text, "new@example.org");
}

TEST_F(Users, AreNotThereUnlessRegistered) {
    EXPECT_EQ(users.get(user).status, 404);
    EXPECT_EQ(users.remove(user).status, 404);
}

}  // namespace
}  // namespace shop
