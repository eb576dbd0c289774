// `lockstep check`: all that is wrong or has no effect, in one go.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/commands.hpp"
#include "commands/inputs.hpp"
#include "commands/output.hpp"
#include "commands/table.hpp"
#include "inventory/roles.hpp"
#include "plan/checks.hpp"

namespace lockstep {
namespace {

/// A Unix socket's path holds so many bytes (sun_path, without the NUL at its end).
constexpr std::size_t longest_socket_path = 107;
/// Such as "/tmp.0123456789/.s.PGSQL.5432".
constexpr std::size_t room_for_a_socket = 30;

/// Tests put sockets into their temp directories.
void check_temp_paths(const std::string& temp_root, const Schedule& schedule, Diagnostics& diagnostics) {
    const auto has_directory = [](const ScheduledTest& test) { return test.isolate.tmp; };
    if (temp_root.empty() || std::ranges::none_of(schedule.tests, has_directory)) return;
    const auto longest = fmt::format("{}/{}", temp_root, schedule.tests.size()).size();
    if (longest + room_for_a_socket <= longest_socket_path) return;
    diagnostics.warning(
        {}, "long-build-path",
        fmt::format("paths of temp directories have up to {} bytes, and a Unix socket's must not have more than {}",
                    longest, longest_socket_path),
        "tests that make sockets there would fail: use a build tree with a shorter path, or isolate without \"tmp\"");
}

}  // namespace

int check_command(const CommonOptions& options, bool strict) {
    Diagnostics diagnostics;
    auto inputs = read_inputs(options, true, diagnostics);
    std::size_t tests = 0;
    const bool against_tests = inputs.inventory.has_value();
    const auto not_built = against_tests ? stand_ins_for_unbuilt(*inputs.inventory) : std::vector<std::string>{};
    if (inputs.plan) warn_of_sharing(*inputs.plan, diagnostics);
    if (inputs.plan && inputs.inventory) {
        tests = inputs.inventory->tests.size();
        if (tests == 0) {
            diagnostics.warning({}, "no-tests", "there are no tests to check the plan against",
                                "add_test() and enable_testing() in the top CMakeLists.txt make some");
        }
        const auto resolved =
            resolve_all(std::move(*inputs.plan), std::move(*inputs.inventory), inputs.facts, diagnostics);
        if (resolved) check_temp_paths(inputs.temp_root, *resolved->schedule, diagnostics);
    }
    print_diagnostics(diagnostics, options.diagnostics_json);
    say_not_built(not_built, "build, and check again");
    const bool wrong = diagnostics.has_errors() || (strict && diagnostics.warnings() != 0);
    if (options.json) {
        fmt::print("{}\n", nlohmann::ordered_json{{"version", 1},
                                                  {"errors", diagnostics.errors()},
                                                  {"warnings", diagnostics.warnings()},
                                                  {"tests", against_tests ? nlohmann::ordered_json(tests)
                                                                          : nlohmann::ordered_json()},
                                                  {"not_built", not_built},
                                                  {"passed", !wrong}}
                               .dump(1));
    } else {
        fmt::print("{}: {}, {}\n", against_tests ? "plan against " + counted(tests, "test") : "plan alone",
                   counted(diagnostics.errors(), "error"), counted(diagnostics.warnings(), "warning"));
    }
    return wrong ? 1 : 0;
}

}  // namespace lockstep
