// `lockstep check`: all that is wrong or has no effect, in one go.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "commands/commands.hpp"
#include "commands/inputs.hpp"
#include "commands/output.hpp"
#include "commands/table.hpp"

namespace lockstep {

int check_command(const CommonOptions& options, bool strict) {
    Diagnostics diagnostics;
    auto inputs = read_inputs(options, true, diagnostics);
    std::size_t tests = 0;
    const bool against_tests = inputs.inventory.has_value();
    if (inputs.plan && inputs.inventory) {
        tests = inputs.inventory->tests.size();
        if (tests == 0) {
            diagnostics.warning({}, "no-tests", "there are no tests to check the plan against",
                                "add_test() and enable_testing() in the top CMakeLists.txt make some");
        }
        [[maybe_unused]] const auto resolved =
            resolve_all(std::move(*inputs.plan), std::move(*inputs.inventory), inputs.facts, diagnostics);
    }
    print_diagnostics(diagnostics, options.diagnostics_json);
    const bool wrong = diagnostics.has_errors() || (strict && diagnostics.warnings() != 0);
    if (options.json) {
        fmt::print("{}\n", nlohmann::ordered_json{{"version", 1},
                                                  {"errors", diagnostics.errors()},
                                                  {"warnings", diagnostics.warnings()},
                                                  {"tests", against_tests ? nlohmann::ordered_json(tests)
                                                                          : nlohmann::ordered_json()},
                                                  {"passed", !wrong}}
                               .dump(1));
    } else {
        fmt::print("{}: {}, {}\n", against_tests ? "plan against " + counted(tests, "test") : "plan alone",
                   counted(diagnostics.errors(), "error"), counted(diagnostics.warnings(), "warning"));
    }
    return wrong ? 1 : 0;
}

}  // namespace lockstep
