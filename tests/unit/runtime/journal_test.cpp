#include "runtime/journal.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <stdexcept>

#include "../os/scratch.hpp"

namespace lockstep::runtime {
namespace {

JournalRecord attempt(const std::string& test) {
    return {"attempt", {{"test", "7"}, {"name", test}, {"worker", ""}, {"status", "0"}}};
}

std::string all_bytes() {
    std::string text;
    for (int c = 0; c < 256; ++c) text += static_cast<char>(c);
    return text;
}

TEST(Journal, RecordsComeBack) {
    const auto journal =
        journal_from_text(to_text(attempt("a")) + to_text({"owe", {{"word", all_bytes()}}}) + to_text({"empty", {}}));
    ASSERT_EQ(journal.records.size(), 3U);
    EXPECT_EQ(journal.damaged, 0U);
    EXPECT_EQ(journal.records[0].field("name"), "a");
    EXPECT_EQ(journal.records[0].field("none"), "");
    EXPECT_EQ(journal.records[1].field("word"), all_bytes());
    EXPECT_EQ(journal.records[2].kind, "empty");
    EXPECT_EQ(journal_from_text("").damaged, 0U);
}

TEST(Journal, NamesAreNames) {
    EXPECT_THROW(static_cast<void>(to_text({"", {}})), std::invalid_argument);
    EXPECT_THROW(static_cast<void>(to_text({"a b", {}})), std::invalid_argument);
    EXPECT_THROW(static_cast<void>(to_text({"a", {{"B", ""}}})), std::invalid_argument);
}

TEST(Journal, CutAnywhereInItsLastRecordKeepsTheOthers) {
    const auto before = to_text(attempt("one")) + to_text(attempt("two"));
    const auto last = to_text({"owe", {{"word", all_bytes()}}});
    for (std::size_t length = 0; length < last.size(); ++length) {
        const auto torn = before + last.substr(0, length);
        auto journal = journal_from_text(torn);
        EXPECT_EQ(journal.records.size(), 2U) << length;
        EXPECT_EQ(journal.damaged, length == 0 ? 0U : 1U);
        // And what comes after it is whole again.
        journal = journal_from_text(torn + to_text(attempt("three")));
        ASSERT_EQ(journal.records.size(), 3U) << length;
        EXPECT_EQ(journal.records[2].field("name"), "three");
    }
}

TEST(Journal, AnyChangedByteIsNoticed) {
    const auto text = to_text(attempt("one"));
    for (std::size_t at = 0; at < text.size(); ++at) {
        auto changed = text;
        changed[at] = changed[at] == 'x' ? 'y' : 'x';
        EXPECT_TRUE(journal_from_text(changed).records.empty()) << at;
        EXPECT_EQ(journal_from_text(changed).damaged, 1U) << at;
    }
}

TEST(Journal, DirtAroundRecordsCostsNone) {
    const auto record = to_text(attempt("one"));
    const auto journal = journal_from_text("dirt" + record + std::string(512, '\0') + record + "\x1e\x1e");
    EXPECT_EQ(journal.records.size(), 2U);
    EXPECT_EQ(journal.damaged, 4U);
}

class JournalFile : public Scratch {};

TEST_F(JournalFile, IsAppendedToByManyProcesses) {
    constexpr int processes = 8, each = 200;
    for (int process = 0; process < processes; ++process) {
        if (::fork() != 0) continue;
        for (int i = 0; i < each; ++i) append(at("journal"), attempt(std::to_string(process * each + i)));
        ::_exit(0);
    }
    for (int process = 0; process < processes; ++process) {
        int status = 0;
        ASSERT_GT(::wait(&status), 0);
        EXPECT_EQ(status, 0);
    }
    const auto journal = journal_from_text(content("journal"));
    std::set<std::string_view> names;
    for (const auto& record : journal.records) names.insert(record.field("name"));
    EXPECT_EQ(names.size(), std::size_t{processes * each});
    EXPECT_EQ(journal.damaged, 0U);
}

TEST_F(JournalFile, FailuresNameThePath) {
    try {
        append(at("none/journal"), attempt("a"));
        FAIL();
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code().value(), ENOENT);
        EXPECT_NE(std::string(error.what()).find(at("none/journal")), std::string::npos);
    }
    EXPECT_THROW(append("/dev/full", attempt("a")), std::system_error);
}

}  // namespace
}  // namespace lockstep::runtime
