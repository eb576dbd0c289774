// `lockstep summary`: what the last run did, phase by phase, and when.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>

#include "commands/commands.hpp"
#include "commands/session_report.hpp"
#include "commands/table.hpp"
#include "commands/workspace.hpp"
#include "text/utf8.hpp"

namespace lockstep {
namespace {

using Json = nlohmann::ordered_json;

/// Tests are named up to this many in text; JSON has all.
constexpr std::size_t named_at_most = 20;

std::string_view to_string(SessionState state) {
    switch (state) {
        case SessionState::ended:
            return "ended";
        case SessionState::running:
            return "running";
        case SessionState::interrupted:
            return "interrupted";
    }
    return "";
}

std::string seconds(double value) {
    return fmt::format("{:.2f} s", value);
}
std::string moment(std::optional<double> value) {
    return value ? fmt::format("+{:.2f} s", *value) : "-";
}

/// `absent`: what is said of tests that are not in the log.
std::string verdicts(const Tally& tally, const char* absent) {
    std::vector<std::string> parts;
    const auto add = [&](std::size_t count, const char* what) {
        if (count != 0) parts.push_back(fmt::format("{} {}", count, what));
    };
    add(tally.passed, "passed");
    add(tally.failed, "failed");
    add(tally.unclear, "unclear");
    add(tally.skipped, "skipped");
    add(tally.not_run, "not run");
    add(tally.unfinished, "not finished");
    add(tally.disabled, "disabled");
    add(tally.absent, absent);
    return list_or_dash(parts);
}

void print_head(const SessionReport& report) {
    const auto began = static_cast<std::time_t>(report.started_ns / 1'000'000'000);
    const auto state = report.state == SessionState::ended     ? ""
                       : report.state == SessionState::running ? ", still running: what is known so far"
                                                               : ", interrupted: what is known of it";
    fmt::print("ctest{}{} at {:%Y-%m-%d %H:%M:%S}{}\n",
               report.session.jobs > 0 ? fmt::format(" -j{}", report.session.jobs) : "",
               report.session.configuration.empty() ? "" : fmt::format(" -C {}", report.session.configuration),
               fmt::localtime(began), state);
    if (report.waited_seconds >= 1) {
        fmt::print("before it began, {} went by: other runs in this build tree, and listing the tests\n",
                   seconds(report.waited_seconds));
    }
    fmt::print("\n");
}

void print_named(std::string_view title, const std::vector<NamedTest>& tests) {
    if (tests.empty()) return;
    fmt::print("\n{}\n", title);
    Table table({"", "", ""});
    for (std::size_t i = 0; i < std::min(tests.size(), named_at_most); ++i) {
        table.add({tests[i].name, tests[i].phase.empty() ? "" : fmt::format("phase {}", tests[i].phase),
                   tests[i].how == title ? "" : tests[i].how});
    }
    fmt::print("{}", table.text(2));
    if (tests.size() > named_at_most) fmt::print("  and {} more\n", tests.size() - named_at_most);
}

/// What was tried again. A test that passed in the end is flaky, which ctest does not say.
void print_retried(const SessionReport& report) {
    if (!report.retried.empty()) {
        fmt::print("\ntried again\n");
        Table table({"", "", ""});
        for (std::size_t i = 0; i < std::min(report.retried.size(), named_at_most); ++i) {
            const auto& test = report.retried[i];
            table.add({test.name, test.phase.empty() ? "" : fmt::format("phase {}", test.phase),
                       fmt::format("{} {} attempts (retry rule {})",
                                   test.passed ? "flaky: passed after" : "failed after", test.attempts, test.rule)});
        }
        fmt::print("{}", table.text(2));
        if (report.retried.size() > named_at_most) fmt::print("  and {} more\n", report.retried.size() - named_at_most);
    }
    if (!report.left.empty()) {
        fmt::print("\nleft behind, as far as tests noted\n");
        Table table({"", "", ""});
        for (std::size_t i = 0; i < std::min(report.left.size(), named_at_most); ++i)
            table.add({report.left[i].kind, report.left[i].name, report.left[i].test});
        fmt::print("{}", table.text(2));
        if (report.left.size() > named_at_most) fmt::print("  and {} more\n", report.left.size() - named_at_most);
    }
}

void print_launched(const SessionReport& report) {
    if (report.launched != 0) {
        fmt::print("{} by the launcher: {} tried again ({:.1f} %), {} waited for limits\n",
                   counted(report.launched, "test"), report.retried.size(),
                   100.0 * static_cast<double>(report.retried.size()) / static_cast<double>(report.launched),
                   seconds(report.limited_seconds));
    }
    if (report.calls != 0)
        fmt::print("{} with retries in tests: {} made again\n", counted(report.calls, "call"), report.calls_retried);
}

void print_total(const SessionReport& report) {
    std::size_t tests = report.free.logged();
    for (const auto& phase : report.phases) tests += phase.tally.logged();
    fmt::print("\n{}: {} of tests", counted(tests, "test"), seconds(report.seconds));
    if (report.state == SessionState::ended && report.wall) {
        fmt::print(" in {}", seconds(*report.wall));
        if (*report.wall > 0 && report.seconds > *report.wall) {
            fmt::print(", {:.1f} times as fast as one after another", report.seconds / *report.wall);
        }
    }
    fmt::print("\n");
}

void print_table(const SessionReport& report) {
    const bool ended = report.state == SessionState::ended;
    Table table({"phase", ">tests", "verdicts", ">sum", "longest", ">from", ">until", "checkpoint"});
    const auto add = [&](const std::string& name, const Tally& tally, const char* checkpoint,
                         std::optional<double> begins, std::optional<double> ends) {
        table.add({name, std::to_string(tally.tests), verdicts(tally, ended ? "not selected" : "not reached"),
                   tally.logged() == 0 ? "-" : seconds(tally.seconds),
                   tally.longest.empty() ? "-" : fmt::format("{} {}", seconds(tally.longest_seconds), tally.longest),
                   moment(begins), moment(ends), checkpoint});
    };
    for (const auto& phase : report.phases) {
        add(phase.name, phase.tally,
            !phase.checkpoint   ? "-"
            : *phase.checkpoint ? "passed"
                                : "failed",
            phase.begins, phase.ends);
    }
    if (report.free.tests != 0) {
        const bool any = report.free.started() != 0;
        add("(in no phase)", report.free, "-", any ? std::optional(0.0) : std::nullopt,
            any && ended ? report.wall : std::nullopt);
    }
    fmt::print("{}", table.text());
}

void print_text(const SessionReport& report) {
    print_head(report);
    print_table(report);
    print_named("failed", report.failed);
    print_named("not run", report.not_run);
    print_retried(report);
    print_total(report);
    print_launched(report);
}

Json rounded(const std::optional<double>& value) {
    if (!value) return {};
    return std::round(*value * 1000) / 1000;
}

Json json_of(const Tally& tally) {
    return {
        {"tests", tally.tests},
        {"passed", tally.passed},
        {"failed", tally.failed},
        {"unclear", tally.unclear},
        {"skipped", tally.skipped},
        {"not_run", tally.not_run},
        {"unfinished", tally.unfinished},
        {"disabled", tally.disabled},
        {"absent", tally.absent},
        {"seconds", rounded(tally.seconds)},
        {"longest",
         tally.longest.empty() ? Json() : Json{{"name", tally.longest}, {"seconds", rounded(tally.longest_seconds)}}}};
}

Json json_of(const std::vector<NamedTest>& tests) {
    auto list = Json::array();
    for (const auto& test : tests) {
        list.push_back(
            {{"name", test.name}, {"phase", test.phase.empty() ? Json() : Json(test.phase)}, {"how", test.how}});
    }
    return list;
}

Json json_of(const std::vector<RetriedTest>& tests) {
    auto list = Json::array();
    for (const auto& test : tests) {
        list.push_back({{"name", test.name},
                        {"phase", test.phase.empty() ? Json() : Json(test.phase)},
                        {"rule", test.rule},
                        {"attempts", test.attempts},
                        {"passed", test.passed}});
    }
    return list;
}

Json json_of(const std::vector<LeftData>& left) {
    auto list = Json::array();
    for (const auto& data : left) list.push_back({{"kind", data.kind}, {"name", data.name}, {"test", data.test}});
    return list;
}

Json json_of(const SessionReport& report) {
    auto phases = Json::array();
    for (const auto& phase : report.phases) {
        Json entry{{"name", phase.name}};
        entry.update(json_of(phase.tally));
        entry["begins"] = rounded(phase.begins);
        entry["ends"] = rounded(phase.ends);
        entry["checkpoint"] = !phase.checkpoint ? Json() : Json(*phase.checkpoint ? "passed" : "failed");
        phases.push_back(std::move(entry));
    }
    return {{"version", 1},
            {"session",
             {{"id", report.session.id},
              {"state", to_string(report.state)},
              {"configuration", report.session.configuration},
              {"jobs", report.session.jobs > 0 ? Json(report.session.jobs) : Json()},
              {"started", rounded(static_cast<double>(report.started_ns) / 1e9)},
              {"waited_seconds", rounded(report.waited_seconds)},
              {"wall_seconds", rounded(report.wall)},
              {"test_seconds", rounded(report.seconds)}}},
            {"phases", std::move(phases)},
            {"in_no_phase", json_of(report.free)},
            {"failed", json_of(report.failed)},
            {"not_run", json_of(report.not_run)},
            {"launched",
             {{"tests", report.launched},
              {"limited_seconds", rounded(report.limited_seconds)},
              {"retried", json_of(report.retried)},
              {"calls", report.calls},
              {"calls_retried", report.calls_retried}}},
            {"left", json_of(report.left)}};
}

}  // namespace

int summary_command(const CommonOptions& options) {
    const auto workspace = open_workspace({options.build_dir, options.plan, options.configuration});
    const auto report = report_last_session(workspace.layout);
    if (!report) {
        throw Refusal(fmt::format(
            "there is no run to tell of in '{}': its tests were not run yet, or not with the plan", options.build_dir));
    }
    if (options.json) {
        fmt::print("{}\n", json_of(*report).dump(1, ' ', false, Json::error_handler_t::replace));
    } else {
        print_text(*report);
    }
    return 0;
}

}  // namespace lockstep
