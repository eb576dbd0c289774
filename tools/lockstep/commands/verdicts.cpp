#include "commands/verdicts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <unordered_map>

#include "commands/kept.hpp"
#include "os/files.hpp"
#include "os/machine.hpp"

namespace lockstep {
namespace {

using nlohmann::json;

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

std::string verified_file(const Layout& layout, const Session& session, std::size_t phase) {
    return fmt::format("{}/verified-{}.json", layout.session(session.number), phase);
}

/// LOCKSTEP_HISTORY=FILE: durations for other build trees. Verdicts and what is owed stay with this one.
void share_durations(const SessionRecord& session, std::vector<TestRecord> records, const Report& report) {
    const auto file = os::environment("LOCKSTEP_HISTORY");
    if (!file || file->empty()) return;
    std::erase_if(records, [](const TestRecord& record) {
        return record.outcome != Outcome::passed || names_verification(record.name);
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
    const auto in_batches = table.in_batches();
    std::vector<std::uint32_t> numbers;
    numbers.reserve(table.tests.size() + table.generated.size());
    for (std::uint32_t index = 1; index <= table.tests.size() + table.generated.size(); ++index) {
        if (index <= in_batches.size() && in_batches[index - 1]) continue;  // ctest knows its batch instead
        if (!dropped.contains(index)) numbers.push_back(index);
    }
    return numbers;
}

LogVerdict verdict_of(const BatchedCase& batched) {
    if (batched.verdict == "passed") return LogVerdict::passed;
    if (batched.verdict == "skipped") return LogVerdict::skipped;
    if (batched.verdict == "not_run") return LogVerdict::not_run;
    return LogVerdict::failed;
}

/// The log tells of batches; of their cases the journal does. A case of a batch that ran, of which nothing is said, may
/// have been under way when its launcher was killed: it cannot be told.
void add_cases(const RunTable& table, const SessionJournal& journal, LogReading& reading) {
    if (table.batches.empty()) return;
    std::vector<LogEntry> cases;
    for (const auto& batch : table.batches) {
        const auto* entry = reading.find(static_cast<std::uint32_t>(batch.index));
        if (entry == nullptr) continue;
        const bool settled = entry->verdict != LogVerdict::started;
        for (const auto position : batch.cases) {
            const auto found = journal.cases.find(table.tests[position].name);
            const auto index = static_cast<std::uint32_t>(position + 1);
            if (found != journal.cases.end() && entry->verdict != LogVerdict::not_run) {
                cases.push_back({index, verdict_of(found->second), found->second.seconds});
            } else {
                const bool ran = settled && entry->verdict != LogVerdict::not_run;
                cases.push_back({index, ran ? LogVerdict::unknown : entry->verdict, 0});
            }
        }
    }
    reading.entries.insert(reading.entries.end(), cases.begin(), cases.end());
    std::ranges::sort(reading.entries, {}, &LogEntry::index);
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

Effort effort_of(const SessionJournal& journal, std::size_t number) {
    const auto found = journal.tests.find(number);
    if (found == journal.tests.end()) return {};
    const auto& test = found->second;
    return {test.attempts, test.cpu_seconds, test.peak_bytes};
}

}  // namespace

LogReading read_session_log(const Layout& layout, const RunTable& table, const Session& session, const std::string& log,
                            const SessionJournal& journal) {
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
    add_cases(table, journal, reading);
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

std::string_view phase_of_key(std::string_view key) {
    return key.substr(0, key.find('\n'));
}

SessionJournal read_journal(const Layout& layout, const Session& session) {
    return read_session_journal(os::read_file(layout.journal(session.number)).value_or(""));
}

void record_session(const Layout& layout, Session& session, const RunTable& table, const LogReading* log,
                    const SessionJournal& journal, bool complete, History& history, const Report& report) {
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
                                  fingerprints.of(entry.index - 1, test.command_hash), effort_of(journal, entry.index)};
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
                                   v.passed ? Outcome::passed : Outcome::failed,
                                   0,
                                   v.fingerprint,
                                   {}});
            }
        }
        const SessionRecord record{session.id, session.turn_ns, os::now_ns(), session.jobs, complete};
        history.record(record, records);
        share_durations(record, std::move(records), report);
    }
    session.settled = true;
}

}  // namespace lockstep
