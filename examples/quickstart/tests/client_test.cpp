#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "src/connection.hpp"
#include "src/settings.hpp"

namespace quickstart {
namespace {

// Three tests, each on a seat of the service, which has two: the plan's pool lets two run at a time.
class Client : public testing::Test {
protected:
    void TearDown() override { std::this_thread::sleep_for(std::chrono::milliseconds(100)); }

    Connection connection{read_settings(SETTINGS_FILE).at("service")};
};

TEST_F(Client, Asks) {
    EXPECT_EQ(connection.ask("time"), "you asked: time");
}

TEST_F(Client, AsksNothing) {
    EXPECT_EQ(connection.ask(""), "you asked: ");
}

TEST_F(Client, AsksTwice) {
    EXPECT_EQ(connection.ask("time"), "you asked: time");
    EXPECT_EQ(connection.ask("date"), "you asked: date");
}

}  // namespace
}  // namespace quickstart
