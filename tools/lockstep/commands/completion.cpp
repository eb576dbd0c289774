// `lockstep completion bash|zsh`: scripts made from the table of subcommands and their options, so that they know
// whatever the program knows. They run no program while a command line is typed.
#include <fmt/format.h>

#include <algorithm>

#include "commands/commands.hpp"
#include "commands/dispatch.hpp"
#include "commands/output.hpp"

namespace lockstep {
namespace {

constexpr int wrong_command_line = 2;

/// What can stand in place of an option's value or a subcommand's argument.
enum class Kind { none, choice, directory, file, other };

Kind kind_of(const std::string& value) {
    if (value.empty()) return Kind::none;
    if (value.find('|') != std::string::npos) return Kind::choice;
    if (value == "DIR") return Kind::directory;
    return value == "FILE" ? Kind::file : Kind::other;
}

std::string choices(std::string value) {
    std::ranges::replace(value, '|', ' ');
    return value;
}

std::vector<const Subcommand*> shown_commands() {
    std::vector<const Subcommand*> shown;
    for (const auto& command : subcommands()) {
        if (!command.internal) shown.push_back(&command);
    }
    return shown;
}

std::string command_names() {
    std::string names;
    for (const auto* command : shown_commands()) names += (names.empty() ? "" : " ") + std::string(command->name);
    return names;
}

/// "--format" or "--build-dir|-B": a pattern of a shell's case.
std::string pattern(const OptionText& option) {
    return option.letter.empty() ? option.name : option.name + "|" + option.letter;
}

/// Options of all commands with a value, each once: an option means the same wherever it is taken.
std::vector<OptionText> options_with_value() {
    std::vector<OptionText> options;
    for (const auto* command : shown_commands()) {
        for (auto& option : options_of(*command)) {
            if (!option.value.empty() && std::ranges::find(options, option.name, &OptionText::name) == options.end()) {
                options.push_back(std::move(option));
            }
        }
    }
    return options;
}

std::string bash_values() {
    std::string text;
    for (const auto& option : options_with_value()) {
        text += fmt::format("        {})\n", pattern(option));
        switch (kind_of(option.value)) {
            case Kind::choice:
                text += fmt::format("            mapfile -t COMPREPLY < <(compgen -W '{}' -- \"$current\")\n",
                                    choices(option.value));
                break;
            case Kind::directory:
                text +=
                    "            compopt -o filenames 2>/dev/null\n            mapfile -t COMPREPLY < <(compgen -d -- "
                    "\"$current\")\n";
                break;
            case Kind::file:
                text +=
                    "            compopt -o filenames 2>/dev/null\n            mapfile -t COMPREPLY < <(compgen -f -- "
                    "\"$current\")\n";
                break;
            default:
                break;
        }
        text += "            return ;;\n";
    }
    return text;
}

std::string bash_commands() {
    std::string text;
    for (const auto* command : shown_commands()) {
        std::string words =
            command->argument == "SHELL" ? "bash zsh" : fmt::to_string(fmt::join(verbs_of(*command), " "));
        for (const auto& option : options_of(*command)) words += (words.empty() ? "" : " ") + option.name;
        text += fmt::format("        {}) words='{}' ;;\n", command->name, words);
    }
    return text;
}

void print_bash() {
    // "--format=json" reaches the function as three words, "--format", "=", "json": '=' is in COMP_WORDBREAKS.
    fmt::print(R"(# bash completion for lockstep. To use it: source <(lockstep completion bash)
_lockstep() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} words=
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W '{0} --help --version' -- "$current")
        return
    fi
    if [[ $current == = ]]; then
        current=
    elif [[ $previous == = ]] && ((COMP_CWORD > 2)); then
        previous=${{COMP_WORDS[COMP_CWORD-2]}}
    fi
    case $previous in
{1}    esac
    case ${{COMP_WORDS[1]}} in
{2}    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}}
complete -F _lockstep lockstep
)",
               command_names(), bash_values(), bash_commands());
}

/// Inside single quotes, in a description between brackets.
std::string zsh_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\'') {
            out += "'\\''";
        } else {
            if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
            out += c;
        }
    }
    return out;
}

std::string zsh_action(const std::string& value) {
    switch (kind_of(value)) {
        case Kind::choice:
            return fmt::format(":value:({})", choices(value));
        case Kind::directory:
            return ":directory:_files -/";
        case Kind::file:
            return ":file:_files";
        case Kind::other:
            return ":" + value + ": ";
        case Kind::none:
            break;
    }
    return {};
}

std::string zsh_arguments(const Subcommand& command) {
    std::string text;
    for (const auto& option : options_of(command)) {
        const auto value = zsh_action(option.value);
        const auto spec = fmt::format("[{}]{}", zsh_text(option.summary), value);
        if (option.letter.empty()) {
            text += fmt::format(" \\\n                '{}{}{}'", option.name, value.empty() ? "" : "=", spec);
        } else {
            text += fmt::format(" \\\n                '({0} {1})'{{{0}{2},{1}{3}}}'{4}'", option.name, option.letter,
                                value.empty() ? "" : "=", value.empty() ? "" : "+", spec);
        }
    }
    if (command.argument == "SHELL") text += " \\\n                '1:shell:(bash zsh)'";
    if (command.argument == "TEST") text += " \\\n                '1:test: '";
    if (const auto verbs = verbs_of(command); !verbs.empty())
        text += fmt::format(" \\\n                '1:verb:({})' '*:test: '", fmt::join(verbs, " "));
    return text;
}

void print_zsh() {
    std::string names, cases;
    for (const auto* command : shown_commands()) {
        names += fmt::format("        '{}:{}'\n", command->name, zsh_text(command->summary));
        cases += fmt::format("        {})\n            _arguments{} ;;\n", command->name, zsh_arguments(*command));
    }
    fmt::print(R"(#compdef lockstep
# zsh completion for lockstep. To use it: source <(lockstep completion zsh), after compinit; or keep it as _lockstep in
# a folder of $fpath
_lockstep() {{
    local -a commands
    commands=(
{0}    )
    if ((CURRENT == 2)); then
        _describe command commands
        return
    fi
    local command=$words[2]
    shift words
    ((CURRENT--))
    case $command in
{1}    esac
}}
if [[ $funcstack[1] == _lockstep ]]; then
    _lockstep "$@"
else
    compdef _lockstep lockstep
fi
)",
               names, cases);
}

}  // namespace

int completion_command(const std::string& shell) {
    if (shell == "bash") {
        print_bash();
    } else if (shell == "zsh") {
        print_zsh();
    } else {
        say(fmt::format("there is completion for 'bash' and 'zsh', none for '{}'", shell));
        return wrong_command_line;
    }
    return 0;
}

}  // namespace lockstep
