#include "commands/settle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <unordered_map>

#include "commands/resolution.hpp"
#include "commands/turn.hpp"
#include "os/files.hpp"
#include "os/machine.hpp"
#include "schedule/names.hpp"
#include "session/debug_log.hpp"
#include "text/quote.hpp"

namespace lockstep {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr auto patience_with_orphans = 5s;
constexpr auto time_for_a_debt = 60s;

Outcome outcome_of(LogVerdict verdict) {
    switch (verdict) {
        case LogVerdict::passed:
            return Outcome::passed;
        case LogVerdict::skipped:
            return Outcome::skipped;
        case LogVerdict::failed:
            return Outcome::failed;
        case LogVerdict::not_run:
            return Outcome::not_run;
        case LogVerdict::unknown:
            return Outcome::unknown;
        case LogVerdict::started:
            return Outcome::lost;  // it was running when ctest died: nothing is known of it
    }
    return Outcome::unknown;
}

std::string keep_list(const Layout& layout, const Session& session) {
    return layout.session(session.number) + "/keep.json";
}
std::string verified_file(const Layout& layout, const Session& session, std::size_t phase) {
    return fmt::format("{}/verified-{}.json", layout.session(session.number), phase);
}

std::string temp_of(const Layout& layout, const Session& session, std::size_t position) {
    return fmt::format("{}/{}", layout.temp(session.number), position + 1);
}

bool bad(LogVerdict verdict) {
    return verdict == LogVerdict::failed || verdict == LogVerdict::unknown;
}

/// Tests with directories worth keeping.
std::vector<std::size_t> failed_with_directory(const RunTable& table, const LogReading& log) {
    std::vector<std::size_t> positions;
    for (const auto& entry : log.entries) {
        if (entry.index > table.tests.size()) break;
        if (bad(entry.verdict) && table.tests[entry.index - 1].temp) positions.push_back(entry.index - 1);
    }
    return positions;
}

void write_keep_list(const Layout& layout, const Session& session, const std::vector<std::size_t>& positions) {
    if (!positions.empty()) os::write_file(keep_list(layout, session), json(positions).dump() + "\n");
}

/// What the list names, with something in it. A list that cannot be read names nothing.
struct ListedDirectories {
    std::vector<std::string> paths, tests;
};
ListedDirectories listed_directories(const Layout& layout, const Session& session, const RunTable& table) {
    ListedDirectories listed;
    const auto text = os::read_file(keep_list(layout, session));
    if (!text) return listed;
    for (const auto& entry : json::parse(*text, nullptr, false)) {
        if (!entry.is_number_unsigned() || entry.get<std::size_t>() >= table.tests.size()) continue;
        const auto position = entry.get<std::size_t>();
        auto directory = temp_of(layout, session, position);
        if (!os::exists(directory) || os::is_empty_directory(directory)) continue;
        listed.paths.push_back(std::move(directory));
        listed.tests.push_back(table.tests[position].name);
    }
    return listed;
}

/// Moves them to kept/.
void keep_listed_directories(const Layout& layout, const Session& session, const RunTable& table, History& history) {
    const auto listed = listed_directories(layout, session, table);
    if (listed.paths.empty()) return;
    const os::FileLock lock(layout.kept_lock());
    os::make_directories(layout.kept());
    const auto numbers = history.keep(listed.tests);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto to = fmt::format("{}/{}", layout.kept(), numbers[i]);
        os::remove_tree(to);
        os::move_tree(listed.paths[i], to);
    }
}

/// What a test left the last time it failed is of no use once it has passed.
void drop_kept_of_passed(const Layout& layout, const RunTable& table, const LogReading& log, History& history) {
    if (history.kept().empty()) return;
    // Until the numbers are forgotten, and may be another's: `end` is not under the registry's lock.
    const os::FileLock lock(layout.kept_lock());
    const auto kept = history.kept();
    std::vector<std::string> passed;
    for (const auto& entry : log.entries) {
        if (entry.index > table.tests.size()) break;
        if (entry.verdict != LogVerdict::passed && entry.verdict != LogVerdict::skipped) continue;
        const auto found = kept.find(table.tests[entry.index - 1].name);
        if (found == kept.end()) continue;
        os::remove_tree(fmt::format("{}/{}", layout.kept(), found->second));
        passed.push_back(found->first);
    }
    history.forget_kept(passed);
}

