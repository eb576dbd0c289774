#include "commands/dispatch.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/program_options.hpp>
#include <cerrno>
#include <cstdio>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include "commands/commands.hpp"
#include "commands/output.hpp"
#include "commands/workspace.hpp"
#include "text/suggest.hpp"

namespace lockstep {
namespace {

namespace po = boost::program_options;

constexpr int wrong_command_line = 2;
constexpr int system_failed = 3;

constexpr std::array table{
    Subcommand{"generate", "write the files that ctest reads, below B/lockstep", "", false, false},
    Subcommand{"check", "check the plan alone, or against the tests", "", false, true},
    Subcommand{"list", "list tests with phase, markers, locks and pools", "", false, true},
    Subcommand{"explain", "say of one test what holds for it, and which line says so", "TEST", false, true},
    Subcommand{"graph", "draw phases, gates and locks as Mermaid", "", false, true},
    Subcommand{"summary", "show what the last run did, phase by phase", "", false, false},
    Subcommand{"completion", "print a completion script for a shell: bash or zsh", "SHELL", false, false},
    Subcommand{"enter", "", "", true, false},
    Subcommand{"checkpoint", "", "", true, false},
    Subcommand{"end", "", "", true, false},
};

struct Parsed {
    CommonOptions common;
    InternalOptions internal;
    bool strict = false, help = false;
    std::string expression, argument;
};

struct WrongCommandLine : std::runtime_error {
    using std::runtime_error::runtime_error;
};

po::options_description visible_options(const Subcommand& command) {
    po::options_description options("Options");
    auto add = options.add_options();
    add("help,h", "show this help");
    if (command.name == "completion") return options;
    add("build-dir,B", po::value<std::string>()->value_name("DIR"), "build tree (default: the current folder)");
    if (command.name != "summary")
        add("plan", po::value<std::string>()->value_name("FILE"), "plan to use in place of the project's");
    add("config,C", po::value<std::string>()->value_name("NAME"), "configuration, of a multi-config build tree");
    if (command.inventory) {
        add("inventory", po::value<std::string>()->value_name("FILE"),
            "tests from `ctest --show-only=json-v1`, in place of a build tree");
    }
    if (command.name == "check") add("strict", "warnings are errors");
    if (command.name == "list")
        add("expression,E", po::value<std::string>()->value_name("EXPR"), "only tests in this test-set expression");
    add("format", po::value<std::string>()->value_name("text|json"), "form of the result (default: text)");
    if (command.name != "summary")
        add("diagnostic-format", po::value<std::string>()->value_name("text|json"),
            "form of errors and warnings (default: text)");
    return options;
}

bool is_json(const po::variables_map& values, const char* name) {
    if (values.count(name) == 0) return false;
    const auto& value = values[name].as<std::string>();
    if (value != "text" && value != "json")
        throw WrongCommandLine(fmt::format("--{} is 'text' or 'json', not '{}'", name, value));
    return value == "json";
}

Parsed parse(const Subcommand& command, const std::vector<std::string>& arguments) {
    auto options = visible_options(command);
    if (command.internal) {
        options.add_options()("state", po::value<std::string>(), "")("graph", po::value<std::string>(), "")(
            "phase", po::value<std::string>(), "")("only-wait", "");
    }
    po::options_description all;
    all.add(options).add_options()("argument", po::value<std::vector<std::string>>(), "");
    po::positional_options_description positional;
    positional.add("argument", -1);
    po::variables_map values;
    using Style = po::command_line_style::style_t;
    const int style = po::command_line_style::unix_style & ~static_cast<int>(Style::allow_guessing);
    try {
        po::store(po::command_line_parser(arguments).options(all).positional(positional).style(style).run(), values);
    } catch (const po::error& error) {
        throw WrongCommandLine(error.what());
    }
    Parsed parsed;
    parsed.help = values.count("help") != 0;
    if (parsed.help) return parsed;
    const auto text = [&](const char* name, std::string& target) {
        if (values.count(name) != 0) target = values[name].as<std::string>();
    };
    text("build-dir", parsed.common.build_dir);
    text("plan", parsed.common.plan);
    text("config", parsed.common.configuration);
    text("inventory", parsed.common.inventory);
    text("expression", parsed.expression);
    text("state", parsed.internal.state);
    text("graph", parsed.internal.graph);
    text("phase", parsed.internal.phase);
    parsed.common.json = is_json(values, "format");
    parsed.common.diagnostics_json = is_json(values, "diagnostic-format");
    parsed.strict = values.count("strict") != 0;
    parsed.internal.only_wait = values.count("only-wait") != 0;
    std::vector<std::string> rest;
    if (values.count("argument") != 0) rest = values["argument"].as<std::vector<std::string>>();
    if (command.argument.empty() && !rest.empty())
        throw WrongCommandLine(fmt::format("'{}' takes no argument '{}'", command.name, rest.front()));
    if (!command.argument.empty() && rest.size() != 1)
        throw WrongCommandLine(fmt::format("'{}' takes one {}", command.name, command.argument));
    if (!rest.empty()) parsed.argument = rest.front();
    return parsed;
}

void print_help() {
    fmt::print(
        "Lockstep {}: a plan for tests that run in parallel under plain ctest\n\nUsage: lockstep COMMAND "
        "[OPTION]...\n\n",
        LOCKSTEP_VERSION);
    for (const auto& command : table) {
        if (!command.internal) fmt::print("  {:<12}{}\n", command.name, command.summary);
    }
    fmt::print(
        "\n`lockstep COMMAND --help` lists the options of one.\n"
        "Exit status: 0 done, 1 refused (see the diagnostics), 2 wrong command line, 3 the system failed.\n");
}

void print_help(const Subcommand& command) {
    std::ostringstream options;
    options << visible_options(command);
    fmt::print("Usage: lockstep {}{}{} [OPTION]...\n\n{}.\n\n{}", command.name, command.argument.empty() ? "" : " ",
               command.argument,
               std::string(1, static_cast<char>(std::toupper(command.summary.front()))) +
                   std::string(command.summary.substr(1)),
               options.str());
}

int call(const Subcommand& command, const Parsed& parsed) {
    if (command.name == "generate") return generate_command(parsed.common);
    if (command.name == "check") return check_command(parsed.common, parsed.strict);
    if (command.name == "list") return list_command(parsed.common, parsed.expression);
    if (command.name == "explain") return explain_command(parsed.common, parsed.argument);
    if (command.name == "graph") return graph_command(parsed.common);
    if (command.name == "summary") return summary_command(parsed.common);
    if (command.name == "completion") return completion_command(parsed.argument);
    if (command.name == "enter") return enter_command(parsed.common);
    if (command.name == "checkpoint") return checkpoint_command(parsed.internal);
    return end_command(parsed.internal);
}

int unknown_command(const std::string& name) {
    std::vector<std::string> names;
    for (const auto& command : table) {
        if (!command.internal) names.emplace_back(command.name);
    }
    const auto meant = nearest(name, names);
    say(fmt::format("there is no command '{}'{}", name,
                    meant ? fmt::format(", did you mean '{}'?", *meant) : "; `lockstep --help` lists them"));
    return wrong_command_line;
}

}  // namespace

std::span<const Subcommand> subcommands() {
    return table;
}

std::vector<OptionText> options_of(const Subcommand& command) {
    std::vector<OptionText> texts;
    const auto visible = visible_options(command);
    for (const auto& option : visible.options()) {
        OptionText text{"--" + option->long_name(), "", "", option->description()};
        const auto shown = option->canonical_display_name(po::command_line_style::allow_dash_for_short);
        if (shown.size() == 2 && shown[0] == '-') text.letter = shown;
        if (option->semantic()->max_tokens() != 0) text.value = option->format_parameter();
        texts.push_back(std::move(text));
    }
    return texts;
}

int dispatch(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.empty()) {
        print_help();
        return wrong_command_line;
    }
    if (arguments.front() == "--help" || arguments.front() == "-h" || arguments.front() == "help") {
        print_help();
        return 0;
    }
    if (arguments.front() == "--version") {
        fmt::print("lockstep {}\n", LOCKSTEP_VERSION);
        return 0;
    }
    for (const auto& command : table) {
        if (command.name != arguments.front()) continue;
        try {
            const auto parsed = parse(command, {arguments.begin() + 1, arguments.end()});
            if (parsed.help) {
                print_help(command);
                return 0;
            }
            const int status = call(command, parsed);
            // What could not be written (a full disk) must not look like an answer.
            if (std::fflush(stdout) != 0) throw std::system_error(errno, std::generic_category(), "standard output");
            return status;
        } catch (const WrongCommandLine& wrong) {
            say(fmt::format("{}; `lockstep {} --help` lists the options", wrong.what(), command.name));
            return wrong_command_line;
        } catch (const Refusal& refusal) {
            say(refusal.what());
            return 1;
        } catch (const std::exception& error) {
            say(error.what());
            return system_failed;
        }
    }
    return unknown_command(arguments.front());
}

}  // namespace lockstep
