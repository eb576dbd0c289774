// Tests of `auth`, which is ready for any number of them at once.
#include <gtest/gtest.h>

#include "tests/support/guest.hpp"

namespace shop {
namespace {

using namespace std::chrono_literals;

class Auth : public testing::Test {
protected:
    void TearDown() override { Guest::stay(200ms); }
    Guest auth{url_of("auth")};
};

TEST_F(Auth, GivesEachOneATokenOfItsOwn) {
    EXPECT_NE(auth.post("/tokens", "ann").text, auth.post("/tokens", "ann").text);
}

TEST_F(Auth, KnowsWhoHasAToken) {
    const auto token = auth.post("/tokens", "bea").text;
    EXPECT_EQ(auth.get("/tokens/" + token).text, "bea");
}

TEST_F(Auth, ForgetsATokenThatIsHandedBack) {
    const auto token = auth.post("/tokens", "cem").text;
    EXPECT_EQ(auth.remove("/tokens/" + token).status, 204);
    EXPECT_EQ(auth.get("/tokens/" + token).status, 404);
}

TEST_F(Auth, KnowsNoTokenThatItHasNotGiven) {
    EXPECT_EQ(auth.get("/tokens/made-up").status, 404);
    EXPECT_EQ(auth.remove("/tokens/made-up").status, 404);
}

}  // namespace
}  // namespace shop
