#include "commands/debts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "commands/turn.hpp"
#include "os/files.hpp"
#include "os/processes.hpp"
#include "runtime/journal.hpp"
#include "runtime/session_facts.hpp"
#include "schedule/names.hpp"
#include "text/quote.hpp"

namespace lockstep {
namespace {

using namespace std::chrono_literals;
constexpr auto patience = 5s;

const LogEntry* entry_of(const LogReading& log, std::optional<std::size_t> index) {
    return index ? log.find(static_cast<std::uint32_t>(*index)) : nullptr;
}

/// A test of the phase has begun, as far as the log tells.
bool has_begun(const RunTable::Phase& phase, const LogReading& log) {
    return std::ranges::any_of(phase.tests, [&](std::size_t position) {
        const auto* entry = entry_of(log, position + 1);
        return entry != nullptr && entry->verdict != LogVerdict::not_run;
    });
}

/// Nothing that the tests of the phase wait for kept them from running.
bool may_have_begun(const RunTable::Phase& phase, const LogReading& log, bool names_excluded) {
    return std::ranges::all_of(phase.waits_for, [&](std::size_t index) {
        const auto* entry = entry_of(log, index);
        // `ctest -E` may have taken it away; others stand in for it then.
        return entry == nullptr ? names_excluded : entry->verdict == LogVerdict::passed;
    });
}

void owe(const Layout& layout, const Session& session, const RunTable& table, const RunTable::Phase& phase,
         History& history) {
    const auto index = table.generated_index(names::cleanup(phase.name));
    Debt debt;
    debt.session = session.id;
    debt.kind = "cleanup";
    debt.what = phase.name;
    for (const auto& word : *phase.cleanup) {
        debt.command.push_back(word.fill(layout.temp(session.number, index.value_or(0)), session.id));
    }
    debt.working_directory = table.build_dir;
    history.owe(debt);
}

/// In the environment of all that pays a debt, and of nothing else on this machine.
constexpr auto paying = "LOCKSTEP_PAYING";

std::string mark_of(const Layout& layout, const Debt& debt) {
    return fmt::format("{} {}", debt.id, layout.state);
}

void end_payment(const std::string& mark) {
    const auto left = os::processes_with_environment(paying, mark);
    os::end_processes(left, patience);
}

}  // namespace

void note_debts_of_interrupted(const Layout& layout, const Session& session, const RunTable& table,
                               const LogReading* log, History& history) {
    const bool names_excluded = os::exists(layout.dropped(session.number));
    for (const auto& phase : table.phases) {
        if (!phase.cleanup) continue;
        const auto begun = [&](std::size_t user) {
            const auto& users = table.phases[user];
            return has_begun(users, *log) || (!log->finished && may_have_begun(users, *log, names_excluded));
        };
        if (log != nullptr) {
            const auto* cleaned = entry_of(*log, table.generated_index(names::cleanup(phase.name)));
            if (cleaned != nullptr && cleaned->verdict == LogVerdict::passed) continue;
            if (!std::ranges::any_of(phase.needed_by, begun)) continue;
        }
        owe(layout, session, table, phase, history);
    }
}

void note_debts_of_ended(const Layout& layout, const Session& session, const RunTable& table, const LogReading& log,
                         History& history) {
    for (const auto& phase : table.phases) {
        const auto* cleaned =
            phase.cleanup ? entry_of(log, table.generated_index(names::cleanup(phase.name))) : nullptr;
        if (cleaned == nullptr || cleaned->verdict != LogVerdict::not_run) continue;
        const auto begun = [&](std::size_t user) { return has_begun(table.phases[user], log); };
        if (std::ranges::any_of(phase.needed_by, begun)) owe(layout, session, table, phase, history);
    }
}

void note_debts_of_journal(const Session& session, const SessionJournal& journal, History& history) {
    std::vector<Debt> debts;
    for (const auto& owed : journal.owed) {
        Debt debt;
        debt.session = session.id;
        debt.kind = owed.kind == "worker" ? "worker" : "test";
        debt.what = owed.name;
        debt.record = owed.id;
        debt.command = owed.command;
        debt.working_directory = owed.working_directory;
        debt.environment = owed.environment;
        debts.push_back(std::move(debt));
    }
    // What was made for a test lies in what was made for its worker.
    std::ranges::stable_partition(debts, [](const Debt& debt) { return debt.kind == "test"; });
    history.owe(debts);
}

std::string describe(const Debt& debt) {
    if (debt.kind == "worker") return fmt::format("the tear-down of worker '{}'", debt.what);
    if (debt.kind == "test") return fmt::format("the clean-up after test '{}'", debt.what);
    return fmt::format("the clean-up of phase '{}'", debt.what);
}

namespace {

bool is_of_session(const std::string& session_file, const std::string& id) {
    std::string error;
    const auto text = os::read_file(session_file);
    const auto facts = text ? runtime::session_facts_from_text(*text, error) : std::nullopt;
    return facts && facts->id == id;
}

/// Whether it is paid now.
bool pay(const Layout& layout, const Debt& debt, const Report& report) {
    os::RunOptions options;
    options.command = debt.command;
    options.working_directory = debt.working_directory;
    options.timeout = runtime::longest_clean_up;
    options.own_group = false;  // an interrupt at the terminal is meant for it too
    const auto mark = mark_of(layout, debt);
    for (const auto& entry : debt.environment) {
        const auto equals = std::min(entry.find('='), entry.size());
        auto name = entry.substr(0, equals), value = entry.substr(std::min(equals + 1, entry.size()));
        // Of a session that is gone the client library learns nothing, and says so as an error; its number, and with
        // it the file, may be another's by now.
        if (name == "LOCKSTEP_SESSION_FILE" && !is_of_session(value, debt.session)) continue;
        options.set_environment.emplace_back(std::move(name), std::move(value));
    }
    options.set_environment.emplace_back(paying, mark);
    end_payment(mark);  // whoever began it did not live to see its end: it would go on beside this one
    const auto result = os::run(options);
    if (result.timed_out) end_payment(mark);
    if (result.status == 0) return true;
    report(fmt::format("warning: {} {} and stays owed{}{}", describe(debt),
                       result.timed_out ? "took longer than 60 s" : fmt::format("failed with status {}", result.status),
                       result.output.empty() ? "" : ":\n", result.output));
    return false;
}

/// Those that `owed` names. Two runs that share the build tree must not clean up side by side: the second finds the
/// debts paid.
void pay_those(const Layout& layout, const Report& report, const std::function<bool(const Debt&)>& owed,
               const std::function<void(const Debt&)>& begin, const std::function<void(const Debt&)>& paid) {
    if (!os::exists(layout.history())) return;
    if (std::ranges::none_of(History(layout.history(), report).debts(), owed)) return;
    const auto path = layout.debts_lock();
    const os::FileLock lock(path, [&](int holder) { report(waiting_for_lock(path, holder)); });
    History history(layout.history(), report);
    for (const auto& debt : history.debts()) {
        if (!owed(debt)) continue;
        begin(debt);
        if (!pay(layout, debt, report)) continue;
        paid(debt);
        history.paid(debt.id);
    }
}

}  // namespace

void pay_debts(const Layout& layout, const Report& report) {
    pay_those(
        layout, report, [](const Debt&) { return true; },
        [&](const Debt& debt) {
            report(fmt::format("an interrupted run owes {}: {}", describe(debt), shell_command(debt.command)));
        },
        [](const Debt&) {});
}

void pay_journal_debts(const Layout& layout, const Session& session, const Report& report) {
    pay_those(
        layout, report, [&](const Debt& debt) { return debt.session == session.id && !debt.record.empty(); },
        [](const Debt&) {},
        // The journal is read again by whoever comes after us in this session, or settles it.
        [&](const Debt& debt) {
            runtime::append(layout.journal(session.number), {"paid", {{"id", debt.record}}});
        });
}

}  // namespace lockstep
