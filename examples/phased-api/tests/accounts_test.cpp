// Phase `accounts`: a chain of six. Money is moved between two accounts, and none is lost.
#include "tests/support/task.hpp"

namespace phased_api {
namespace {

using namespace std::chrono_literals;

class Accounts : public ChainTask {
protected:
    Accounts() : ChainTask("Open", "Close") {}

    void TearDown() override {
        if (!HasFailure()) keep_busy(60ms);
        ChainTask::TearDown();
    }

    int balance(const std::string& account) { return std::stoi(api().get(record(account)).body); }

    void add(const std::string& account, int amount) {
        ASSERT_EQ(api(1).put(record(account), std::to_string(balance(account) + amount)).status, 200);
    }
};

TEST_F(Accounts, Open) {
    for (const char* account : {"alice", "bob"}) ASSERT_EQ(api().create(record(account), "0").status, 201);
}

TEST_F(Accounts, Deposit) {
    add("alice", 100);
    EXPECT_EQ(balance("alice"), 100);
}

TEST_F(Accounts, Transfer) {
    add("alice", -30);
    add("bob", 30);
    EXPECT_EQ(balance("bob"), 30);
}

TEST_F(Accounts, Withdraw) {
    add("bob", -10);
    EXPECT_EQ(balance("bob"), 20);
}

TEST_F(Accounts, Audit) {
    EXPECT_EQ(balance("alice") + balance("bob"), 90);
    EXPECT_EQ(api().get(record("alice")).revision, "3");
}

TEST_F(Accounts, Close) {
    for (const char* account : {"alice", "bob"}) EXPECT_EQ(api().remove(record(account)).status, 204);
    EXPECT_EQ(api().get("/records?prefix=" + scope() + "/").body, "");
}

}  // namespace
}  // namespace phased_api
