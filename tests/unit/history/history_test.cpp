#include "history/history.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <random>
#include <stdexcept>
#include <thread>

#include "history/store.hpp"

namespace lockstep {

void PrintTo(const TestRecord& record, std::ostream* out) {
    *out << record.name << ' ' << static_cast<int>(record.outcome) << ' ' << record.seconds << ' '
         << record.fingerprint;
}
bool operator==(const TestRecord& a, const TestRecord& b) {
    return a.name == b.name && a.outcome == b.outcome && a.seconds == b.seconds && a.fingerprint == b.fingerprint &&
           a.effort == b.effort;
}
bool operator==(const SessionRecord& a, const SessionRecord& b) {
    return a.id == b.id && a.opened_ns == b.opened_ns && a.ended_ns == b.ended_ns && a.jobs == b.jobs &&
           a.complete == b.complete;
}
bool operator==(const RunRecord& a, const RunRecord& b) {
    return a.session == b.session && a.opened_ns == b.opened_ns && a.outcome == b.outcome && a.seconds == b.seconds &&
           a.fingerprint == b.fingerprint && a.effort == b.effort;
}
bool operator==(const Debt& a, const Debt& b) {
    return a.id == b.id && a.session == b.session && a.kind == b.kind && a.what == b.what && a.command == b.command &&
           a.working_directory == b.working_directory && a.environment == b.environment && a.record == b.record;
}

namespace {

namespace fs = std::filesystem;
using Verdicts = std::map<std::string, TestRecord, std::less<>>;
using Durations = std::map<std::string, double, std::less<>>;

class Histories : public testing::Test {
protected:
    Histories() {
        folder_ = testing::TempDir() + "lockstep-XXXXXX";
        if (::mkdtemp(folder_.data()) == nullptr) throw std::runtime_error("mkdtemp " + folder_);
    }
    ~Histories() override {
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }
    [[nodiscard]] std::string path() const { return folder_ + "/history.db"; }
    [[nodiscard]] const std::string& folder() const { return folder_; }

    /// Opens it, warnings into warnings_.
    History open() {
        return History(path(), [this](const std::string& text) { warnings_.push_back(text); });
    }
    [[nodiscard]] std::string integrity() const {
        const SQLite::Database database(path());
        SQLite::Statement query(database, "PRAGMA integrity_check");
        query.executeStep();
        return query.getColumn(0).getString();
    }
    [[nodiscard]] std::int64_t number(const char* sql) const {
        const SQLite::Database database(path());
        SQLite::Statement query(database, sql);
        query.executeStep();
        return query.getColumn(0).getInt64();
    }
    void sql(const char* text) const { SQLite::Database(path(), SQLite::OPEN_READWRITE).exec(text); }

