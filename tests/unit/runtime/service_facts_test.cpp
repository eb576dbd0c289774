#include "runtime/service_facts.hpp"

#include <gtest/gtest.h>

namespace lockstep::runtime {
namespace {

ServiceFacts example() {
    ServiceFacts facts;
    facts.name = "us\ters";
    facts.state = ServiceFacts::State::starting;
    facts.start = 123456789012;
    facts.reason = "a\tb\nc\\d\re";
    facts.pid = 4711;
    facts.url = "http://127.0.0.1:12345/";
    facts.ports = {{"http", 12345}, {"a\tb", 1}};
    facts.env = {{"USERS_URL", "http://x"}, {"EMPTY", ""}, {"LINES", "1\n2"}};
    return facts;
}

TEST(ServiceFacts, AreReadBack) {
    std::string error;
    const auto facts = service_facts_from_text(to_text(example()), error);
    ASSERT_TRUE(facts) << error;
    EXPECT_EQ(to_text(*facts), to_text(example()));
    EXPECT_EQ(facts->name, example().name);
    EXPECT_EQ(facts->state, example().state);
    EXPECT_EQ(facts->start, example().start);
    EXPECT_EQ(facts->reason, example().reason);
    EXPECT_EQ(facts->env, example().env);
    EXPECT_EQ(facts->port("http"), 12345);
    EXPECT_EQ(facts->port("nope"), 0);
}

TEST(ServiceFacts, ACutTextIsRefused) {
    const auto text = to_text(example());
    for (std::size_t length = 0; length < text.size(); ++length) {
        std::string error;
        EXPECT_FALSE(service_facts_from_text(text.substr(0, length), error)) << length;
        EXPECT_FALSE(error.empty());
    }
}

TEST(ServiceFacts, WhatNobodyWritesIsRefused) {
    for (const std::string line :
         {"state\tgone\n", "process\tx\t1\n", "process\t0\t1\n", "process\t1\n", "port\ta\t0\n", "port\ta\t65536\n",
          "port\ta\n", "env\ta\n", "what\tx\n", "url\ta\tb\n", "url\t\\x\n"}) {
        auto text = to_text(example());
        text.insert(text.find("url\t"), line);
        std::string error;
        EXPECT_FALSE(service_facts_from_text(text, error)) << line;
        EXPECT_EQ(error.rfind("line ", 0), 0U) << error;
    }
}

}  // namespace
}  // namespace lockstep::runtime