/// A clean-up is owed if a test that it comes after has begun, or may have (`log_lost`), and the clean-up itself has
/// not succeeded.
void note_debts(const Layout& layout, const Session& session, const RunTable& table, const LogReading& log,
                bool log_lost, History& history) {
    for (std::size_t p = 0; p < table.phases.size(); ++p) {
        const auto& phase = table.phases[p];
        if (!phase.cleanup) continue;
        const auto began = [&](std::size_t user) {
            return std::ranges::any_of(table.phases[user].tests, [&](std::size_t position) {
                const auto* entry = log.find(static_cast<std::uint32_t>(position + 1));
                return entry != nullptr && entry->verdict != LogVerdict::not_run;
            });
        };
        if (!log_lost && !std::ranges::any_of(phase.needed_by, began)) continue;
        const auto index = table.generated_index(names::cleanup(phase.name));
        const auto* cleaned = index ? log.find(static_cast<std::uint32_t>(*index)) : nullptr;
        if (cleaned != nullptr && cleaned->verdict == LogVerdict::passed) continue;
        Debt debt;
        debt.session = session.id;
        debt.kind = "cleanup";
        debt.what = phase.name;
        for (const auto& word : *phase.cleanup) {
            debt.command.push_back(word.fill(temp_of(layout, session, index.value_or(1) - 1), session.id));
        }
        debt.working_directory = table.build_dir;
        history.owe(debt);
    }
}

/// Processes that a dead ctest's tests left. Those that stayed in its process group are its tests: they are ended. What
/// made itself a daemon did so on purpose: it is named. Returns whether any is still there.
bool handle_orphans(const Session& session, bool end_them, const Report& report) {
    const auto find = [&] { return os::processes_with_environment("LOCKSTEP_SESSION", session.id); };
    auto processes = find();
    std::set<int> known;  // process ids
    while (end_them) {
        std::vector<os::ProcessId> to_end;
        for (const auto& process : processes) {
            if (!known.insert(process.pid).second) continue;
            const auto words = os::command_line_of(process.pid);
            const auto name = words.empty() ? std::string("?") : shell_command(words);
            if (os::process_group_of(process.pid) == session.process_group) {
                report(fmt::format("ending process {} that the interrupted ctest {} left running: {}", process.pid,
                                   session.ctest.pid, name));
                to_end.push_back(process);
            } else {
                report(
                    fmt::format("process {} of the interrupted ctest {} has made itself a daemon and is left alone: {}",
                                process.pid, session.ctest.pid, name));
            }
        }
        if (to_end.empty()) break;
        os::end_processes(to_end, patience_with_orphans);
        processes = find();  // also what those have started while they were being ended
    }
    return std::ranges::any_of(processes, os::alive);
}

}  // namespace

void settle_session(const Layout& layout, Session session, const Report& report) {
    debug([&] {
        return fmt::format("settles session {} ({}) of ctest {}, which {}", session.number, session.id,
                           session.ctest.pid, session.ended ? "has come to its end" : "was interrupted");
    });
    // A process group of elsewhere is a number that means nothing here.
    const bool end_them = !session.ended && liveness(session) != Liveness::elsewhere;
    const bool left = handle_orphans(session, end_them, report);
    const auto table = session.graph.empty() ? std::nullopt : read_run_table(layout, session.graph);
    if (!table && !session.graph.empty() && !session.settled) {
        report(fmt::format("'{}/run.json' is missing or damaged: what the interrupted ctest {} ran cannot be told",
                           layout.graph(session.graph), session.ctest.pid));
    }
    if (table) {
        History history(layout.history(), report);
        if (!session.settled && session.began) {
            const auto text = read_log(layout, session);
            const auto log = text ? read_session_log(layout, *table, session, *text) : LogReading{};
            if (!text)
                report(fmt::format("the log of the interrupted ctest {} is lost: what it ran counts as never run",
                                   session.ctest.pid));
            if (log.counted != 0)
                report(
                    fmt::format("the interrupted ctest {} counted other tests than are known: what it ran counts as "
                                "never run",
                                session.ctest.pid));
            record_session(layout, session, *table, text ? &log : nullptr, false, history, report);
            note_debts(layout, session, *table, log, !text, history);
            write_keep_list(layout, session, failed_with_directory(*table, log));
            // From here on whoever comes next has only the directories left to do.
            write_session(layout, session);
        }
        keep_listed_directories(layout, session, *table, history);
    }
    if (left) {
        session.settled = true;
        session.ended = true;
        session.processes_left = true;
        write_session(layout, session);
    } else {
        remove_session(layout, session.number);
    }
}

