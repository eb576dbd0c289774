// Tests of `payments`, which somebody else runs: skipped where it is away. The plan knows where it is, and the client
// library tells.
#include <gtest/gtest.h>
#include <lockstep/lockstep.hpp>

#include "tests/support/guest.hpp"

namespace shop {
namespace {

class Payments : public testing::Test {
protected:
    Guest payments{lockstep::service("payments").url()};
};

TEST_F(Payments, AreAddedUp) {
    const int before = std::atoi(payments.get("/charges").text.c_str());
    EXPECT_EQ(payments.post("/charges", "1999").status, 201);
    EXPECT_EQ(payments.post("/charges", "1").status, 201);
    EXPECT_EQ(payments.get("/charges").text, std::to_string(before + 2000));
}

TEST_F(Payments, HaveALimit) {
    EXPECT_EQ(payments.post("/charges", "10000").status, 201);
    EXPECT_EQ(payments.post("/charges", "10001").status, 402);
}

TEST_F(Payments, AreAmounts) {
    for (const char* wrong : {"", "much", "-1", "0", "1.5"}) EXPECT_EQ(payments.post("/charges", wrong).status, 400);
}

}  // namespace
}  // namespace shop