    std::vector<std::string> warnings_;

private:
    std::string folder_;
};

SessionRecord session(std::string id, std::int64_t opened_ns) {
    return {.id = std::move(id), .opened_ns = opened_ns, .ended_ns = opened_ns + 1, .jobs = 4, .complete = true};
}
TestRecord passed(std::string name, double seconds = 1, std::string fingerprint = "f") {
    return {std::move(name), Outcome::passed, seconds, std::move(fingerprint)};
}
TestRecord failed(std::string name) {
    return {std::move(name), Outcome::failed, 1, "f"};
}
using Results = std::vector<TestRecord>;

std::string message_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "no exception";
}

Verdicts by_name(const Results& results) {
    Verdicts verdicts;
    for (const auto& result : results) verdicts[result.name] = result;
    return verdicts;
}

TEST(RecordedNames, OfVerificationsHoldANewline) {
    EXPECT_TRUE(names_verification("phase\nverification"));
    EXPECT_FALSE(names_verification("phase"));
    EXPECT_FALSE(names_verification(""));
}

TEST_F(Histories, ANewOneKnowsNothing) {
    const auto history = open();
    EXPECT_TRUE(history.last().empty());
    EXPECT_TRUE(history.durations().empty());
    EXPECT_TRUE(history.debts().empty());
    EXPECT_TRUE(history.kept().empty());
    EXPECT_TRUE(history.known_hashes().empty());
    EXPECT_EQ(history.session("s"), std::nullopt);
    EXPECT_TRUE(warnings_.empty());
}

TEST_F(Histories, RemembersWhatItIsTold) {
    const Results results{passed("a", 0.25, "print"),
                          {"b", Outcome::failed, 1.5, ""},
                          {"c", Outcome::skipped, 0, "x"},
                          {"d", Outcome::not_run, 0, ""},
                          {"e", Outcome::unknown, 0, ""},
                          passed("phase\nverification"),
                          passed(std::string("nul\0 'quote' \"\xc3\xa4;", 17)),
                          passed("")};
    open().record(session("s", 7), results);
    const auto history = open();
    EXPECT_EQ(history.last(), by_name(results));
    EXPECT_EQ(history.session("s"), session("s", 7));
    EXPECT_EQ(history.session("S"), std::nullopt);
}

TEST_F(Histories, ChoosesByName) {
    auto history = open();
    history.record(session("s", 1), Results{passed("a"), failed("b"), passed("c")});
    const std::vector<std::string> names{"c", "none", "b", "c"};
    EXPECT_EQ(history.last(names), by_name({failed("b"), passed("c")}));
    EXPECT_EQ(history.last(std::vector<std::string>{"none"}), Verdicts{});
}

TEST_F(Histories, ALaterSessionReplacesWhatItTouches) {
    auto history = open();
    history.record(session("1", 1), Results{passed("a"), passed("b")});
    history.record(session("2", 2), Results{{"a", Outcome::not_run, 0, ""}});
    EXPECT_EQ(history.last(), by_name({{"a", Outcome::not_run, 0, ""}, passed("b")}));
}

TEST_F(Histories, RecordingAgainChangesNothing) {
    auto history = open();
    const Results results{passed("a", 2), failed("b"), passed("c", 3)};
    history.record(session("1", 1), Results{passed("a", 4)});
    for (int i = 0; i < 3; ++i) {
        history.record(session("2", 2), results);
        EXPECT_EQ(history.last(), by_name(results));
        EXPECT_EQ(history.durations(), (Durations{{"a", 3}, {"c", 3}}));
    }
}

TEST_F(Histories, RecordingAgainReplacesWhatItSaid) {
    auto history = open();
    auto first = session("s", 5);
    first.complete = false;
    history.record(first, Results{passed("a", 1), passed("b", 1), passed("c", 1)});
    history.record(session("s", 5), Results{failed("a"), passed("b", 2)});
    EXPECT_EQ(history.last(), by_name({failed("a"), passed("b", 2)})) << "c is taken back";
    EXPECT_EQ(history.durations(), (Durations{{"b", 2}}));
    EXPECT_EQ(history.session("s"), session("s", 5));
    history.record(session("earlier", 3), Results{failed("c"), failed("b")});
    EXPECT_EQ(history.last(), by_name({failed("a"), passed("b", 2), failed("c")}));
}

TEST_F(Histories, ALateImportOverwritesNothingNewer) {
    auto history = open();
    history.record(session("new", 20), Results{passed("a", 1, "new")});
    history.record(session("old", 10), Results{{"a", Outcome::failed, 1, "old"}, passed("b", 1, "old")});
    EXPECT_EQ(history.last(), by_name({passed("a", 1, "new"), passed("b", 1, "old")}));
    history.record(session("old", 10), Results{passed("a", 3, "old"), failed("b")});
    EXPECT_EQ(history.last(), by_name({passed("a", 1, "new"), failed("b")}));
    EXPECT_EQ(history.durations(), (Durations{{"a", 2}}));
}

TEST_F(Histories, OfANameTwiceTheLastCounts) {
    auto history = open();
    history.record(session("s", 1), Results{passed("a", 1), failed("a")});
    EXPECT_EQ(history.last(), by_name({failed("a")}));
}

TEST_F(Histories, DurationsAreOfTheLastTenPassedRuns) {
    auto history = open();
    for (int i = 1; i <= 30; ++i) {
        history.record(session(std::to_string(i), i),
                       Results{passed("a", i), i % 2 == 0 ? passed("b", i) : failed("b")});
    }
    EXPECT_EQ(history.durations(), (Durations{{"a", 25.5}, {"b", 21}}));
    history.record(session("late", 0), Results{passed("a", 1000)});
    EXPECT_EQ(history.durations().at("a"), 25.5);
}

TEST_F(Histories, TimesThatAreNoNumbersCountForNothing) {
    auto history = open();
    history.record(session("s", 1),
                   Results{passed("a", std::nan("")), passed("b", std::numeric_limits<double>::infinity())});
    EXPECT_TRUE(history.durations().empty());
    EXPECT_EQ(history.last().at("a").outcome, Outcome::passed);
    for (const auto* name : {"a", "b"}) {
        ASSERT_EQ(history.runs(name).size(), 1U);
        EXPECT_EQ(history.runs(name).front().seconds, std::nullopt);
    }
}

TEST_F(Histories, RunsAreTheNewestTenAndTheNewestTenThatPassed) {
    auto history = open();
    for (int i = 1; i <= 40; ++i) {
        const bool good = i <= 20 || i % 2 == 0;
        history.record(session(std::to_string(i), i), Results{good ? passed("a", i, std::to_string(i)) : failed("a")});
    }
    std::vector<RunRecord> expected;
    for (int i = 40; i > 30; --i) {
        const bool good = i % 2 == 0;
        expected.push_back({std::to_string(i), i, good ? Outcome::passed : Outcome::failed, good ? i : 1,
                            good ? std::to_string(i) : "f"});
    }
    for (int i = 30; i > 20; i -= 2) expected.push_back({std::to_string(i), i, Outcome::passed, i, std::to_string(i)});
    EXPECT_EQ(history.runs("a"), expected);
    EXPECT_EQ(history.durations(), (Durations{{"a", (40 + 38 + 36 + 34 + 32 + 30 + 28 + 26 + 24 + 22) / 10.0}}));
    history.record(session("early", 0), Results{passed("a", 1000)});
    EXPECT_EQ(history.runs("a"), expected);
    EXPECT_TRUE(history.runs("none").empty());
}

TEST_F(Histories, RunsOfASessionThatIsRecordedAgainAreReplaced) {
    auto history = open();
    history.record(session("1", 1), Results{passed("a", 1), passed("b", 1)});
    history.record(session("1", 1), Results{{"a", Outcome::not_run, 0, ""}});
    EXPECT_EQ(history.runs("a"), (std::vector<RunRecord>{{"1", 1, Outcome::not_run, 0, ""}}));
    EXPECT_TRUE(history.runs("b").empty());
}

TEST_F(Histories, ThatNothingIsKnownOfTheLastRunTakesAPassAwayAndNoFailure) {
    auto history = open();
    const std::vector<std::pair<Outcome, bool>> known{{Outcome::passed, false}, {Outcome::skipped, false},
                                                      {Outcome::failed, true},  {Outcome::not_run, true},
                                                      {Outcome::unknown, true}, {Outcome::lost, false}};
    for (const auto& [outcome, stands] : known) {
        history.record(session("1", 1), Results{{"a", outcome, 0, "f"}});
        history.record(session("2", 2), Results{{"a", Outcome::lost, 0, ""}});
        EXPECT_EQ(history.last().at("a").outcome, stands ? outcome : Outcome::lost) << static_cast<int>(outcome);
        history.record(session("3", 3), Results{passed("a")});
        EXPECT_EQ(history.last().at("a").outcome, Outcome::passed);
        history.forget_all(true, true);
    }
}

TEST_F(Histories, SessionsAreShownNewestFirstWithWhatBecameOfTheirTests) {
    auto history = open();
    EXPECT_TRUE(history.sessions(5).empty());
    history.record(session("new", 9), Results{passed("a"),
                                              passed("b"),
                                              {"c", Outcome::skipped, 0, ""},
                                              failed("d"),
                                              {"e", Outcome::not_run, 0, ""},
                                              {"f", Outcome::unknown, 0, ""},
                                              {"g", Outcome::lost, 0, ""},
                                              failed("phase\nverification")});
    auto early = session("early", 3);
    early.complete = false;
    history.record(early, Results{passed("a"), failed("a")});
    using Counts = std::map<Outcome, std::int64_t>;
    const auto sessions = history.sessions(5);
    ASSERT_EQ(sessions.size(), 2U);
    EXPECT_EQ(sessions[0].session, session("new", 9));
    EXPECT_EQ(sessions[0].tests, (Counts{{Outcome::passed, 2},
                                         {Outcome::skipped, 1},
                                         {Outcome::failed, 1},
                                         {Outcome::not_run, 1},
                                         {Outcome::unknown, 1},
                                         {Outcome::lost, 1}}));
    EXPECT_EQ(sessions[1].session, early);
    EXPECT_EQ(sessions[1].tests, (Counts{{Outcome::failed, 1}})) << "of a name twice the last counts";
    EXPECT_EQ(history.sessions(1).size(), 1U);
    history.record(early, Results{passed("a"), passed("b")});
    EXPECT_EQ(history.sessions(5)[1].tests, (Counts{{Outcome::passed, 2}}));
}

TEST_F(Histories, WhatIsForgottenWasNeverRun) {
    auto history = open();
    history.record(session("1", 1), Results{passed("a"), failed("b"), passed("c")});
    EXPECT_EQ(history.forget(std::vector<std::string>{"c", "d", "a", "e"}), (std::vector<std::string>{"d", "e"}));
    EXPECT_EQ(history.last().size(), 3U) << "nothing is half-done";
    EXPECT_EQ(history.forget(std::vector<std::string>{"c", "a", "c"}), std::vector<std::string>{});
    EXPECT_EQ(history.last(), by_name({failed("b")}));
    EXPECT_TRUE(history.runs("a").empty());
    EXPECT_TRUE(history.durations().empty());
    EXPECT_EQ(history.session("1"), session("1", 1));
    // A new test may get the number of a forgotten one, and nothing else of it.
    history.record(session("2", 2), Results{passed("x", 7)});
    EXPECT_EQ(history.runs("x"), (std::vector<RunRecord>{{"2", 2, Outcome::passed, 7, "f"}}));
}

TEST_F(Histories, ASessionOwesOneThingOnce) {
    auto history = open();
    const auto id = history.owe({0, "s", "cleanup", "phase", {"x"}, "/", {}});
    EXPECT_EQ(history.owe({0, "s", "cleanup", "phase", {"x"}, "/", {}}), id) << "a session that is settled again";
    EXPECT_NE(history.owe({0, "s", "cleanup", "other", {"x"}, "/", {}}), id);
    EXPECT_EQ(history.debts().size(), 2U);
}

TEST_F(Histories, AllIsForgottenAtOnce) {
    auto history = open();
    history.record(session("1", 1), Results{passed("a"), failed("b"), passed("phase\nverification")});
    history.record(session("2", 2), Results{passed("a")});
    history.owe({0, "s", "cleanup", "phase", {"x"}, "/", {}});
    history.keep("b");
    history.remember_hashes(std::vector<History::KnownHash>{{"/a", "1", "x"}});

    const auto debts = history.forget_all(false, true);
    EXPECT_EQ(debts.debts, 1);
    EXPECT_EQ(debts.tests + debts.sessions + debts.verifications, 0);
    EXPECT_TRUE(history.debts().empty());
    EXPECT_EQ(history.last().size(), 3U);

    history.owe({0, "s", "cleanup", "phase", {"x"}, "/", {}});
    const auto tests = history.forget_all(true, false);
    EXPECT_EQ(tests.tests, 2);
    EXPECT_EQ(tests.verifications, 1);
    EXPECT_EQ(tests.sessions, 2);
    EXPECT_EQ(tests.debts, 0);
    EXPECT_TRUE(history.last().empty());
    EXPECT_TRUE(history.sessions(5).empty());
    EXPECT_EQ(number("SELECT count(*) FROM runs"), 0);
    EXPECT_EQ(history.debts().size(), 1U);
    EXPECT_EQ(history.kept().size(), 1U);
    EXPECT_EQ(history.known_hashes().size(), 1U);
}

TEST_F(Histories, AForgettingThatFailsLeavesAll) {
    auto history = open();
    history.record(session("1", 1), Results{passed("a"), passed("b")});
    sql("CREATE TRIGGER full BEFORE DELETE ON tests WHEN OLD.name = 'b' BEGIN SELECT RAISE(ABORT, 'full'); END");
    const auto message = fmt::format("the history '{}' cannot be used: full", path());
    EXPECT_EQ(message_of([&] { static_cast<void>(history.forget(std::vector<std::string>{"a", "b"})); }), message);
    EXPECT_EQ(message_of([&] { history.forget_all(true, true); }), message);
    EXPECT_EQ(history.last(), by_name({passed("a"), passed("b")}));
    EXPECT_EQ(history.runs("a").size(), 1U);
    EXPECT_EQ(history.sessions(5).size(), 1U);
}

TEST_F(Histories, DoesNotGrowWithoutEnd) {
    auto history = open();
    for (int i = 1; i <= 20; ++i) history.record(session(std::to_string(i), i), Results{passed("a")});
    sql("UPDATE sessions SET number = 100000 WHERE id = '20';"
        "INSERT INTO tests VALUES (2000000, 'generated', 1, 1, 'passed', 1, '')");
    history.record(session("21", 21), Results{passed("b")});
    EXPECT_EQ(history.session("19"), std::nullopt);
    EXPECT_EQ(history.session("20"), session("20", 20));
    EXPECT_EQ(history.last().size(), 2U) << "generated, b";
    EXPECT_EQ(number("SELECT count(*) FROM runs"), 1);
    EXPECT_EQ(history.runs("b"), (std::vector<RunRecord>{{"21", 21, Outcome::passed, 1, "f"}}));
    sql("DELETE FROM sessions WHERE id = '21'");
    EXPECT_EQ(history.runs("b").front().session, "") << "a session may be forgotten before its runs are";

    history.remember_hashes(std::vector<History::KnownHash>{{"old", "i", "h"}});
    sql("INSERT INTO hashes VALUES (200001, 'generated', 'i', 'h')");
    history.remember_hashes(std::vector<History::KnownHash>{{"new", "i", "h"}});
    EXPECT_EQ(history.known_hashes().size(), 2U) << "generated, new";
}

TEST_F(Histories, DebtsAreOwedUntilPaid) {
    Debt first{0, "s", "cleanup", "phase", {"rm", "", "a b", "\n"}, "/build", {"A=", "B=x y"}};
    Debt second{0, "s", "cleanup", "other", {}, "", {}};
    {
        auto history = open();
        first.id = history.owe(first);
        second.id = history.owe(second);
        EXPECT_NE(first.id, second.id);
    }
    auto history = open();
    EXPECT_EQ(history.debts(), (std::vector{first, second}));
    history.paid(second.id);
    history.paid(second.id);
    EXPECT_EQ(history.debts(), std::vector{first});
    EXPECT_GT(history.owe(second), second.id) << "a number means one debt for ever";
}

TEST_F(Histories, KeptDirectoriesTakeTheSmallestFreeNumber) {
    auto history = open();
    EXPECT_EQ(history.keep("a"), 1);
    EXPECT_EQ(history.keep("b"), 2);
    EXPECT_EQ(history.keep("c"), 3);
    EXPECT_EQ(history.keep("b"), 2);
    history.forget_kept("a");
    history.forget_kept("b");
    history.forget_kept("none");
    EXPECT_EQ(history.keep("d"), 1);
    EXPECT_EQ(history.kept(), (std::map<std::string, std::int64_t, std::less<>>{{"c", 3}, {"d", 1}}));
    EXPECT_EQ(history.keep("a"), 2);
    EXPECT_EQ(history.keep("e"), 4);
}

TEST_F(Histories, ManyAreKeptAtOnce) {
    auto history = open();
    using Names = std::vector<std::string>;
    using Numbers = std::vector<std::int64_t>;
    EXPECT_EQ(history.keep(Names{"a", "b", "c", "d", "e", "b"}), (Numbers{1, 2, 3, 4, 5, 2}));
    history.forget_kept(Names{"b", "d", "none"});
    EXPECT_EQ(history.keep(Names{"x", "e", "y", "z"}), (Numbers{2, 5, 4, 6}));
    history.forget_kept(Names{"a", "x", "c", "y", "e", "z"});
    EXPECT_EQ(history.keep(Names{"m", "n"}), (Numbers{1, 2}));
    EXPECT_EQ(history.keep(Names{}), Numbers{});
}

TEST_F(Histories, HashesAreReplacedByPath) {
    auto history = open();
    history.remember_hashes({});
    history.remember_hashes(std::vector<History::KnownHash>{{"/a", "1", "x"}, {"/b", "1", "y"}});
    history.remember_hashes(std::vector<History::KnownHash>{{"/a", "2", "z"}});
    const auto hashes = history.known_hashes();
    ASSERT_EQ(hashes.size(), 2U);
    EXPECT_EQ(hashes.at("/a").identity, "2");
    EXPECT_EQ(hashes.at("/a").hash, "z");
    EXPECT_EQ(hashes.at("/b").path, "/b");
}

TEST_F(Histories, CanBeMoved) {
    auto first = open();
    first.record(session("s", 1), Results{passed("a")});
    auto second = std::move(first);
    EXPECT_EQ(second.last().size(), 1U);
    first = std::move(second);
    EXPECT_EQ(first.last().size(), 1U);
}

TEST_F(Histories, IsSetAsideWhenItIsNoneOfOurs) {
    struct Row {
        const char* what;
        std::function<void()> make;
        const char* reason;
    };
    const std::vector<Row> rows{
        {"text", [&] { std::ofstream(path()) << std::string(5000, 'x'); }, "file is not a database"},
        {"short text", [&] { std::ofstream(path()) << std::string(600, 'x'); }, "file is not a database"},
        {"half a page", [&] { open(), fs::resize_file(path(), 2048); }, "database disk image is malformed"},
        {"another's",
         [&] { SQLite::Database(path(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE t (x)"); },
         "it is a database of something else"},
        {"newer", [&] { open(), sql("PRAGMA user_version = 7"); }, "a newer Lockstep wrote it, in schema 7"},
        {"cut", [&] { open(), fs::resize_file(path(), 3 * 4096); }, "database disk image is malformed"},
    };
    int count = 0;
    for (const auto& row : rows) {
        SCOPED_TRACE(row.what);
        row.make();
        warnings_.clear();
        auto history = open();
        history.record(session("s", 1), Results{passed("a")});
        EXPECT_EQ(history.last(), by_name({passed("a")}));
        const auto aside = fmt::format("{}.unreadable-{}", path(), ++count);
        EXPECT_EQ(warnings_,
                  std::vector{fmt::format("the history '{}' cannot be used ({}); it is now '{}', and a new one begins",
                                          path(), row.reason, aside)});
        EXPECT_TRUE(fs::exists(aside));
        EXPECT_EQ(integrity(), "ok");
        fs::remove(path());
    }
}

TEST_F(Histories, DamageFoundOnTheWayIsSetAsideToo) {
    auto history = open();
    Results results;
    for (int i = 0; i < 5000; ++i) results.push_back(passed("test " + std::to_string(i)));
    history.record(session("1", 1), results);
    // Everything but the first pages, which opening reads.
    const auto size = fs::file_size(path());
    ASSERT_GT(size, 100'000U);
    {
        std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(8 * 4096);
        file << std::string(size - 8 * 4096, '\xff');
    }
    auto other = open();
    EXPECT_TRUE(warnings_.empty());
    other.record(session("2", 2), results);
    EXPECT_EQ(warnings_,
              std::vector{fmt::format("the history '{0}' cannot be used (database disk image is malformed); it is "
                                      "now '{0}.unreadable-1', and a new one begins",
                                      path())});
    EXPECT_EQ(other.last(), by_name(results));
    EXPECT_EQ(integrity(), "ok");
}

/// Each that finds the file unusable must not take the others' new one for it.
TEST_F(Histories, IsSetAsideOnceWhereSeveralFindIt) {
    std::ofstream(path()) << std::string(5000, 'x');
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&, i] {
            History history(path());
            history.record(session(std::to_string(i), i), Results{passed(std::to_string(i))});
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(open().last().size(), 8U);
    EXPECT_FALSE(fs::exists(path() + ".unreadable-2"));
}

TEST_F(Histories, FailuresNameTheFile) {
    EXPECT_EQ(message_of([&] { History history(folder() + "/none/history.db"); }),
              fmt::format("the history '{}/none/history.db' cannot be used: unable to open database file", folder()));
    EXPECT_EQ(message_of([&] { History history{folder()}; }),
              fmt::format("the history '{}' cannot be used: unable to open database file", folder()));
}

TEST_F(Histories, WaitsForOthersButNotForEver) {
    auto history = open();
    SQLite::Database other(path(), SQLite::OPEN_READWRITE);
    other.exec("BEGIN EXCLUSIVE");
    std::thread release([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        other.exec("COMMIT");
    });
    history.record(session("s", 1), Results{passed("a")});
    release.join();
    EXPECT_EQ(history.last(), by_name({passed("a")}));

    history::Store impatient(path(), {}, std::chrono::milliseconds(200));
    other.exec("BEGIN EXCLUSIVE");
    const auto message = fmt::format("the history '{}' has been locked by another process for 0.2 s", path());
    EXPECT_EQ(message_of([&] { impatient.write([] {}); }), message);
    EXPECT_EQ(message_of([&] { history::Store(path(), {}, std::chrono::milliseconds(200)); }), message);
    other.exec("COMMIT");
    impatient.write([] {});
}

TEST_F(Histories, AFailedRecordLeavesNothing) {
    auto history = open();
    history.record(session("1", 1), Results{passed("a")});
    sql("CREATE TRIGGER full BEFORE INSERT ON runs WHEN NEW.seconds = 99 BEGIN SELECT RAISE(ABORT, 'full'); END");
    EXPECT_EQ(message_of([&] {
                  history.record(session("2", 2), Results{failed("a"), passed("b"), passed("c", 99)});
              }),
              fmt::format("the history '{}' cannot be used: full", path()));
    EXPECT_EQ(history.last(), by_name({passed("a")}));
    EXPECT_EQ(history.session("2"), std::nullopt);
    history.record(session("3", 3), Results{passed("b")});
    EXPECT_EQ(history.last().size(), 2U);
}

TEST_F(Histories, AKilledProcessLeavesWholeSessions) {
    constexpr int tests = 2000;
    static_cast<void>(open());
    std::mt19937 random(3);
    std::int64_t newest = 0;
    for (unsigned round = 0; round < 12 || (newest == 0 && round < 60); ++round) {
        const pid_t child = ::fork();
        if (child == 0) {
            auto history = open();
            for (std::int64_t i = newest + 1;; ++i) {
                Results results;
                for (int t = 0; t < tests; ++t) {
                    results.push_back(passed(std::to_string(t), static_cast<double>(i), std::to_string(i)));
                }
                history.record(session(std::to_string(i), i), results);
            }
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10 + random() % (60 + 40 * round)));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);

        const auto verdicts = open().last();
        EXPECT_EQ(integrity(), "ok");
        if (verdicts.empty()) continue;
        ASSERT_EQ(verdicts.size(), static_cast<std::size_t>(tests));
        const auto fingerprint = verdicts.begin()->second.fingerprint;
        for (const auto& [name, verdict] : verdicts) ASSERT_EQ(verdict.fingerprint, fingerprint);
        EXPECT_GE(std::stoll(fingerprint), newest);
        newest = std::stoll(fingerprint);
    }
    EXPECT_GT(newest, 0);
    EXPECT_TRUE(warnings_.empty());
}

TEST_F(Histories, LargeSuitesTakeLinearTime) {
    auto history = open();
    Results results;
    std::vector<std::string> names;
    for (int i = 0; i < 20'000; ++i) {
        names.push_back(fmt::format("component.{}/Suite.Case_{}", i % 97, i));
        results.push_back(passed(names.back(), 0.01, "0123456789abcdef0123456789abcdef"));
    }
    using Clock = std::chrono::steady_clock;
    const auto milliseconds = [](Clock::time_point since) {
        return std::chrono::duration<double, std::milli>(Clock::now() - since).count();
    };
    for (int i = 1; i <= 12; ++i) {
        const auto start = Clock::now();
        history.record(session(std::to_string(i), i), results);
        RecordProperty(fmt::format("record_{}_ms", i), static_cast<int>(milliseconds(start)));
        EXPECT_LT(milliseconds(start), 5000);
    }
    const auto start = Clock::now();
    EXPECT_EQ(history.last().size(), names.size());
    RecordProperty("last_all_ms", static_cast<int>(milliseconds(start)));
    EXPECT_EQ(history.last(names).size(), names.size());
    RecordProperty("last_both_ms", static_cast<int>(milliseconds(start)));
    EXPECT_EQ(history.durations().size(), names.size());
    RecordProperty("all_ms", static_cast<int>(milliseconds(start)));
    EXPECT_LT(milliseconds(start), 5000);
    const auto opening = Clock::now();
    EXPECT_EQ(History(path()).session("1"), session("1", 1));
    RecordProperty("open_us", static_cast<int>(milliseconds(opening) * 1000));
}

TEST_F(Histories, WhatALauncherMeasured) {
    auto history = open();
    TestRecord plain{"plain", Outcome::passed, 1, "f"}, flaky{"flaky", Outcome::passed, 1, "f"},
        failed{"failed", Outcome::failed, 1, "f"}, once{"once", Outcome::passed, 1, "f"};
    flaky.effort = {3, 0.5, 1 << 20};
    failed.effort = {2, 0.25, 1 << 21};
    once.effort = {1, 0.125, 4096};
    history.record({"s", 1, 2, 8, true}, std::array{plain, flaky, failed, once});
    const auto session = history.sessions(1).front();
    EXPECT_EQ(session.retried, 2);
    EXPECT_EQ(session.flaky, 1);
    EXPECT_EQ(history.runs("flaky").front().effort, flaky.effort);
    EXPECT_TRUE(history.runs("flaky").front().flaky());
    EXPECT_EQ(history.runs("failed").front().effort, failed.effort);
    EXPECT_FALSE(history.runs("failed").front().flaky()) << "it did not pass in the end";
    EXPECT_FALSE(history.runs("once").front().flaky());
    EXPECT_EQ(history.runs("plain").front().effort, Effort{}) << "nothing is known of it";
}

TEST_F(Histories, DebtsOfOneTestAreToldApartByTheirRecord) {
    auto history = open();
    Debt first{0, "s", "test", "t", {"drop", "a"}, "/", {}}, second = first;
    first.record = "1";
    second.record = "2";
    const std::array both{first, second};
    history.owe(both);
    history.owe(both);
    ASSERT_EQ(history.debts().size(), 2U);
    EXPECT_EQ(history.debts().back().record, "2");
}

}  // namespace
}  // namespace lockstep