namespace {

/// LOCKSTEP_HISTORY=FILE: durations for other build trees. Verdicts and what is owed stay with this one.
void share_durations(const SessionRecord& session, std::vector<TestRecord> records, const Report& report) {
    const auto file = os::environment("LOCKSTEP_HISTORY");
    if (!file || file->empty()) return;
    std::erase_if(records, [](const TestRecord& record) {
        return record.outcome != Outcome::passed || record.name.find('\n') != std::string::npos;
    });
    for (auto& record : records) record.fingerprint.clear();
    try {
        History(*file).record(session, records);
    } catch (const std::exception& error) {  // other build trees will guess; this one's verdicts do not depend on it
        report(fmt::format("warning: LOCKSTEP_HISTORY: {}", error.what()));
    }
}

/// What this run's tests are in the table, by ctest's numbers from 1: the same, but for those that -E took away.
std::vector<std::uint32_t> numbers_of_run(const Layout& layout, const RunTable& table, const Session& session) {
    std::set<std::uint32_t> dropped;
    if (const auto text = os::read_file(layout.dropped(session.number))) {
        std::istringstream lines(*text);
        for (std::uint32_t number = 0; lines >> number;) dropped.insert(number);
    }
    std::vector<std::uint32_t> numbers;
    numbers.reserve(table.tests.size() + table.generated.size());
    for (std::uint32_t index = 1; index <= table.tests.size() + table.generated.size(); ++index) {
        if (!dropped.contains(index)) numbers.push_back(index);
    }
    return numbers;
}

/// `n` of the first "i/n Testing: ", which no test's output precedes.
std::optional<std::size_t> total_in_log(std::string_view log) {
    constexpr std::string_view label = " Testing: ";
    const auto at = log.find(label);
    if (at == std::string_view::npos) return std::nullopt;
    const auto slash = log.rfind('/', at);
    if (slash == std::string_view::npos) return std::nullopt;
    std::size_t total = 0;
    const auto [end, error] = std::from_chars(log.data() + slash + 1, log.data() + at, total);
    if (error != std::errc() || end != log.data() + at) return std::nullopt;
    return total;
}

LogReading nothing_certain(const RunTable& table, std::size_t counted) {
    LogReading reading;
    reading.counted = counted;
    for (std::uint32_t index = 1; index <= table.tests.size(); ++index)
        reading.entries.push_back({index, LogVerdict::unknown, 0});
    return reading;
}

bool over(const Session& session, const os::ProcessId& ctest) {
    // One process may enter several times (ctest -S): then its earlier session is over. One that ended is over wherever
    // it ran; one of elsewhere that did not cannot be told from a living one.
    const auto now = liveness(session);
    return session.ctest == ctest || now == Liveness::dead || (now == Liveness::elsewhere && session.ended);
}

}  // namespace

LogReading read_session_log(const Layout& layout, const RunTable& table, const Session& session,
                            const std::string& log) {
    const auto numbers = numbers_of_run(layout, table, session);
    LogOptions options;
    options.name_of = [&](std::uint32_t index) {
        return index != 0 && index <= numbers.size() ? table.name_of(numbers[index - 1]) : std::string_view();
    };
    options.repeated = session.repeated;
    const auto total = total_in_log(log);
    // Tests were taken away, and not by what ctest's command line says (a dashboard script can): which one is test 7?
    if (total && *total != numbers.size()) return nothing_certain(table, *total);
    auto reading = read_ctest_log(log, options);
    for (auto& entry : reading.entries) entry.index = numbers[entry.index - 1];
    return reading;
}

Fingerprints known_fingerprints(FileTable table, Identities identities, const History& history) {
    auto known = std::make_shared<const std::map<std::string, History::KnownHash, std::less<>>>(history.known_hashes());
    return {std::move(table), std::move(identities),
            [known](const std::string& path, const std::string& identity) -> std::optional<std::string> {
                const auto found = known->find(path);
                if (found == known->end() || found->second.identity != identity) return std::nullopt;
                return found->second.hash;
            }};
}

