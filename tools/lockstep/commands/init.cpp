// `lockstep init`: looks at a project's tests and writes a first plan. Adoption begins before CMake knows of Lockstep,
// so any build tree will do.
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "adoption/first_plan.hpp"
#include "commands/commands.hpp"
#include "commands/inputs.hpp"
#include "commands/listing.hpp"
#include "commands/output.hpp"
#include "os/files.hpp"
#include "os/machine.hpp"
#include "text/quote.hpp"

namespace lockstep {
namespace {

constexpr const char* usual_name = "lockstep.toml";

/// What to look at and where the plan goes.
struct Request {
    std::string path;                    ///< of the plan, absolute; "": standard output
    std::string name = usual_name;       ///< as lockstep_apply(PLAN …) and diagnostics name it
    std::optional<Workspace> workspace;  ///< none: the tests are in a file
};

Request read_request(const CommonOptions& options) {
    Request request;
    if (!options.inventory.empty()) {
        if (options.plan.empty()) return request;
        request.path = std::filesystem::absolute(options.plan).lexically_normal().string();
        if (std::filesystem::path(options.plan).filename() != usual_name) request.name = options.plan;
        return request;
    }
    request.workspace = open_build_tree({options.build_dir, options.plan, options.configuration});
    request.path = request.workspace->plan_path;
    request.name = request.workspace->plan_name;
    return request;
}

bool is_free(const std::string& path, Diagnostics& diagnostics) {
    // Also a link that leads nowhere is somebody's.
    if (path.empty() || std::filesystem::symlink_status(path).type() == std::filesystem::file_type::not_found)
        return true;
    diagnostics.error({}, "plan-exists", fmt::format("there is a plan file already: '{}'", path),
                      "`lockstep check` says how it stands; --plan FILE writes a first plan elsewhere");
    return false;
}

/// What a run would say of the plan: a project can have tests that no plan fits.
void try_out(const FirstPlan& plan, const std::string& name, Inventory inventory, Diagnostics& diagnostics) {
    auto parsed = read_plan(std::make_shared<const Source>(name, plan.text), {}, diagnostics);
    if (!parsed) return;
    RunFacts facts;
    facts.memory_bytes = os::memory_bytes();
    [[maybe_unused]] const auto resolved = resolve_all(std::move(*parsed), std::move(inventory), facts, diagnostics);
}

void print_result(const CommonOptions& options, const Request& request, const FirstPlan& plan, std::size_t tests) {
    if (options.json) {
        using Json = nlohmann::ordered_json;
        const Json result{{"version", 1},
                          {"plan", request.path.empty() ? Json() : Json(request.path)},
                          {"tests", tests},
                          {"markers", plan.markers},
                          {"text", plan.text}};
        fmt::print("{}\n", result.dump(1, ' ', false, Json::error_handler_t::replace));
    } else if (request.path.empty()) {
        fmt::print("{}", plan.text);
    } else {
        fmt::print("{}\n", request.path);
    }
}

void say_next_step(const CommonOptions& options, const Request& request, const FirstPlan& plan) {
    say_not_built(plan.not_built, "build, remove the plan, and run init again to have them");
    if (request.path.empty()) return;
    if (request.workspace && request.workspace->applied) {
        say(fmt::format("next: lockstep check --build-dir {}", shell_word(options.build_dir)));
        return;
    }
    say(
        fmt::format("next, in the top CMakeLists.txt: find_package(Lockstep REQUIRED CONFIG), and as its last line "
                    "lockstep_apply({}); then configure again",
                    request.name == usual_name ? "" : fmt::format("PLAN \"{}\"", cmake_quoted_inside(request.name))));
}

}  // namespace

int init_command(const CommonOptions& options) {
    Diagnostics diagnostics;
    const auto request = read_request(options);
    std::optional<Inventory> inventory;
    if (is_free(request.path, diagnostics)) {
        inventory = request.workspace ? list_once(*request.workspace, diagnostics)
                                      : read_inventory_file(options.inventory, diagnostics);
    }
    if (!inventory) {
        print_diagnostics(diagnostics, options.diagnostics_json);
        return 1;
    }
    const auto tests = inventory->tests.size();
    if (tests == 0) {
        diagnostics.warning({}, "no-tests", "there are no tests to look at",
                            "add_test() and enable_testing() in the top CMakeLists.txt make some");
    }
    const auto plan = first_plan(*inventory);
    try_out(plan, request.name, std::move(*inventory), diagnostics);
    print_diagnostics(diagnostics, options.diagnostics_json);
    if (diagnostics.has_errors()) {
        say("no plan was written: as they are, these tests could run under none");
        return 1;
    }
    if (!request.path.empty()) os::write_file(request.path, plan.text);
    print_result(options, request, plan, tests);
    flush_results();
    say_next_step(options, request, plan);
    return 0;
}

}  // namespace lockstep
