// Marker `model`: a job and its text.
#include <stdexcept>

#include <gtest/gtest.h>

#include "client/job.hpp"

namespace dispatch {
namespace {

TEST(JobText, ComesBackAsTheSameJob) {
    for (const Job& job : {Job{1, "Bakery", "", State::open}, Job{2, "Café: n° 5", "anna", State::assigned},
                           Job{2147483647, "x", "ben", State::done}})
        EXPECT_EQ(parse_job(to_text(job)), job);
}

TEST(JobText, IsOneValueALine) {
    EXPECT_EQ(to_text({3, "Mill", "dev", State::assigned}),
              "id: 3\ncustomer: Mill\ntechnician: dev\nstate: assigned\n");
}

TEST(JobText, IsRefusedWhereALineIsMissing) {
    EXPECT_THROW(parse_job("id: 3\ncustomer: Mill\nstate: open\n"), std::invalid_argument);
    EXPECT_THROW(parse_job("id: 3\ncustomer: Mill\ntechnician: \nstate: open"), std::invalid_argument);
}

TEST(JobText, IsRefusedWithMoreBehindIt) {
    EXPECT_THROW(parse_job(to_text({3, "Mill", "", State::open}) + "x"), std::invalid_argument);
}

TEST(JobText, HasAPositiveId) {
    for (const char* id : {"0", "-1", "", "1x", "99999999999"})
        EXPECT_THROW(parse_job("id: " + std::string(id) + "\ncustomer: Mill\ntechnician: \nstate: open\n"),
                     std::invalid_argument)
            << id;
}

TEST(JobText, HasAKnownState) {
    EXPECT_THROW(parse_job("id: 3\ncustomer: Mill\ntechnician: \nstate: lost\n"), std::invalid_argument);
}

TEST(JobText, HasATechnicianUnlessItIsOpen) {
    EXPECT_THROW(parse_job("id: 3\ncustomer: Mill\ntechnician: \nstate: done\n"), std::invalid_argument);
    EXPECT_THROW(parse_job("id: 3\ncustomer: Mill\ntechnician: dev\nstate: open\n"), std::invalid_argument);
}

TEST(Customers, HaveANameOfOneLine) {
    EXPECT_TRUE(is_customer("Bakery"));
    EXPECT_TRUE(is_customer(std::string(80, 'x')));
    for (const std::string& name : {std::string(), std::string("two\nlines"), std::string(81, 'x')})
        EXPECT_FALSE(is_customer(name)) << name;
}

}  // namespace
}  // namespace dispatch
