// `lockstep history show [TEST]`: what is recorded, and what a gate makes of it. Works beside a running ctest, whose
// outcomes come in at its end.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>

#include "commands/commands.hpp"
#include "commands/debts.hpp"
#include "commands/recorded.hpp"
#include "commands/table.hpp"
#include "schedule/names.hpp"
#include "session/session.hpp"
#include "text/quote.hpp"
#include "text/utf8.hpp"

namespace lockstep {
namespace {

using Json = nlohmann::ordered_json;

/// Sessions are shown up to this many in text; JSON has all.
constexpr std::size_t sessions_shown = 20, all_sessions = 1'000'000;

std::string moment(std::int64_t at_ns) {
    return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::localtime(static_cast<std::time_t>(at_ns / 1'000'000'000)));
}

double rounded(double seconds) {
    return std::round(seconds * 1000) / 1000;
}

Json json_moment(std::int64_t at_ns) {
    return rounded(static_cast<double>(at_ns) / 1e9);
}

/// With the words that `summary` has.
const char* describe(Outcome outcome) {
    switch (outcome) {
        case Outcome::passed:
            return "passed";
        case Outcome::skipped:
            return "skipped";
        case Outcome::failed:
            return "failed";
        case Outcome::not_run:
            return "not run";
        case Outcome::unknown:
            return "unclear";
        case Outcome::lost:
            return "lost";
    }
    return "";
}

std::string json_name(Outcome outcome) {
    return outcome == Outcome::not_run ? "not_run" : describe(outcome);
}

const char* json_name(Standing standing) {
    switch (standing) {
        case Standing::disabled:
            return "disabled";
        case Standing::passed_before:
            return "passed";
        case Standing::failed_before:
            return "failed";
        case Standing::changed_since:
            return "changed";
        case Standing::not_built:
            return "not_built";
        default:
            return "never_run";
    }
}

const char* json_name(Liveness liveness) {
    switch (liveness) {
        case Liveness::alive:
            return "running";
        case Liveness::dead:
            return "interrupted";
        case Liveness::elsewhere:
            return "elsewhere";
    }
    return "";
}

void print(const Json& json) {
    fmt::print("{}\n", json.dump(1, ' ', false, Json::error_handler_t::replace));
}

struct Unsettled;
Json json_of(const SessionSummary& summary);
Json json_of(const Debt& debt);
Json json_of(const Unsettled& unsettled);
Json json_of(const Recorded& recorded);

template <typename Item>
Json json_list(const std::vector<Item>& items) {
    auto list = Json::array();
    for (const auto& item : items) list.push_back(json_of(item));
    return list;
}

// Without a test: the sessions.

/// One that the history does not hold yet.
struct Unsettled {
    Session session;
    Liveness liveness;
};

std::vector<Unsettled> unsettled_sessions(const Layout& layout) {
    std::vector<Unsettled> unsettled;
    for (auto& session : read_sessions(layout)) {
        if (session.ctest.pid == 0 || session.settled) continue;
        const auto now = liveness(session);
        unsettled.push_back({std::move(session), now});
    }
    return unsettled;
}

void print_sessions(const std::vector<SessionSummary>& sessions) {
    Table table({"opened", ">jobs", "end", "tests", "session"});
    for (std::size_t i = 0; i < std::min(sessions.size(), sessions_shown); ++i) {
        const auto& session = sessions[i].session;
        std::vector<std::string> tests;
        for (const auto& [outcome, count] : sessions[i].tests)
            tests.push_back(fmt::format("{} {}", count, describe(outcome)));
        if (sessions[i].flaky != 0) tests.push_back(fmt::format("{} of them flaky", sessions[i].flaky));
        table.add({moment(session.opened_ns), session.jobs > 0 ? std::to_string(session.jobs) : "-",
                   session.complete ? "complete" : "incomplete", list_or_dash(tests), session.id});
    }
    fmt::print("{}", sessions.empty() ? "nothing is recorded of this build tree\n" : table.text());
    if (sessions.size() > sessions_shown) fmt::print("and {} more\n", sessions.size() - sessions_shown);
}

void print_owed(const std::vector<Debt>& debts) {
    if (debts.empty()) return;
    fmt::print("\nowed, and paid by the next run or by `lockstep cleanup`\n");
    Table table({"", "", ""});
    for (const auto& debt : debts) table.add({describe(debt), shell_command(debt.command), debt.session});
    fmt::print("{}", table.text(2));
}

void print_unsettled(const std::vector<Unsettled>& sessions) {
    if (sessions.empty()) return;
    fmt::print("\nnot recorded yet; of a run that was interrupted, the next run or `lockstep cleanup` does that\n");
    Table table({"", "", ""});
    for (const auto& [session, now] : sessions) {
        const auto host = now == Liveness::elsewhere ? fmt::format(" on '{}'", session.host) : "";
        table.add({fmt::format("ctest {}{}", session.ctest.pid, host), json_name(now), session.id});
    }
    fmt::print("{}", table.text(2));
}

Json json_of(const SessionSummary& summary) {
    const auto& session = summary.session;
    Json json{{"id", session.id},
              {"opened", json_moment(session.opened_ns)},
              {"jobs", session.jobs > 0 ? Json(session.jobs) : Json()},
              {"complete", session.complete}};
    for (const auto outcome : all_outcomes) {
        const auto found = summary.tests.find(outcome);
        json[json_name(outcome)] = found == summary.tests.end() ? 0 : found->second;
    }
    json["retried"] = summary.retried;
    json["flaky"] = summary.flaky;
    return json;
}

Json json_of(const Debt& debt) {
    const bool of_phase = debt.kind == "cleanup";
    return {{"kind", debt.kind},
            {of_phase ? "phase" : debt.kind, debt.what},
            {"command", debt.command},
            {"session", debt.session}};
}

Json json_of(const Unsettled& unsettled) {
    const auto& session = unsettled.session;
    return {{"id", session.id},
            {"number", session.number},
            {"process", session.ctest.pid},
            {"host", session.host},
            {"state", json_name(unsettled.liveness)}};
}

int show_sessions(const Workspace& workspace, bool as_json) {
    std::vector<SessionSummary> sessions;
    std::vector<Debt> debts;
    if (const auto history = recorded_history(workspace.layout)) {
        sessions = history->sessions(all_sessions);
        debts = history->debts();
    }
    const auto unsettled = unsettled_sessions(workspace.layout);
    if (as_json) {
        print({{"version", 1},
               {"sessions", json_list(sessions)},
               {"owed", json_list(debts)},
               {"not_recorded", json_list(unsettled)}});
    } else {
        print_sessions(sessions);
        print_owed(debts);
        print_unsettled(unsettled);
    }
    return 0;
}

// With a test: its runs, and its gate.

enum class Answer { all_right, lets_through, fails };

/// Of the checkpoint of its phase, in a run that leaves it out.
Answer answer_to(const Recorded& recorded) {
    switch (*recorded.standing) {
        case Standing::disabled:
        case Standing::passed_before:
            return Answer::all_right;
        case Standing::failed_before:
            return Answer::fails;
        default:
            return recorded.untested_fails ? Answer::fails : Answer::lets_through;
    }
}

const char* json_name(Answer answer) {
    switch (answer) {
        case Answer::all_right:
            return "all_right";
        case Answer::lets_through:
            return "let_through";
        case Answer::fails:
            return "fails";
    }
    return "";
}

std::string gate_of(const Recorded& recorded) {
    if (recorded.phase.empty()) return "in no phase: no gate asks for it";
    if (!recorded.standing)
        return fmt::format("phase {}: it runs when what it cleans up is no longer used, and is in no gate",
                           recorded.phase);
    const auto checkpoint = names::checkpoint(recorded.phase);
    const auto left_out = fmt::format("phase {}: in a run without {}, {}", recorded.phase,
                                      recorded.verification ? "its tests" : "it", checkpoint);
    const bool untested = *recorded.standing != Standing::failed_before;
    switch (answer_to(recorded)) {
        case Answer::all_right:
            return left_out + " counts it as all right";
        case Answer::lets_through:
            return left_out + " names it and lets it through (untested = \"pass\")";
        case Answer::fails:
            return fmt::format("{} fails because of it{}", left_out, untested ? " (untested = \"fail\")" : "");
    }
    return {};
}

std::string standing_of(const Recorded& recorded) {
    if (!recorded.number && !recorded.verification) return "there is no such test any more";
    if (recorded.standing) return std::string(describe(*recorded.standing));
    return recorded.runs.empty() ? "never run"
                                 : fmt::format("{} when last run", describe(recorded.runs.front().outcome));
}

/// A pass at a further attempt is flaky.
std::string outcome_of(const RunRecord& run) {
    const auto outcome = std::string(describe(run.outcome));
    if (run.effort.attempts <= 1) return outcome;
    return fmt::format("{}{} ({} attempts)", run.flaky() ? "flaky: " : "", outcome, run.effort.attempts);
}

/// Null where no launcher measured it.
Json measured(const RunRecord& run, const Json& value) {
    return run.effort.attempts == 0 ? Json() : value;
}

void print_text(const Recorded& recorded) {
    const auto name = printable(recorded.name);
    fmt::print("{}: {}\n",
               recorded.verification ? fmt::format("verification '{}'", name)
               : recorded.number     ? fmt::format("test {}: {}", *recorded.number, name)
                                     : name,
               standing_of(recorded));
    const bool gone = !recorded.number && !recorded.verification;
    if (!gone) fmt::print("  {}\n", printable(gate_of(recorded)));
    if (!recorded.kept.empty()) fmt::print("  what it left when it failed: {}\n", printable(recorded.kept));
    if (recorded.runs.empty()) return;
    fmt::print("\n");
    Table table({"run", "outcome", ">duration", gone ? "" : "since then", "session"});
    for (const auto& run : recorded.runs) {
        table.add({moment(run.opened_ns), outcome_of(run),
                   run.seconds && !recorded.verification ? fmt::format("{:.2f} s", *run.seconds) : "-",
                   gone                      ? ""
                   : recorded.unchanged(run) ? "unchanged"
                                             : "changed",
                   run.session.empty() ? "-" : run.session});
    }
    fmt::print("{}", table.text(2));
}

Json json_of(const Recorded& recorded) {
    const bool gone = !recorded.number && !recorded.verification;
    auto runs = Json::array();
    for (const auto& run : recorded.runs) {
        runs.push_back({{"session", run.session.empty() ? Json() : Json(run.session)},
                        {"opened", json_moment(run.opened_ns)},
                        {"outcome", json_name(run.outcome)},
                        {"seconds", run.seconds && !recorded.verification ? Json(rounded(*run.seconds)) : Json()},
                        {"attempts", measured(run, run.effort.attempts)},
                        {"cpu_seconds", measured(run, rounded(run.effort.cpu_seconds))},
                        {"peak_bytes", measured(run, run.effort.peak_bytes)},
                        {"unchanged", gone ? Json() : Json(recorded.unchanged(run))}});
    }
    return {{"name", recorded.name},
            {"kind", recorded.verification ? "verification" : "test"},
            {"number", recorded.number ? Json(*recorded.number) : Json()},
            {"phase", recorded.phase.empty() ? Json() : Json(recorded.phase)},
            {"standing", recorded.standing ? Json(json_name(*recorded.standing)) : Json()},
            {"gate", recorded.standing ? Json(json_name(answer_to(recorded))) : Json()},
            {"kept", recorded.kept.empty() ? Json() : Json(recorded.kept)},
            {"runs", std::move(runs)}};
}

int show_test(const Workspace& workspace, const std::string& test, bool as_json) {
    const auto present = present_tests(workspace);
    if (!present) return 1;
    Records records(workspace.layout, *present);
    const auto found = records.of(test);
    const auto& own = present->table.generated;
    if (found.empty() && std::ranges::find(own, test) != own.end()) {
        throw Refusal(
            fmt::format("nothing is recorded of '{}', which Lockstep adds: ask for one of the project's tests, "
                        "or for a checkpoint with verifications",
                        test));
    }
    if (found.empty()) {
        const auto meant = records.nearest_to(test);
        throw Refusal(fmt::format(
            "there is no test '{}'{}", printable(test),
            meant ? fmt::format(", did you mean '{}'?", printable(*meant)) : "; `lockstep list` shows them all"));
    }
    if (as_json) {
        print({{"version", 1}, {"recorded", json_list(found)}});
        return 0;
    }
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (i != 0) fmt::print("\n");
        print_text(found[i]);
    }
    return 0;
}

}  // namespace

int history_show_command(const CommonOptions& options, const std::string& test) {
    const auto workspace = open_workspace({options.build_dir, "", options.configuration});
    return test.empty() ? show_sessions(workspace, options.json) : show_test(workspace, test, options.json);
}

}  // namespace lockstep
