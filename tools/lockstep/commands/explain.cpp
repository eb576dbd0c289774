// `lockstep explain TEST`: what holds for one test, which line says so, what it waits for and what waits for it.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/commands.hpp"
#include "commands/explanation.hpp"
#include "commands/holdings.hpp"
#include "commands/table.hpp"
#include "text/suggest.hpp"
#include "text/utf8.hpp"

namespace lockstep {
namespace {

using Json = nlohmann::ordered_json;

/// Waits are named up to this many in text; JSON has all.
constexpr std::size_t waits_shown = 10;

/// Values of one kind and origin share a line of up to so many bytes.
constexpr std::size_t joined_at_most = 60;

std::string shown_value(const ExplainedValue& value) {
    if (value.kind != "pool") return value.value;
    return fmt::format("{}: {}", value.value, counted(static_cast<std::size_t>(value.slots.value_or(1)), "slot"));
}

/// Two directories may each have a test of that name: all of them.
std::vector<Explanation> explain_name(const Schedule& schedule, const std::string& name) {
    std::vector<Explanation> found;
    const auto& tests = schedule.inventory->tests;
    for (std::size_t position = 0; position < tests.size(); ++position) {
        if (tests[position].name == name) found.push_back(explain_test(schedule, position));
    }
    for (std::size_t index = 0; index < schedule.generated.size(); ++index) {
        if (schedule.generated[index].name == name) found.push_back(explain_generated(schedule, index));
    }
    return found;
}

std::string no_such_test(const Schedule& schedule, const std::string& name) {
    std::vector<std::string> names;
    for (const auto& test : schedule.inventory->tests) names.push_back(test.name);
    for (const auto& test : schedule.generated) names.push_back(test.name);
    const auto meant = nearest(name, names);
    return fmt::format(
        "there is no test '{}'{}", printable(name),
        meant ? fmt::format(", did you mean '{}'?", printable(*meant)) : "; `lockstep list` shows them all");
}

void print_waits(std::string_view title, const std::vector<Wait>& waits) {
    if (waits.empty()) return;
    fmt::print("\n{}\n", title);
    Table table({"", "", ""});
    for (std::size_t i = 0; i < std::min(waits.size(), waits_shown); ++i) {
        table.add({waits[i].name, waits[i].why, waits[i].place.brief()});
    }
    fmt::print("{}", table.text(2));
    if (waits.size() > waits_shown) fmt::print("  and {} more\n", waits.size() - waits_shown);
}

void print_text(const Explanation& explanation, const Waits& waits) {
    fmt::print("test {}: {}\n", explanation.number, printable(explanation.name));
    if (!explanation.why.empty()) fmt::print("  {}\n", printable(explanation.why));
    if (!explanation.added_at.empty()) fmt::print("  added at {}\n", printable(explanation.added_at));
    Table table({"", "", ""});
    std::string_view previous;
    for (auto value = explanation.values.begin(); value != explanation.values.end();) {
        auto kind = value->kind == previous ? std::string() : value->kind;
        std::ranges::replace(kind, '_', ' ');
        previous = value->kind;
        const auto& origin = value->from;
        std::string shown = shown_value(*value);
        while (++value != explanation.values.end() && value->kind == previous && value->from == origin) {
            const auto more = shown_value(*value);
            if (shown.size() + more.size() > joined_at_most) break;
            shown += ", " + more;
        }
        table.add({kind, shown, origin});
    }
    if (!explanation.values.empty()) fmt::print("\n{}", table.text(2));
    print_waits("waits for", waits.waits_for);
    print_waits("is waited for by", waits.waited_for_by);
}

Json json_of(const std::vector<Wait>& waits) {
    auto list = Json::array();
    for (const auto& wait : waits) {
        Json entry{{"name", wait.name}, {"why", wait.why}};
        if (wait.place.known()) entry["from"] = wait.place.brief();
        list.push_back(std::move(entry));
    }
    return list;
}

Json json_of(const Explanation& explanation, const Waits& waits) {
    auto values = Json::array();
    for (const auto& value : explanation.values) {
        Json entry{{"kind", value.kind}, {"value", value.value}, {"from", value.from}};
        if (value.slots) entry["slots"] = *value.slots;
        values.push_back(std::move(entry));
    }
    Json test{{"number", explanation.number}, {"name", explanation.name}, {"generated", explanation.generated}};
    if (explanation.generated) test["why"] = explanation.why;
    if (!explanation.added_at.empty()) test["added_at"] = explanation.added_at;
    test["values"] = std::move(values);
    test["waits_for"] = json_of(waits.waits_for);
    test["waited_for_by"] = json_of(waits.waited_for_by);
    return test;
}

}  // namespace

int explain_command(const CommonOptions& options, const std::string& test) {
    Diagnostics diagnostics;
    const auto resolved = resolve_inputs(options, diagnostics);
    print_errors(diagnostics, options.diagnostics_json);
    if (!resolved) return 1;
    const auto& schedule = *resolved->schedule;
    const auto found = explain_name(schedule, test);
    if (found.empty()) throw Refusal(no_such_test(schedule, test));
    const auto waits = waits_of(schedule, test);
    if (options.json) {
        auto tests = Json::array();
        for (const auto& explanation : found) tests.push_back(json_of(explanation, waits));
        fmt::print("{}\n", Json{{"version", 1}, {"tests", std::move(tests)}}.dump(1, ' ', false,
                                                                                  Json::error_handler_t::replace));
        return 0;
    }
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (i != 0) fmt::print("\n");
        print_text(found[i], waits);
    }
    return 0;
}

}  // namespace lockstep
