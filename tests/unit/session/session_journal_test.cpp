#include "session/session_journal.hpp"

#include <gtest/gtest.h>

#include "runtime/journal.hpp"

namespace lockstep {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string record(const std::string& kind, const Fields& fields) {
    return runtime::to_text(runtime::JournalRecord{kind, fields});
}

std::string attempt(const std::string& test, const char* retried, const char* peak = "1000", const char* number = "1") {
    return record("attempt", {{"test", test},
                              {"attempt", number},
                              {"user_seconds", "0.25"},
                              {"system_seconds", "0.5"},
                              {"peak_bytes", peak},
                              {"waited_seconds", "2"},
                              {"retried", retried},
                              {"rule", "r"}});
}

TEST(SessionJournals, AttemptsOfATestAddUp) {
    const auto journal =
        read_session_journal(attempt("7", "1", "3000") + attempt("8", "0") + attempt("7", "0", "2000", "2"));
    ASSERT_EQ(journal.tests.size(), 2U);
    const auto& twice = journal.tests.at(7);
    EXPECT_EQ(twice.attempts, 2);
    EXPECT_DOUBLE_EQ(twice.cpu_seconds, 1.5);
    EXPECT_EQ(twice.peak_bytes, 3000U);
    EXPECT_DOUBLE_EQ(twice.waited_seconds, 4);
    EXPECT_EQ(twice.rule, "r");
    EXPECT_EQ(journal.tests.at(8).attempts, 1);
    EXPECT_EQ(journal.tests.at(8).rule, "");
}

TEST(SessionJournals, OneThatCtestRepeatsIsNotTriedAgain) {
    EXPECT_EQ(read_session_journal(attempt("7", "0") + attempt("7", "0")).tests.at(7).attempts, 1);
}

TEST(SessionJournals, WhatIsOwedUntilItIsPaid) {
    const auto owe = [](const char* id, const char* word) {
        return record("owe", {{"id", id},
                              {"kind", "cleanup"},
                              {"name", "t"},
                              {"word", "drop"},
                              {"word", word},
                              {"directory", "/d"},
                              {"set", "A=b"}});
    };
    const auto journal = read_session_journal(owe("1", "x") + owe("2", "y") + record("paid", {{"id", "1"}}));
    ASSERT_EQ(journal.owed.size(), 1U);
    const auto& owed = journal.owed.front();
    EXPECT_EQ(owed.id, "2");
    EXPECT_EQ(owed.kind, "cleanup");
    EXPECT_EQ(owed.name, "t");
    EXPECT_EQ(owed.command, (std::vector<std::string>{"drop", "y"}));
    EXPECT_EQ(owed.working_directory, "/d");
    EXPECT_EQ(owed.environment, std::vector<std::string>{"A=b"});
}

TEST(SessionJournals, ABatchThatBeginsAnewHasSaidNothing) {
    const auto one = [](const char* batch, const char* name, const char* verdict) {
        return record("case",
                      {{"test", ""}, {"batch", batch}, {"name", name}, {"verdict", verdict}, {"seconds", "0.5"}});
    };
    const auto begins = record("batch", {{"test", ""}, {"name", "b.1"}});
    const auto journal = read_session_journal(begins + one("b.1", "x", "passed") + one("b.1", "y", "passed") +
                                              one("b.2", "z", "passed") + begins + one("b.1", "x", "failed"));
    ASSERT_EQ(journal.cases.size(), 2U);
    EXPECT_EQ(journal.cases.at("x").verdict, "failed");
    EXPECT_EQ(journal.cases.at("z").batch, "b.2");
    EXPECT_DOUBLE_EQ(journal.cases.at("z").seconds, 0.5);
}

TEST(SessionJournals, DataCallsAndWorkers) {
    const auto journal = read_session_journal(
        record("data", {{"id", "1"}, {"test", "t"}, {"kind", "row"}, {"name", "a"}}) +
        record("data", {{"id", "2"}, {"test", "t"}, {"kind", "row"}, {"name", "b"}}) +
        record("removed", {{"id", "1"}}) + record("call", {{"retried", "1"}}) + record("call", {{"retried", "0"}}) +
        record("worker", {{"worker", "gw0"}, {"status", "failed"}}) +
        record("worker", {{"worker", "gw0"}, {"status", "0"}}));
    ASSERT_EQ(journal.data.size(), 1U);
    EXPECT_EQ(journal.data.front().name, "b");
    EXPECT_EQ(journal.calls, 2U);
    EXPECT_EQ(journal.calls_retried, 1U);
    EXPECT_EQ(journal.workers_failed, 1U);
}

TEST(SessionJournals, CutAnywhereInItsLastRecordLosesThatAlone) {
    const auto first = attempt("1", "0"), last = attempt("2", "0");
    for (std::size_t length = 0; length < last.size(); ++length) {
        const auto journal = read_session_journal(first + last.substr(0, length));
        EXPECT_EQ(journal.tests.size(), 1U) << length;
        EXPECT_EQ(read_session_journal(first + last.substr(0, length) + last).tests.size(), 2U)
            << "what is noted after a torn record is whole, " << length;
    }
}

TEST(SessionJournals, OfALaterVersionOrOfNoNumbers) {
    const auto journal = read_session_journal(record("something", {{"id", "1"}}) +
                                              record("attempt", {{"test", "x"}, {"peak_bytes", "-1"}}) + "rubbish\n");
    EXPECT_EQ(journal.tests.size(), 1U);
    EXPECT_EQ(journal.tests.begin()->first, 0U) << "number 0 is no test";
    EXPECT_EQ(journal.damaged, 1U);
}

}  // namespace
}  // namespace lockstep
