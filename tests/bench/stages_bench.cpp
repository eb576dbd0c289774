// Cost of the program's own stages against the number of tests: parse the plan, read ctest's JSON, match, resolve,
// emit. All are meant to be linear; Google Benchmark prints the fitted complexity and its error.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "inventory/ctest_json.hpp"
#include "overlay/overlay.hpp"
#include "plan/plan.hpp"
#include "schedule/schedule.hpp"
#include "schedule/subject.hpp"

namespace lockstep {
namespace {

constexpr int markers = 40;

std::string plan_text() {
    std::string text =
        "version = 1\n[[phase]]\nname = \"early\"\ntests = \"name(/[02468]$/)\"\n[[phase]]\nname = \"late\"\ntests = "
        "\"name(/[13579]$/)\"\n";
    for (int m = 0; m < markers; ++m) {
        text += fmt::format("[marker.m{0}]\ntests = \"name(/^t[.][0-9]*{0}$/)\"\nlock = [\"l{0}\"]\n", m + 10);
    }
    return text;
}

std::string json_text(std::int64_t tests) {
    std::string text =
        R"({"backtraceGraph":{"commands":["add_test"],"files":["/src/CMakeLists.txt"],"nodes":[{"file":0},{"command":0,"file":0,"line":4,"parent":0}]},"kind":"ctestInfo","tests":[)";
    for (std::int64_t t = 1; t <= tests; ++t) {
        text += fmt::format(
            R"({}{{"backtrace":1,"command":["/usr/bin/true"],"name":"t.{}","properties":[{{"name":"WORKING_DIRECTORY","value":"/build"}}]}})",
            t == 1 ? "" : ",", t);
    }
    return text + R"(],"version":{"major":1,"minor":0}})";
}

Plan make_plan() {
    Diagnostics diagnostics;
    return read_plan(std::make_shared<const Source>("lockstep.toml", plan_text()), {}, diagnostics).value();
}

Inventory make_inventory(std::int64_t tests) {
    Diagnostics diagnostics;
    return read_ctest_json(std::make_shared<const Source>("tests.json", json_text(tests)), {}, diagnostics).value();
}

RunFacts make_facts() {
    RunFacts facts;
    facts.memory_bytes = 1ULL << 34;
    return facts;
}

void parse_plan(benchmark::State& state) {
    const auto source = std::make_shared<const Source>("lockstep.toml", plan_text());
    for (auto _ : state) {
        Diagnostics diagnostics;
        benchmark::DoNotOptimize(read_plan(source, {}, diagnostics));
    }
}

void read_inventory(benchmark::State& state) {
    const auto source = std::make_shared<const Source>("tests.json", json_text(state.range(0)));
    for (auto _ : state) {
        Diagnostics diagnostics;
        benchmark::DoNotOptimize(read_ctest_json(source, {}, diagnostics));
    }
    state.SetComplexityN(state.range(0));
}

/// Each marker's expression against each test: 40 regular expressions with a literal start.
void match_expressions(benchmark::State& state) {
    const auto plan = make_plan();
    const auto inventory = make_inventory(state.range(0));
    for (auto _ : state) {
        std::size_t matched = 0;
        for (const auto& marker : plan.markers) {
            if (!marker.tests) continue;  // built in: `serial`
            for (const auto& test : inventory.tests) {
                if (marker.tests->matches(subject_of(test)) == Match::yes) ++matched;
            }
        }
        benchmark::DoNotOptimize(matched);
    }
    state.SetComplexityN(state.range(0));
}

void resolve_schedule(benchmark::State& state) {
    const auto plan = make_plan();
    const auto inventory = make_inventory(state.range(0));
    for (auto _ : state) {
        Diagnostics diagnostics;
        benchmark::DoNotOptimize(resolve(plan, inventory, make_facts(), diagnostics));
    }
    state.SetComplexityN(state.range(0));
}

void emit_overlay(benchmark::State& state) {
    const auto plan = make_plan();
    const auto inventory = make_inventory(state.range(0));
    Diagnostics diagnostics;
    const auto schedule = resolve(plan, inventory, make_facts(), diagnostics).value();
    const FillValues values{"/build", "/src", [](const std::string&) { return std::nullopt; }};
    const auto table = make_run_table(schedule, values, diagnostics).value();
    const OverlayOptions options{"/usr/bin/lockstep",      "g", "/build/lockstep", "/src/lockstep.toml", "0",
                                 "/usr/bin/lockstep-exec", ""};
    for (auto _ : state) {
        benchmark::DoNotOptimize(overlay_script(schedule, values, options, diagnostics));
        benchmark::DoNotOptimize(schedule_json(schedule, "0"));
        benchmark::DoNotOptimize(to_json(table));
    }
    state.SetComplexityN(state.range(0));
}

void grows(benchmark::internal::Benchmark* stage) {
    stage->RangeMultiplier(10)->Range(1000, 100000)->Unit(benchmark::kMillisecond)->Complexity(benchmark::oN);
}

BENCHMARK(parse_plan)->Unit(benchmark::kMillisecond);
BENCHMARK(read_inventory)->Apply(grows);
BENCHMARK(match_expressions)->Apply(grows);
BENCHMARK(resolve_schedule)->Apply(grows);
BENCHMARK(emit_overlay)->Apply(grows);

}  // namespace
}  // namespace lockstep

BENCHMARK_MAIN();
