#include "commands/dispatch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/program_options.hpp>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include "commands/commands.hpp"
#include "commands/output.hpp"
#include "commands/workspace.hpp"
#include "text/suggest.hpp"
#include "validation/suite.hpp"

namespace lockstep {
namespace {

namespace po = boost::program_options;

constexpr int wrong_command_line = 2;
constexpr int system_failed = 3;

constexpr std::array table{
    Subcommand{"init", "write a first plan, which changes nothing, from the tests there are", "", false, true},
    Subcommand{"generate", "write the files that ctest reads, below B/lockstep", "", false, false},
    Subcommand{"check", "check the plan alone, or against the tests", "", false, true},
    Subcommand{"list", "list tests with phase, markers, locks and pools", "", false, true},
    Subcommand{"explain", "say of one test what holds for it, and which line says so", "TEST", false, true},
    Subcommand{"graph", "draw phases, gates and locks as Mermaid", "", false, true},
    Subcommand{"summary", "show what the last run did, phase by phase", "", false, false},
    Subcommand{"validate", "try out on this machine, with this ctest, whether every guard holds", "", false, false},
    Subcommand{"history", "show what is recorded of tests and what a gate makes of it, or forget it",
               "show|forget [TEST]...", false, false},
    Subcommand{"cleanup", "settle now what interrupted runs left", "", false, false},
    Subcommand{"completion", "print a completion script for a shell: bash or zsh", "SHELL", false, false},
    Subcommand{"enter", "", "", true, false},
    Subcommand{"checkpoint", "", "", true, false},
    Subcommand{"end", "", "", true, false},
    Subcommand{"keep-log", "", "SESSION", true, false},
    Subcommand{"probe", "", "TEST", true, false},
};

struct Parsed {
    CommonOptions common;
    InternalOptions internal;
    ValidateOptions validate;
    ForgetOptions forget;
    CleanupOptions cleanup;
    bool strict = false, help = false;
    std::string expression, verb, argument;
};

struct WrongCommandLine : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// About what runs left in a build tree, whatever its plan says now.
bool about_runs(const Subcommand& command) {
    return command.name == "summary" || command.name == "history" || command.name == "cleanup";
}

po::options_description visible_options(const Subcommand& command) {
    po::options_description options("Options");
    auto add = options.add_options();
    add("help,h", "show this help");
    if (command.name == "completion") return options;
    add("build-dir,B", po::value<std::string>()->value_name("DIR"), "build tree (default: the current folder)");
    if (command.name == "validate") {
        add("ctest", po::value<std::string>()->value_name("FILE"), "ctest to try (default: the build tree's)");
        add("jobs,j", po::value<std::string>()->value_name("N"), "tests at once (default: 8)");
        add("format", po::value<std::string>()->value_name("text|json"), "form of the result (default: text)");
        return options;
    }
    if (!about_runs(command))
        add("plan", po::value<std::string>()->value_name("FILE"),
            command.name == "init" ? "where the plan goes (default: lockstep.toml at the top of the source tree)"
                                   : "plan to use in place of the project's");
    add("config,C", po::value<std::string>()->value_name("NAME"), "configuration, of a multi-config build tree");
    if (command.inventory) {
        add("inventory", po::value<std::string>()->value_name("FILE"),
            "tests from `ctest --show-only=json-v1`, in place of a build tree");
    }
    if (command.name == "check") add("strict", "warnings are errors");
    if (command.name == "list")
        add("expression,E", po::value<std::string>()->value_name("EXPR"), "only tests in this test-set expression");
    if (command.name == "history") {
        add("all", "forget all tests and sessions");
        add("debts", "forget clean-ups that are owed");
    }
    if (command.name == "cleanup") {
        add("force", "also of runs on other machines and in other containers, which must be over");
        add("kept", "also remove what tests left in their temp directories");
    }
    add("format", po::value<std::string>()->value_name("text|json"), "form of the result (default: text)");
    if (!about_runs(command))
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

int jobs_of(const std::string& text) {
    int jobs = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), jobs);
    if (error == std::errc() && end == text.data() + text.size() && jobs >= validation::fewest_jobs &&
        jobs <= validation::most_jobs) {
        return jobs;
    }
    throw WrongCommandLine(fmt::format("--jobs is a number from {} to {}, not '{}'", validation::fewest_jobs,
                                       validation::most_jobs, text));
}

/// What `history` makes of its arguments; `rest` comes after the verb.
void take_history(const std::vector<std::string>& rest, Parsed& parsed) {
    auto& forget = parsed.forget;
    forget.tests = rest;
    const bool wholesale = forget.all || forget.debts;
    if (parsed.verb == "show") {
        if (wholesale) throw WrongCommandLine("'history show' takes neither --all nor --debts");
        if (rest.size() > 1) throw WrongCommandLine("'history show' takes one TEST or none");
        if (!rest.empty()) parsed.argument = rest.front();
    } else if (wholesale == !rest.empty()) {
        throw WrongCommandLine("'history forget' takes either tests, or --all, --debts or both");
    }
}

void take_verb(const Subcommand& command, std::vector<std::string> rest, Parsed& parsed) {
    const auto verbs = verbs_of(command);
    const auto given = rest.empty() ? verbs.end() : std::ranges::find(verbs, rest.front());
    if (given == verbs.end()) {
        throw WrongCommandLine(fmt::format("'{}' is followed by '{}'{}", command.name, fmt::join(verbs, "' or '"),
                                           rest.empty() ? "" : fmt::format(", not by '{}'", rest.front())));
    }
    parsed.verb = *given;
    rest.erase(rest.begin());
    take_history(rest, parsed);
}

Parsed parse(const Subcommand& command, const std::vector<std::string>& arguments) {
    auto options = visible_options(command);
    if (command.internal) {
        options.add_options()("state", po::value<std::string>(), "")("graph", po::value<std::string>(), "")(
            "phase", po::value<std::string>(), "")("only-wait", "")("jobs", po::value<std::string>(), "");
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
    text("ctest", parsed.validate.ctest);
    if (values.count("jobs") != 0)
        parsed.internal.jobs = parsed.validate.jobs = jobs_of(values["jobs"].as<std::string>());
    parsed.common.json = is_json(values, "format");
    parsed.common.diagnostics_json = is_json(values, "diagnostic-format");
    parsed.strict = values.count("strict") != 0;
    parsed.internal.only_wait = values.count("only-wait") != 0;
    std::vector<std::string> rest;
    if (values.count("argument") != 0) rest = values["argument"].as<std::vector<std::string>>();
    parsed.forget.all = values.count("all") != 0;
    parsed.forget.debts = values.count("debts") != 0;
    parsed.cleanup.force = values.count("force") != 0;
    parsed.cleanup.kept = values.count("kept") != 0;
    if (!verbs_of(command).empty()) {
        take_verb(command, std::move(rest), parsed);
        return parsed;
    }
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
    if (command.name == "init") return init_command(parsed.common);
    if (command.name == "generate") return generate_command(parsed.common);
    if (command.name == "check") return check_command(parsed.common, parsed.strict);
    if (command.name == "list") return list_command(parsed.common, parsed.expression);
    if (command.name == "explain") return explain_command(parsed.common, parsed.argument);
    if (command.name == "graph") return graph_command(parsed.common);
    if (command.name == "summary") return summary_command(parsed.common);
    if (command.name == "validate") return validate_command(parsed.common, parsed.validate);
    if (command.name == "history") {
        return parsed.verb == "show" ? history_show_command(parsed.common, parsed.argument)
                                     : history_forget_command(parsed.common, parsed.forget);
    }
    if (command.name == "cleanup") return cleanup_command(parsed.common, parsed.cleanup);
    if (command.name == "completion") return completion_command(parsed.argument);
    if (command.name == "enter") return enter_command(parsed.common);
    if (command.name == "checkpoint") return checkpoint_command(parsed.internal);
    if (command.name == "probe") return probe_command(parsed.internal, parsed.argument);
    if (command.name == "keep-log") return keep_log_command(parsed.internal, parsed.argument);
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

std::vector<std::string> verbs_of(const Subcommand& command) {
    const auto first = command.argument.substr(0, command.argument.find(' '));
    std::vector<std::string> verbs;
    if (first.find('|') == std::string_view::npos) return verbs;
    for (std::size_t at = 0; at <= first.size();) {
        const auto end = std::min(first.find('|', at), first.size());
        verbs.emplace_back(first.substr(at, end - at));
        at = end + 1;
    }
    return verbs;
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
            flush_results();
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