Fingerprints session_fingerprints(const Layout& layout, const Session& session, const History& history) {
    const auto folder = layout.session(session.number);
    const auto files = os::read_file(folder + "/files.json");
    const auto identities = os::read_file(folder + "/identities.json");
    auto table = files ? file_table_from_json(*files) : std::nullopt;
    auto opened = identities ? identities_from_json(*identities) : std::nullopt;
    if (!table || !opened) return {FileTable{}, Identities{}, [](const auto&, const auto&) { return std::nullopt; }};
    return known_fingerprints(std::move(*table), std::move(*opened), history);
}

void remember_fresh_hashes(const Fingerprints& fingerprints, History& history) {
    std::vector<History::KnownHash> hashes;
    for (const auto& fresh : fingerprints.fresh()) hashes.push_back({fresh.path, fresh.identity, fresh.hash});
    if (hashes.empty()) return;
    try {
        history.remember_hashes(hashes);
    } catch (const std::exception&) {  // a full disk: they are computed again the next time, and no verdict hangs on it
    }
}

void write_verified(const Layout& layout, const Session& session, std::size_t phase,
                    const std::vector<VerifiedNow>& verified) {
    auto list = json::array();
    for (const auto& v : verified) list.push_back(json::array({v.name, v.passed, v.fingerprint}));
    os::write_file(verified_file(layout, session, phase),
                   list.dump(-1, ' ', false, json::error_handler_t::replace) + "\n");
}

std::optional<std::vector<VerifiedNow>> read_verified(const Layout& layout, const Session& session, std::size_t phase) {
    const auto text = os::read_file(verified_file(layout, session, phase));
    if (!text) return std::nullopt;
    std::vector<VerifiedNow> verified;
    const auto list = json::parse(*text, nullptr, false);
    if (!list.is_array()) return std::nullopt;
    for (const auto& v : list)
        verified.push_back({v.at(0).get<std::string>(), v.at(1).get<bool>(), v.at(2).get<std::string>()});
    return verified;
}

std::string verification_key(std::string_view phase, std::string_view verification) {
    return fmt::format("{}\n{}", phase, verification);
}

bool is_verification_key(std::string_view key) {
    return key.find('\n') != std::string_view::npos;
}

std::string_view phase_of_key(std::string_view key) {
    return key.substr(0, key.find('\n'));
}

void record_session(const Layout& layout, Session& session, const RunTable& table, const LogReading* log, bool complete,
                    History& history, const Report& report) {
    if (session.recorded) {
        std::vector<TestRecord> records;
        if (log != nullptr && log->counted == 0) {
            auto fingerprints = session_fingerprints(layout, session, history);
            std::unordered_map<std::string_view, std::size_t> place;  // two tests of one name: the worse verdict stands
            for (const auto& entry : log->entries) {
                if (entry.index > table.tests.size()) break;
                const auto& test = table.tests[entry.index - 1];
                if (test.disabled) continue;
                TestRecord record{test.name, outcome_of(entry.verdict), entry.seconds,
                                  fingerprints.of(entry.index - 1, test.command_hash)};
                const auto [found, fresh] = place.try_emplace(test.name, records.size());
                if (fresh) {
                    records.push_back(std::move(record));
                } else if (records[found->second].outcome <= Outcome::skipped) {
                    records[found->second] = std::move(record);
                }
            }
            drop_kept_of_passed(layout, table, *log, history);
            remember_fresh_hashes(fingerprints, history);
        } else {
            for (const auto& test : table.tests) records.push_back({test.name, Outcome::lost, 0, ""});
        }
        for (std::size_t p = 0; p < table.phases.size(); ++p) {
            for (const auto& v : read_verified(layout, session, p).value_or(std::vector<VerifiedNow>{})) {
                records.push_back({verification_key(table.phases[p].name, v.name),
                                   v.passed ? Outcome::passed : Outcome::failed, 0, v.fingerprint});
            }
        }
        const SessionRecord record{session.id, session.turn_ns, os::now_ns(), session.jobs, complete};
        history.record(record, records);
        share_durations(record, std::move(records), report);
    }
    session.settled = true;
}

