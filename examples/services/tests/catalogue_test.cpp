// Tests of what is on offer, in a database that one program at a time may use. They run side by side all the same: each
// on the database of its worker.
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <lockstep/lockstep.hpp>

#include "catalogue/catalogue.hpp"

namespace {

std::string database() {
    const char* file = std::getenv("CATALOGUE");
    if (file == nullptr) throw std::runtime_error("which database? CATALOGUE is not set");
    return file;
}

class Catalogue : public testing::Test {
protected:
    void SetUp() override { catalogue.clear(); }  // what the worker's last test has left

    void offer(const std::string& thing, int cents) {
        catalogue.offer(thing, cents);
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }

    shop::Catalogue catalogue{database()};
};

TEST_F(Catalogue, BelongsToThisWorker) {
    EXPECT_EQ(catalogue.owner(), lockstep::worker().name);
}

TEST_F(Catalogue, CountsWhatItHas) {
    for (int i = 0; i < 20; ++i) offer("thing " + std::to_string(i), 100);
    EXPECT_EQ(catalogue.count(), 20);
}

TEST_F(Catalogue, HasAThingOnce) {
    for (int i = 0; i < 20; ++i) offer("lamp", i);
    EXPECT_EQ(catalogue.count(), 1);
}

TEST_F(Catalogue, HasTheLastPrice) {
    for (int cents : {500, 450, 400, 350, 300}) {
        offer("lamp", cents);
        EXPECT_EQ(catalogue.cents("lamp"), cents);
    }
}

TEST_F(Catalogue, CanBeCleared) {
    for (int i = 0; i < 10; ++i) offer("thing " + std::to_string(i), 100);
    catalogue.clear();
    EXPECT_EQ(catalogue.count(), 0);
}

}  // namespace
