// The command line: one table of subcommands drives dispatch, help, "did you mean" and shell completion.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

struct CommandLine;  // what it says, taken apart: known to dispatch.cpp alone

struct Subcommand {
    std::string_view name;
    std::string_view summary;  ///< one line for help
    /// "TEST": takes one, required; "": none; "show|forget [TEST]...": one of these words, then any number.
    std::string_view argument;
    int (*run)(const CommandLine&) = nullptr;  ///< returns the exit status
    bool internal = false;                     ///< called by generated files: left out of help and completion
    bool inventory = false;                    ///< takes --inventory
};
[[nodiscard]] std::span<const Subcommand> subcommands();
/// The words of which one comes first among its arguments.
[[nodiscard]] std::vector<std::string> verbs_of(const Subcommand& command);

/// An option as --help shows it, for completion.
struct OptionText {
    std::string name;    ///< "--build-dir"
    std::string letter;  ///< "-B", or ""
    std::string value;   ///< "DIR", "FILE", "text|json", …; "": it takes none
    std::string summary;
};
[[nodiscard]] std::vector<OptionText> options_of(const Subcommand& command);

/// Runs; returns the exit status.
int dispatch(int argc, char** argv);

}  // namespace lockstep
