#include "validation/log.hpp"

#include <gtest/gtest.h>

#include <map>

namespace lockstep::validation {
namespace {

Allocation allocated(const std::map<std::string, std::string>& environment) {
    return read_allocation([&](const std::string& name) -> std::optional<std::string> {
        const auto found = environment.find(name);
        return found == environment.end() ? std::nullopt : std::optional(found->second);
    });
}

TEST(Allocation, IsReadFromTheEnvironment) {
    const auto allocation = allocated({{"CTEST_RESOURCE_GROUP_COUNT", "3"},
                                       {"CTEST_RESOURCE_GROUP_0", "lockstep_worker"},
                                       {"CTEST_RESOURCE_GROUP_0_LOCKSTEP_WORKER", "id:11,slots:1"},
                                       {"CTEST_RESOURCE_GROUP_1_SEAT", "id:a,slots:2;id:b,slots:1"},
                                       {"CTEST_RESOURCE_GROUP_2_SEAT", "id:c,slots:1"},
                                       {"CTEST_RESOURCE_GROUP_3_SEAT", "id:none,slots:1"},
                                       {"LOCKSTEP_TEMP_DIR", "/t/1 1"},
                                       {"TMPDIR", "/t/1 1"},
                                       {"TMP", "/t/1 1"},
                                       {"TEMP", "/t/1 1"}});
    EXPECT_EQ(allocation.workers, std::vector<std::string>{"11"});
    EXPECT_EQ(allocation.slots, (std::vector<std::string>{"a", "a", "b", "c"}));
    EXPECT_EQ(allocation.temp, "/t/1 1");
    EXPECT_TRUE(allocation.temp_for_all);
}

TEST(Allocation, IsNothingWhereNothingIsGiven) {
    const auto allocation = allocated({{"CTEST_RESOURCE_GROUP_COUNT", "many"},
                                       {"CTEST_RESOURCE_GROUP_0_LOCKSTEP_WORKER", "id:1,slots:1"},
                                       {"TMPDIR", "/tmp"}});
    EXPECT_TRUE(allocation.workers.empty());
    EXPECT_TRUE(allocation.slots.empty());
    EXPECT_EQ(allocation.temp, "");
    EXPECT_FALSE(allocation.temp_for_all);
    EXPECT_FALSE(allocated({{"LOCKSTEP_TEMP_DIR", "/t"}, {"TMPDIR", "/t"}, {"TMP", "/t"}}).temp_for_all);
}

Event start() {
    Event event;
    event.test = "lock.1";
    event.time_ns = 12;
    event.allocation = {{"3"}, {"0", "1"}, "/a \"b\"\n", true, -1};
    return event;
}

Event end() {
    Event event;
    event.kind = Event::Kind::end;
    event.test = "lock.1";
    event.time_ns = 9'000'000'000'000'000'000;
    event.foreign = 2;
    return event;
}

Event gave_up() {
    Event event;
    event.kind = Event::Kind::gave_up;
    event.test = "lock.2";
    event.time_ns = 13;
    return event;
}

TEST(Log, IsReadBack) {
    const auto text = log_line(end()) + log_line(start()) + log_line(gave_up());
    const auto log = read_log(text);
    EXPECT_EQ(log.events, (std::vector{start(), gave_up(), end()}));  // by time
    EXPECT_EQ(log.unreadable, 0U);
}

TEST(Log, WhoComesLateToWriteBeganWhenItWasStarted) {
    auto late = start();
    late.time_ns = end().time_ns - 1;
    EXPECT_EQ(read_log(log_line(end()) + log_line(late)).events, (std::vector{late, end()}));
}

TEST(Log, ALineIsOneLine) {
    const auto line = log_line(start());
    EXPECT_EQ(line.find('\n'), line.size() - 1);
}

TEST(Log, WhatCannotBeReadIsCounted) {
    for (const auto* line :
         {"", "x", "[]", "{}", R"({"event":"began","test":"a","time_ns":1})",
          R"({"event":"end","test":"a","time_ns":1})", R"({"event":"end","test":1,"time_ns":1,"foreign":0})"}) {
        const auto log = read_log(std::string(line) + "\n" + log_line(gave_up()));
        EXPECT_EQ(log.unreadable, 1U) << line;
        EXPECT_EQ(log.events, std::vector{gave_up()}) << line;
    }
}

TEST(Log, ALineThatIsBeingWrittenIsNotThereYet) {
    const auto line = log_line(start());
    const auto log = read_log(line + line.substr(0, 20));
    EXPECT_EQ(log.events, std::vector{start()});
    EXPECT_EQ(log.unreadable, 0U);
}

TEST(FailedTests, AreNamedAfterTheirNumber) {
    EXPECT_EQ(failed_tests(""), std::vector<std::string>{});
    EXPECT_EQ(failed_tests("1:failing.1\n12:a:b\nnone"), (std::vector<std::string>{"failing.1", "a:b"}));
}

}  // namespace
}  // namespace lockstep::validation
