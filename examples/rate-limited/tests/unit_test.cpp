// Marker `unit`: what the client does before and after the wire.
#include <gtest/gtest.h>

#include "client/answer.hpp"

namespace dispatch {
namespace {

TEST(Url, HasHostAndPort) {
    const Address address = parse_url("http://127.0.0.1:8080");
    EXPECT_EQ(address.host, "127.0.0.1");
    EXPECT_EQ(address.port, 8080);
}

TEST(Url, MayEndInASlash) {
    EXPECT_EQ(parse_url("http://localhost:1/").host, "localhost");
}

TEST(Url, IsRefusedWithoutAPort) {
    for (const char* url : {"", "http://localhost", "http://localhost:", "http://:80", "http://a:0", "http://a:65536"})
        EXPECT_THROW(parse_url(url), std::invalid_argument) << url;
}

TEST(Url, IsRefusedForOtherSchemes) {
    EXPECT_THROW(parse_url("https://localhost:443"), std::invalid_argument);
}

TEST(Answers, OfSuccessAreTheirBody) {
    EXPECT_EQ(body_of({200, "found", ""}, "GET /"), "found");
    EXPECT_EQ(body_of({201, "made", ""}, "POST /"), "made");
}

TEST(Answers, ThatRefuseSayWhat) {
    try {
        body_of({404, "no such job\nmore", ""}, "GET /jobs/7");
        FAIL();
    } catch (const Refused& failure) {
        EXPECT_EQ(failure.status(), 404);
        EXPECT_STREQ(failure.what(), "GET /jobs/7: 404 (no such job)");
    }
}

TEST(Answers, ThatCameTooOftenSayWhenToComeAgain) {
    try {
        body_of({429, "too-fast\n", "3"}, "GET /");
        FAIL();
    } catch (const TooManyRequests& failure) {
        EXPECT_EQ(failure.retry_after(), "3");
        EXPECT_STREQ(failure.what(), "GET /: 429 Too Many Requests (too-fast)");
    }
}

TEST(Answers, AreCutAtTheFirstLine) {
    EXPECT_EQ(first_line("one\ntwo"), "one");
    EXPECT_EQ(first_line("one"), "one");
    EXPECT_EQ(first_line(""), "");
}

}  // namespace
}  // namespace dispatch
