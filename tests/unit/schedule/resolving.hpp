// Resolves a plan's text over tests written by hand, and shows what came out as text.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "schedule/schedule.hpp"

namespace lockstep::testing {

using Names = std::vector<std::string>;

/// A test of the inventory. What is not said is as ctest gives it for `add_test(NAME name COMMAND /bin/true)` at the
/// top, found in a listing without backtraces: no source file.
class NewTest {
public:
    NewTest(std::string name) {  // NOLINT(google-explicit-constructor): lists of names read better
        test_.suite = name.substr(0, name.find('.'));
        test_.name = std::move(name);
        test_.command = {"/bin/true"};
        test_.command_line = "/bin/true";
        test_.target = "true";
        test_.dir = ".";
    }
    NewTest(const char* name) : NewTest(std::string(name)) {}  // NOLINT(google-explicit-constructor)

    NewTest& labels(Names v) { return set(test_.labels, std::move(v)); }
    NewTest& depends(Names v) { return set(test_.depends, std::move(v)); }
    NewTest& locks(Names v) { return set(test_.resource_lock, std::move(v)); }
    NewTest& sets_up(Names v) { return set(test_.fixtures_setup, std::move(v)); }
    NewTest& requires_fixtures(Names v) { return set(test_.fixtures_required, std::move(v)); }
    NewTest& cleans_up(Names v) { return set(test_.fixtures_cleanup, std::move(v)); }
    NewTest& environment(Names v) { return set(test_.environment, std::move(v)); }
    NewTest& modifies_environment(Names v) { return set(test_.environment_modification, std::move(v)); }
    NewTest& dir(std::optional<std::string> v) { return set(test_.dir, std::move(v)); }
    NewTest& source(std::string v) { return set(test_.source, std::move(v)); }
    /// `by_default`: where ctest would run it unless the project chose a directory.
    NewTest& works_in(std::string v, std::string by_default = "") {
        test_.binary_dir = std::move(by_default);
        return set(test_.working_directory, std::move(v));
    }
    NewTest& timeout(double v) { return set(test_.timeout, v); }
    NewTest& processors(int v) { return set(test_.processors, v); }
    NewTest& run_serial() { return set(test_.run_serial, true); }
    NewTest& judged_by_output() { return set(test_.judged_by_output, true); }
    NewTest& timeout_after_match() { return set(test_.timeout_after_match, true); }
    NewTest& will_fail() { return set(test_.will_fail, true); }
    NewTest& skips(int status) { return set(test_.skip_return_code, status); }
    NewTest& disabled() { return set(test_.disabled, true); }
    NewTest& resource_groups() { return set(test_.has_resource_groups, true); }
    NewTest& makes_resource_spec() { return set(test_.makes_resource_spec, true); }
    NewTest& command(Names v) {
        test_.command_line = fmt::format("{}", fmt::join(v, " "));
        if (v.empty()) test_.target.reset();
        return set(test_.command, std::move(v));
    }
    /// A case of the first program of the inventory, which is there if any test is one.
    NewTest& is_case(std::string file = "all_test.cpp") {
        test_.origin = CaseOrigin{0, test_.name, test_.suite, std::move(file), test_.command};
        return set(test_.skip_expressions, Names{"\\[  SKIPPED \\]"});
    }
    NewTest& skip_expressions(Names v) { return set(test_.skip_expressions, std::move(v)); }
    NewTest& passes_by_output() { return set(test_.passes_by_output, true); }
    NewTest& property(std::string name, std::string value) {
        test_.other_properties.emplace_back(std::move(name), std::move(value));
        return *this;
    }
    NewTest& more_properties() { return set(test_.more_properties, true); }
    operator InventoryTest() const { return test_; }  // NOLINT(google-explicit-constructor)

private:
    template <class T, class V>
    NewTest& set(T& member, V value) {
        member = std::move(value);
        return *this;
    }
    InventoryTest test_;
};

/// "LINE: error: MESSAGE [CODE]", then notes and help, a line each; "-" for no place.
inline std::string shown(const Diagnostics& diagnostics) {
    const auto line = [](const Place& place) { return place.known() ? std::to_string(place.line) : "-"; };
    std::string text;
    for (const auto& d : diagnostics.all()) {
        text += fmt::format("{}: {}: {} [{}]\n", line(d.place), d.severity == Severity::error ? "error" : "warning",
                            d.message, d.code);
        for (const auto& note : d.notes) text += fmt::format("  {}: {}\n", line(note.place), note.message);
        if (!d.help.empty()) text += fmt::format("  help: {}\n", d.help);
    }
    return text;
}

struct Resolved {
    std::shared_ptr<const Plan> plan;
    std::shared_ptr<const Inventory> inventory;
    std::optional<Schedule> schedule;
    std::string diagnostics;

