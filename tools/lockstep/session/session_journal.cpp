#include "session/session_journal.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "runtime/journal.hpp"

namespace lockstep {
namespace {

using runtime::JournalRecord;

/// 0 for what is no number: a record of a later version, which tells less here.
template <class Number>
Number number_in(const JournalRecord& record, std::string_view field) {
    const auto text = record.field(field);
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? number : Number{};
}

std::string text_in(const JournalRecord& record, std::string_view field) {
    return std::string(record.field(field));
}

void add_attempt(SessionJournal& journal, const JournalRecord& record) {
    auto& test = journal.tests[number_in<std::size_t>(record, "test")];
    test.attempts = std::max(test.attempts, number_in<int>(record, "attempt"));
    test.cpu_seconds += number_in<double>(record, "user_seconds") + number_in<double>(record, "system_seconds");
    test.peak_bytes = std::max(test.peak_bytes, number_in<std::uint64_t>(record, "peak_bytes"));
    test.waited_seconds += number_in<double>(record, "waited_seconds");
    if (record.field("retried") == "1") test.rule = text_in(record, "rule");
}

void add_case(SessionJournal& journal, const JournalRecord& record) {
    journal.cases.insert_or_assign(
        text_in(record, "name"),
        BatchedCase{text_in(record, "batch"), text_in(record, "verdict"), number_in<double>(record, "seconds")});
}

OwedCommand owed_in(const JournalRecord& record) {
    OwedCommand owed;
    for (const auto& [name, value] : record.fields) {
        if (name == "word") owed.command.push_back(value);
        if (name == "set") owed.environment.push_back(value);
    }
    owed.id = text_in(record, "id");
    owed.kind = text_in(record, "kind");
    owed.name = text_in(record, "name");
    owed.working_directory = text_in(record, "directory");
    return owed;
}

}  // namespace

SessionJournal read_session_journal(std::string_view text) {
    const auto records = runtime::journal_from_text(text);
    SessionJournal journal;
    journal.damaged = records.damaged;
    std::set<std::string_view> paid, removed, begun;
    for (const auto& record : records.records) {
        if (record.kind == "paid") paid.insert(record.field("id"));
        if (record.kind == "removed") removed.insert(record.field("id"));
    }
    for (const auto& record : records.records) {
        if (record.kind == "attempt") {
            add_attempt(journal, record);
        } else if (record.kind == "batch") {
            // It begins, perhaps once more (ctest --repeat): what it said before is of another time.
            const auto name = record.field("name");
            if (!begun.insert(name).second)
                std::erase_if(journal.cases, [&](const auto& one) { return one.second.batch == name; });
        } else if (record.kind == "case") {
            add_case(journal, record);
        } else if (record.kind == "owe" && !paid.contains(record.field("id"))) {
            if (auto owed = owed_in(record); !owed.command.empty()) journal.owed.push_back(std::move(owed));
        } else if (record.kind == "data" && !removed.contains(record.field("id"))) {
            journal.data.push_back({text_in(record, "kind"), text_in(record, "name"), text_in(record, "test")});
        } else if (record.kind == "call") {
            ++journal.calls;
            if (record.field("retried") == "1") ++journal.calls_retried;
        } else if (record.kind == "worker" && record.field("status") == "failed") {
            ++journal.workers_failed;
        }
    }
    return journal;
}

}  // namespace lockstep
