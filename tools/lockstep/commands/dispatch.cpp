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
#include "commands/script.hpp"
#include "commands/workspace.hpp"
#include "text/suggest.hpp"
#include "validation/suite.hpp"

namespace lockstep {

struct CommandLine {
    CommonOptions common;
    InternalOptions internal;
    ValidateOptions validate;
    ForgetOptions forget;
    CleanupOptions cleanup;
    ScriptOptions script;
    DiscoverOptions discover;
    bool strict = false, help = false;
    std::string expression, verb, argument;
    std::vector<std::string> words;  ///< of commands that take as many as there are
};

namespace {

namespace po = boost::program_options;

constexpr int wrong_command_line = 2;
constexpr int system_failed = 3;

struct WrongCommandLine : std::runtime_error {
    using std::runtime_error::runtime_error;
};

using Line = const CommandLine&;

int history_command(Line line) {
    return line.verb == "show" ? history_show_command(line.common, line.argument)
                               : history_forget_command(line.common, line.forget);
}

constexpr std::array table{
    Subcommand{"init", "write a first plan, which changes nothing, from the tests there are", "",
               [](Line line) { return init_command(line.common); }, false, true},
    Subcommand{"generate", "write the files that ctest reads, below B/lockstep", "",
               [](Line line) { return generate_command(line.common); }, false, false},
    Subcommand{"check", "check the plan alone, or against the tests", "",
               [](Line line) { return check_command(line.common, line.strict); }, false, true},
    Subcommand{"list", "list tests with phase, markers, locks and pools", "",
               [](Line line) { return list_command(line.common, line.expression); }, false, true},
    Subcommand{"explain", "say of one test what holds for it, and which line says so", "TEST",
               [](Line line) { return explain_command(line.common, line.argument); }, false, true},
    Subcommand{"graph", "draw phases, gates and locks as Mermaid", "",
               [](Line line) { return graph_command(line.common); }, false, true},
    Subcommand{"summary", "show what the last run did, phase by phase", "",
               [](Line line) { return summary_command(line.common); }, false, false},
    Subcommand{"validate", "try out on this machine, with this ctest, whether every guard holds", "",
               [](Line line) { return validate_command(line.common, line.validate); }, false, false},
    Subcommand{"history", "show what is recorded of tests and what a gate makes of it, or forget it",
               "show|forget [TEST]...", history_command, false, false},
    Subcommand{"cleanup", "settle now what interrupted runs left", "",
               [](Line line) { return cleanup_command(line.common, line.cleanup); }, false, false},
    Subcommand{"debug", "run one test with all it needs around it, on this terminal", "TEST [-- COMMAND]...",
               [](Line line) { return debug_command(line.common, line.words); }, false, false},
    Subcommand{"env", "print who this test is, for a shell's eval", "",
               [](Line line) { return env_command(line.script); }, false, false},
    Subcommand{"lock", "run a command while a lock is held, over all processes", "NAME -- COMMAND...",
               [](Line line) { return lock_command(line.script, line.words); }, false, false},
    Subcommand{"port", "print a port that is this test's until it ends", "",
               [](Line line) { return port_command(line.script); }, false, false},
    Subcommand{"unique", "print a name that nobody else gets", "PREFIX",
               [](Line line) { return unique_command(line.script, {line.argument}); }, false, false},
    Subcommand{"limit", "make one call under a rate limit of the plan", "NAME [-- COMMAND]...",
               [](Line line) { return limit_command(line.script, line.words); }, false, false},
    Subcommand{"limits", "show rate limits: as planned, in effect, who waits and who holds a place", "",
               [](Line line) { return limits_command(line.common); }, false, false},
    Subcommand{"service", "show the services of runs that go on, or stop one", "status|stop|start [SERVICE]",
               [](Line line) { return service_command(line.common, line.verb, line.words); }, false, false},
    Subcommand{"completion", "print a completion script for a shell: bash or zsh", "SHELL",
               [](Line line) { return completion_command(line.argument); }, false, false},
    Subcommand{"enter", "", "", [](Line line) { return enter_command(line.common, line.internal); }, true, false},
    Subcommand{"discover", "", "", [](Line line) { return discover_command(line.discover); }, true, false},
    Subcommand{"checkpoint", "", "", [](Line line) { return checkpoint_command(line.internal); }, true, false},
    Subcommand{"end", "", "", [](Line line) { return end_command(line.internal); }, true, false},
    Subcommand{"keep-log", "", "SESSION", [](Line line) { return keep_log_command(line.internal, line.argument); },
               true, false},
    Subcommand{"probe", "", "TEST", [](Line line) { return probe_command(line.internal, line.argument); }, true, false},
};

/// For tests that are scripts: it asks for what a test asks for, and not about a build tree.
bool for_scripts(const Subcommand& command) {
    constexpr std::array<std::string_view, 5> names{"env", "lock", "port", "unique", "limit"};
    return std::ranges::find(names, command.name) != names.end();
}

/// Takes as many words as there are.
bool takes_words(const Subcommand& command) {
    return command.argument.ends_with("...") && command.argument.find('|') == std::string_view::npos;
}

/// About what runs left in a build tree, whatever its plan says now.
bool about_runs(const Subcommand& command) {
    return command.name == "summary" || command.name == "history" || command.name == "cleanup" ||
           command.name == "service";
}

po::options_description visible_options(const Subcommand& command) {
    po::options_description options("Options");
    auto add = options.add_options();
    add("help,h", "show this help");
    if (command.name == "completion") return options;
    if (for_scripts(command)) {
        if (command.name == "lock") {
            add("shared", "beside others that share it");
            add("machine", "of all this user's processes on this machine, not of this build tree's alone");
            add("timeout", po::value<std::string>()->value_name("TIME"), "give up after that long, as in 500ms or 2m");
        }
        if (command.name == "unique")
            add("separator", po::value<std::string>()->value_name("_|-"), "between its parts (default: _)");
        if (command.name != "lock" && command.name != "limit")
            add("format", po::value<std::string>()->value_name("text|json"), "form of the result (default: text)");
        return options;
    }
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
    if (command.name != "debug")
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

po::options_description all_options(const Subcommand& command) {
    auto options = visible_options(command);
    if (command.internal) {
        options.add_options()("state", po::value<std::string>(), "")("graph", po::value<std::string>(), "")(
            "phase", po::value<std::string>(), "")("only-wait", "")("jobs", po::value<std::string>(), "")(
            "caller", po::value<int>(), "");
    }
    if (command.name == "discover") {
        options.add_options()("arguments", po::value<std::string>(), "")("program", po::value<std::string>(), "")(
            "not-listed", po::value<std::string>(), "")("not-built", po::value<std::string>(), "");
    }
    options.add_options()("argument", po::value<std::vector<std::string>>(), "");
    return options;
}

po::variables_map read_words(const Subcommand& command, const std::vector<std::string>& words) {
    const auto options = all_options(command);
    po::positional_options_description positional;
    positional.add("argument", -1);
    po::variables_map values;
    using Style = po::command_line_style::style_t;
    const int style = po::command_line_style::unix_style & ~static_cast<int>(Style::allow_guessing);
    try {
        po::store(po::command_line_parser(words).options(options).positional(positional).style(style).run(), values);
    } catch (const po::error& error) {
        throw WrongCommandLine(error.what());
    }
    return values;
}

void take_options(const po::variables_map& values, CommandLine& line) {
    const auto text = [&](const char* name, std::string& target) {
        if (values.count(name) != 0) target = values[name].as<std::string>();
    };
    const auto flag = [&](const char* name, bool& target) { target = values.count(name) != 0; };
    text("build-dir", line.common.build_dir);
    text("plan", line.common.plan);
    text("config", line.common.configuration);
    text("inventory", line.common.inventory);
    text("expression", line.expression);
    text("state", line.internal.state);
    text("graph", line.internal.graph);
    text("phase", line.internal.phase);
    text("ctest", line.validate.ctest);
    text("arguments", line.discover.arguments);
    text("program", line.discover.program);
    text("not-listed", line.discover.not_listed);
    text("not-built", line.discover.not_built);
    if (values.count("jobs") != 0) line.internal.jobs = line.validate.jobs = jobs_of(values["jobs"].as<std::string>());
    if (values.count("caller") != 0) line.internal.caller = values["caller"].as<int>();
    line.common.json = is_json(values, "format");
    line.common.diagnostics_json = is_json(values, "diagnostic-format");
    flag("strict", line.strict);
    flag("only-wait", line.internal.only_wait);
    flag("all", line.forget.all);
    flag("debts", line.forget.debts);
    flag("force", line.cleanup.force);
    flag("kept", line.cleanup.kept);
    flag("shared", line.script.shared);
    flag("machine", line.script.machine);
    if (values.count("timeout") != 0) {
        const auto& time = values["timeout"].as<std::string>();
        line.script.timeout = parse_duration(time);
        if (!line.script.timeout)
            throw WrongCommandLine(fmt::format("--timeout is a duration as in 500ms, 30s or 5m, not '{}'", time));
    }
    text("separator", line.script.separator);
    line.script.json = line.common.json;
}

/// What `service` makes of its arguments; `rest` comes after the verb.
void take_service(const std::vector<std::string>& rest, CommandLine& line) {
    const bool named = line.verb != "status";
    // Generated tests say which one they are besides.
    const std::size_t most = line.verb == "start" ? 2 : named ? 1 : 0;
    if (rest.size() > most || (named && rest.empty()))
        throw WrongCommandLine(fmt::format("'service {}' takes {}", line.verb, named ? "one SERVICE" : "no argument"));
    line.words = rest;
}

/// What `history` makes of its arguments; `rest` comes after the verb.
void take_history(const std::vector<std::string>& rest, CommandLine& line) {
    auto& forget = line.forget;
    forget.tests = rest;
    const bool wholesale = forget.all || forget.debts;
    if (line.verb == "show") {
        if (wholesale) throw WrongCommandLine("'history show' takes neither --all nor --debts");
        if (rest.size() > 1) throw WrongCommandLine("'history show' takes one TEST or none");
        if (!rest.empty()) line.argument = rest.front();
    } else if (wholesale == !rest.empty()) {
        throw WrongCommandLine("'history forget' takes either tests, or --all, --debts or both");
    }
}

void take_verb(const Subcommand& command, std::vector<std::string> rest, CommandLine& line) {
    const auto verbs = verbs_of(command);
    const auto given = rest.empty() ? verbs.end() : std::ranges::find(verbs, rest.front());
    if (given == verbs.end()) {
        throw WrongCommandLine(fmt::format("'{}' is followed by '{}'{}", command.name, fmt::join(verbs, "' or '"),
                                           rest.empty() ? "" : fmt::format(", not by '{}'", rest.front())));
    }
    line.verb = *given;
    rest.erase(rest.begin());
    if (command.name == "history") {
        take_history(rest, line);
    } else {
        take_service(rest, line);
    }
}

void take_arguments(const Subcommand& command, std::vector<std::string> arguments, CommandLine& line) {
    if (!verbs_of(command).empty()) return take_verb(command, std::move(arguments), line);
    if (takes_words(command)) {
        // What is in brackets may be left out.
        const std::size_t least = command.argument.find('[') == std::string_view::npos ? 2 : 1;
        if (arguments.size() < least)
            throw WrongCommandLine(fmt::format("'{}' takes {}", command.name, command.argument));
        line.words = std::move(arguments);
        return;
    }
    if (command.argument.empty() && !arguments.empty())
        throw WrongCommandLine(fmt::format("'{}' takes no argument '{}'", command.name, arguments.front()));
    if (!command.argument.empty() && arguments.size() != 1)
        throw WrongCommandLine(fmt::format("'{}' takes one {}", command.name, command.argument));
    if (!arguments.empty()) line.argument = arguments.front();
}

CommandLine parse(const Subcommand& command, const std::vector<std::string>& words) {
    const auto values = read_words(command, words);
    CommandLine line;
    line.help = values.count("help") != 0;
    if (line.help) return line;
    take_options(values, line);
    std::vector<std::string> arguments;
    if (values.count("argument") != 0) arguments = values["argument"].as<std::vector<std::string>>();
    take_arguments(command, std::move(arguments), line);
    return line;
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
            const auto line = parse(command, {arguments.begin() + 1, arguments.end()});
            if (line.help) {
                print_help(command);
                return 0;
            }
            const int status = command.run(line);
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