    [[nodiscard]] const ScheduledTest& test(std::string_view name) const {
        const auto found = std::ranges::find(inventory->tests, name, &InventoryTest::name);
        return schedule->tests.at(static_cast<std::size_t>(found - inventory->tests.begin()));
    }
    [[nodiscard]] const GeneratedTest& generated(std::string_view name) const {
        const auto found = std::ranges::find(schedule->generated, name, &GeneratedTest::name);
        if (found == schedule->generated.end()) throw std::runtime_error("no generated test " + std::string(name));
        return *found;
    }
};

/// 16 GiB of memory and nothing special on the command line.
inline RunFacts plain_run() {
    return {.memory_bytes = std::uint64_t{16} << 30, .gate = std::nullopt};
}

/// `text` is a plan without its first line, "version = 1", and must be right; its own first line is the plan's second.
inline Resolved resolve_text(const std::string& text, const std::vector<NewTest>& tests,
                             const RunFacts& facts = plain_run()) {
    Resolved result;
    Diagnostics reading;
    auto plan = read_plan(std::make_shared<const Source>("lockstep.toml", "version = 1\n" + text), {}, reading);
    if (!plan) throw std::runtime_error("the test's plan is wrong:\n" + shown(reading));
    result.plan = std::make_shared<const Plan>(std::move(*plan));
    Inventory inventory{{tests.begin(), tests.end()}};
    if (std::ranges::any_of(inventory.tests, [](const auto& test) { return test.origin.has_value(); }))
        inventory.programs.push_back({"unit", "gtest", "", "/b/unit_cases.json", "CMakeLists.txt:7", ""});
    result.inventory = std::make_shared<const Inventory>(std::move(inventory));
    Diagnostics diagnostics;
    result.schedule = resolve(*result.plan, *result.inventory, facts, diagnostics);
    result.diagnostics = shown(diagnostics);
    return result;
}

/// For plans that resolve without a word.
inline Resolved resolve_well(const std::string& text, const std::vector<NewTest>& tests,
                             const RunFacts& facts = plain_run()) {
    auto result = resolve_text(text, tests, facts);
    EXPECT_EQ(result.diagnostics, "");
    if (!result.schedule) throw std::runtime_error("no schedule");
    return result;
}

/// "value@line value@line"; without "@line" where Lockstep itself is the cause.
inline std::string shown(const std::vector<Cause>& causes) {
    std::string text;
    for (const auto& c : causes) {
        text += (text.empty() ? "" : " ") + c.value;
        if (c.place.known()) text += fmt::format("@{}", c.place.line);
    }
    return text;
}

inline std::string shown(const std::optional<Cause>& cause) {
    return cause ? shown(std::vector{*cause}) : "none";
}

/// "core@5 [serial@9 slow@12]": phase and markers with the lines that put the test there.
inline std::string membership(const Resolved& r, std::string_view name) {
    const auto& test = r.test(name);
    auto text = test.phase ? fmt::format("{}@{}", r.plan->phases[*test.phase].name.value, test.phase_place.line) : "-";
    text += " [";
    for (const auto& [index, place] : test.markers) {
        text += text.back() == '[' ? "" : " ";
        text += fmt::format("{}@{}", r.plan->markers[index].name.value, place.line);
    }
    return text + "]";
}

/// "requires a b | sets up c": fixtures that Lockstep puts onto a test, the one that all require left out.
inline std::string fixtures(const Resolved& r, std::string_view name) {
    auto required = r.test(name).fixtures_required;
    std::erase_if(required, [](const Cause& c) { return c.value == "lockstep.session"; });
    std::string text;
    if (!required.empty()) text += "requires " + shown(required);
    if (!r.test(name).fixtures_setup.empty()) {
        text += (text.empty() ? "" : " | ") + ("sets up " + shown(r.test(name).fixtures_setup));
    }
    return text;
}

/// "NAME | after … | requires … | sets up … | cleans up … | labels … | locks …", what is empty left out.
inline std::string shown(const GeneratedTest& test) {
    std::string text = test.name;
    const auto add = [&](const char* what, const Names& names) {
        if (!names.empty()) text += fmt::format(" | {} {}", what, fmt::join(names, " "));
    };
    add("after", test.depends);
    add("requires", test.fixtures_required);
    add("sets up", test.fixtures_setup);
    add("cleans up", test.fixtures_cleanup);
    add("labels", test.labels);
    add("locks", test.locks);
    return text;
}

inline std::string all_generated(const Resolved& r) {
    std::string text;
    for (const auto& test : r.schedule->generated) text += shown(test) + "\n";
    return text;
}

}  // namespace lockstep::testing