void tidy_temp_directories(const Layout& layout, const Session& session, const RunTable& table, const LogReading& log,
                           const Report& report) {
    write_keep_list(layout, session, failed_with_directory(table, log));
    for (const auto& entry : log.entries) {
        if (entry.index > table.tests.size()) break;
        const auto position = entry.index - 1;
        if (!table.tests[position].temp || entry.verdict == LogVerdict::not_run || bad(entry.verdict)) continue;
        try {
            os::make_empty_directory(temp_of(layout, session, position));
        } catch (const std::exception& error) {  // a test made it somebody else's: the others are emptied all the same
            report(fmt::format("warning: {}", error.what()));
        }
    }
}

void sweep(const Layout& layout) {
    os::remove_abandoned_temporaries(layout.state);
    for (const auto& name : os::list_directory(layout.state)) {
        const auto path = layout.state + "/" + name;
        if ((name.starts_with("draft-") || name.starts_with("inner-")) && os::is_abandoned(path)) os::remove_tree(path);
    }
}

std::string directory_left(const Layout& layout, const History& history, const std::string& test) {
    for (const auto& session : read_sessions(layout)) {
        const auto table = session.ended ? read_run_table(layout, session.graph) : std::nullopt;
        if (!table) continue;
        const auto listed = listed_directories(layout, session, *table);
        const auto found = std::ranges::find(listed.tests, test);
        if (found != listed.tests.end()) return listed.paths[static_cast<std::size_t>(found - listed.tests.begin())];
    }
    const auto kept = history.kept();
    const auto found = kept.find(test);
    return found == kept.end() ? "" : fmt::format("{}/{}", layout.kept(), found->second);
}

std::string runner_of(const Session& session) {
    const bool our_own = os::executable_of(session.ctest.pid) == os::own_executable();
    return fmt::format("{} {}", our_own ? "`lockstep cleanup`, process" : "ctest", session.ctest.pid);
}

std::string foreign_session(const Layout& layout, const Session& session) {
    std::vector<std::string> command{"lockstep", "cleanup", "--force", "--build-dir", layout.build_dir};
    if (!session.configuration.empty()) command.insert(command.end(), {"--config", session.configuration});
    return fmt::format(
        "session {} of this build tree is of process {} on '{}', in another container or on another "
        "machine: whether it still runs cannot be told from here. If it does not, settle it with\n  {}",
        session.number, session.ctest.pid, session.host, shell_command(command));
}

void settle_dead_sessions(const Layout& layout, const Session& self, const Report& report) {
    sweep(layout);
    std::set<int> settled;  // numbers of those that keep their folder
    // Once more after each: to end what one left may end a ctest that a test of it had started.
    for (bool again = true; again;) {
        again = false;
        for (const auto& session : read_sessions(layout)) {
            if (session.number == self.number || settled.contains(session.number)) continue;
            if (session.ctest.pid == 0) {
                remove_session(layout, session.number);
            } else if (over(session, self.ctest)) {
                settle_session(layout, session, report);
                settled.insert(session.number);
                again = true;
            }
        }
    }
}

void release_settled_sessions(const Layout& layout, const os::ProcessId& ctest, const Report& report) {
    for (const auto& session : read_sessions(layout)) {
        if (session.ctest.pid != 0 && session.settled && over(session, ctest)) settle_session(layout, session, report);
    }
}

void pay_debts(const Layout& layout, const Report& report) {
    if (!os::exists(layout.history())) return;
    if (History(layout.history(), report).debts().empty()) return;
    // Two runs that share the build tree must not clean up side by side: the second finds the debts paid.
    const auto path = layout.debts_lock();
    const os::FileLock lock(path, [&](int holder) { report(waiting_for_lock(path, holder)); });
    History history(layout.history(), report);
    for (const auto& debt : history.debts()) {
        os::RunOptions options;
        options.command = debt.command;
        options.working_directory = debt.working_directory;
        options.timeout = time_for_a_debt;
        report(fmt::format("an interrupted run owes the clean-up of phase '{}': {}", debt.what,
                           shell_command(debt.command)));
        const auto result = os::run(options);
        if (result.status == 0) {
            history.paid(debt.id);
        } else {
            report(fmt::format(
                "warning: that clean-up {} and stays owed{}{}",
                result.timed_out ? "took longer than 60 s" : fmt::format("failed with status {}", result.status),
                result.output.empty() ? "" : ":\n", result.output));
        }
    }
}

}  // namespace lockstep
