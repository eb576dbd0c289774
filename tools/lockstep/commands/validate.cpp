// `lockstep validate`: does ctest, on this machine and in this environment, keep what Lockstep promises? Tried out with
// three small suites (validation/suite.hpp) in a folder of their own, with the build tree's ctest.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "commands/commands.hpp"
#include "commands/output.hpp"
#include "commands/table.hpp"
#include "commands/workspace.hpp"
#include "os/files.hpp"
#include "os/machine.hpp"
#include "os/processes.hpp"
#include "os/sockets.hpp"
#include "text/quote.hpp"
#include "validation/judge.hpp"
#include "validation/templates.hpp"

namespace lockstep {
namespace {

using Json = nlohmann::ordered_json;
using namespace std::chrono_literals;

/// Many times what a suite takes where everything is in vain.
constexpr auto longest_run = 120s;

struct Result {
    std::string ctest, ctest_version;
    int jobs = 0;
    std::vector<validation::Finding> findings;
    std::string folder;     ///< of the suites
    bool disabled = false;  ///< LOCKSTEP_DISABLE=1 is set

    [[nodiscard]] bool passed() const {
        return std::ranges::all_of(findings,
                                   [](const auto& finding) { return finding.verdict == validation::Verdict::yes; });
    }
};

/// What would steer ctest or Lockstep, or tells a test about the run that it is part of: the inner runs are nobody's.
/// Of make, which may call us: its tokens would bound how many tests run at once.
std::vector<std::string> steering_variables() {
    std::vector<std::string> names{"MAKEFLAGS", "MFLAGS", "DASHBOARD_TEST_FROM_CTEST"};
    for (auto& name : os::environment_names()) {
        if (name.starts_with("LOCKSTEP_") || name.starts_with("CTEST_")) names.push_back(std::move(name));
    }
    return names;
}

os::RunResult run_ctest(const std::string& ctest, std::vector<std::string> arguments, const std::string& folder) {
    os::RunOptions options;
    options.command = {ctest};
    options.command.insert(options.command.end(), std::make_move_iterator(arguments.begin()),
                           std::make_move_iterator(arguments.end()));
    options.working_directory = folder;
    options.unset_environment = steering_variables();
    options.timeout = longest_run;
    options.own_group = false;  // an interrupt at the terminal is meant for it too
    return os::run(options);
}

std::string version_of(const std::string& ctest, const std::string& folder) {
    constexpr std::string_view label = "ctest version ";
    const auto answer = run_ctest(ctest, {"--version"}, folder);
    const auto line = answer.output.substr(0, answer.output.find('\n'));
    if (answer.status == 127) throw Refusal(line + "; --ctest names another one");
    if (answer.status != 0 || !line.starts_with(label))
        throw Refusal(fmt::format("'{}' is no ctest: it does not tell its version (status {})", ctest, answer.status));
    return line.substr(label.size());
}

/// What lockstep_apply() and CMake would make of a project with these tests.
void write_suite(const validation::Suite& suite, const std::string& folder, const std::string& ctest) {
    const auto state = folder + "/lockstep";
    os::make_directories(state + "/closing");
    const auto program = os::own_executable();
    const Json project{
        {"source_dir", folder},  {"plan", folder + "/lockstep.toml"}, {"ctest", ctest}, {"resource_spec", ""},
        {"multi_config", false}, {"default_configuration", ""},       {"version", 1}};
    os::write_file(folder + "/lockstep.toml", validation::plan_text(suite, program));
    os::write_file(folder + "/CTestTestfile.cmake", validation::test_file_text(suite, folder, program));
    os::write_file(state + "/project.json", project.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
    os::write_file(state + "/program.cmake", fmt::format("set(_lockstep_program {})\n", cmake_bracket(program)));
    os::write_file(state + "/open.cmake", validation::opening_file(folder));
    os::write_file(state + "/close.cmake", validation::closing_file(folder));
    os::write_file(state + "/closing/CTestTestfile.cmake",
                   fmt::format("include({})\n", cmake_bracket(state + "/close.cmake")));
}

/// What an earlier session could have left in temp directories: tests must not find it.
void leave_behind(const validation::Suite& suite, const std::string& folder) {
    const Layout layout{folder, folder + "/lockstep"};
    for (std::size_t number = 1; number <= suite.tests.size(); ++number) {
        const auto directory = layout.temp(1, number);
        os::make_directories(directory);
        os::write_file(directory + "/left", "");
    }
}

struct Ran {
    validation::Log log;
    validation::Ending ending;
};

Ran run_suite(const validation::Suite& suite, const std::string& folder, const std::string& ctest) {
    write_suite(suite, folder, ctest);
    leave_behind(suite, folder);
    const auto result = run_ctest(ctest, {fmt::format("-j{}", suite.jobs), "--output-on-failure"}, folder);
    os::write_file(folder + "/ctest.out", result.output);
    Ran ran;
    ran.log = validation::read_log(os::read_file(validation::log_file(folder)).value_or(""));
    ran.ending.status = result.status;
    ran.ending.timed_out = result.timed_out;
    ran.ending.failed =
        validation::failed_tests(os::read_file(folder + "/Testing/Temporary/LastTestsFailed.log").value_or(""));
    if (ran.log.events.empty()) say(fmt::format("no test ran; what {} said:\n{}", ctest, result.output));
    return ran;
}

void run_suites(Result& result) {
    const auto guards = validation::guards_suite(result.jobs);
    const auto guards_ran = run_suite(guards, result.folder + "/guards", result.ctest);
    result.findings = validation::judge_guards(guards, guards_ran.log, guards_ran.ending);
    const auto gate_ran = run_suite(validation::gate_suite(result.jobs), result.folder + "/gate", result.ctest);
    result.findings.push_back(validation::judge_gate(gate_ran.log, gate_ran.ending));
    const auto served = validation::service_suite(result.jobs);
    const auto folder = result.folder + "/service";
    const auto served_ran = run_suite(served, folder, result.ctest);
    const int port = std::atoi(os::read_file(validation::port_file(folder)).value_or("0").c_str());
    const os::Address server{"127.0.0.1", static_cast<std::uint16_t>(port), "/"};
    const bool answers = port != 0 && !os::tcp_problem(server, 1s);
    result.findings.push_back(validation::judge_services(served, served_ran.log, served_ran.ending, port, answers));
}

const char* word_of(validation::Verdict verdict) {
    switch (verdict) {
        case validation::Verdict::yes:
            return "yes";
        case validation::Verdict::no:
            return "no";
        case validation::Verdict::unproved:
            return "unproved";
    }
    return "";
}

void print_text(const Result& result) {
    fmt::print("lockstep {}, ctest {} ({}) -j{}, {}\n\n", LOCKSTEP_VERSION, result.ctest_version, result.ctest,
               result.jobs, counted(static_cast<std::size_t>(os::processors()), "processor"));
    Table table({"check", "holds", "seen"});
    for (const auto& finding : result.findings) {
        std::string name(validation::name_of(finding.rule));
        if (finding.rule == validation::Rule::temp_directories) name = "temp directories";
        table.add({name, word_of(finding.verdict), finding.text});
    }
    fmt::print("{}", table.text());
}

void print_json(const Result& result) {
    auto checks = Json::array();
    for (const auto& finding : result.findings) {
        checks.push_back(
            {{"name", validation::name_of(finding.rule)}, {"holds", word_of(finding.verdict)}, {"seen", finding.text}});
    }
    const Json json{{"version", 1},
                    {"lockstep", LOCKSTEP_VERSION},
                    {"ctest", {{"version", result.ctest_version}, {"path", result.ctest}}},
                    {"jobs", result.jobs},
                    {"processors", os::processors()},
                    {"disabled", result.disabled},
                    {"passed", result.passed()},
                    {"checks", std::move(checks)},
                    {"kept", result.passed() ? Json() : Json(result.folder)}};
    fmt::print("{}\n", json.dump(1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

int validate_command(const CommonOptions& options, const ValidateOptions& wanted) {
    // A plan is of no account, nor is whether there is one.
    const auto workspace = open_build_tree({options.build_dir, "", ""});
    const auto& build = workspace.layout.build_dir;
    Result result;
    result.jobs = wanted.jobs;
    result.ctest = !wanted.ctest.empty() ? wanted.ctest : workspace.ctest.empty() ? "ctest" : workspace.ctest;
    // It is called in another folder.
    if (result.ctest.find('/') != std::string::npos)
        result.ctest = absolute_from(result.ctest, std::filesystem::current_path());
    result.ctest_version = version_of(result.ctest, build);
    result.disabled = os::environment("LOCKSTEP_DISABLE") == "1";
    if (result.disabled) {
        say("LOCKSTEP_DISABLE=1 is set: this trial leaves it out, but runs of the project's tests go "
            "without their plan while it is");
    }
    result.folder = build + "/lockstep/validate";
    os::make_directories(build + "/lockstep");
    const os::FileLock one_at_a_time(result.folder + ".lock");
    os::remove_tree(result.folder);
    run_suites(result);
    options.json ? print_json(result) : print_text(result);
    if (result.passed()) {
        os::remove_tree(result.folder);
        return 0;
    }
    say(fmt::format("the suites are kept in '{}': their tests wrote tests.log, ctest's output is ctest.out",
                    result.folder));
    return 1;
}

}  // namespace lockstep
