// What a running session needs to know of its schedule: g/<hash>/run.json. Small on purpose, since checkpoint and `end`
// read it in every run; schedule.json is for people and other programs.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runtime/launch_table.hpp"
#include "schedule/schedule.hpp"

namespace lockstep {

/// A word of a command line with what only a session knows left open.
struct OpenWord {
    struct Part {
        enum class Kind { text, temp_dir, session } kind = Kind::text;
        std::string text;
    };
    std::vector<Part> parts;
    [[nodiscard]] std::string fill(const std::string& temp_dir, const std::string& session) const;
};
using OpenCommand = std::vector<OpenWord>;
[[nodiscard]] bool uses_temp_dir(const OpenCommand& command);

struct RunTable {
    struct Test {
        std::string name;
        std::optional<std::size_t> phase;
        bool disabled = false;
        bool not_built = false;  ///< stands in for a program's cases
        bool gated = true;       ///< false: a fixture clean-up, or after one
        bool temp = false, home = false;
        std::string command_hash;
    };
    struct Verification {
        std::string name;
        OpenCommand command;
        std::string place;  ///< "lockstep.toml:30"
    };
    struct Phase {
        std::string name, place;
        std::vector<std::size_t> tests;   ///< positions in `tests`
        std::vector<std::size_t> judges;  ///< positions in `phases`
        bool untested_fails = false, optional = false;
        std::vector<Verification> verifications;
        std::optional<OpenCommand> cleanup;
        std::vector<std::size_t> waits_for;  ///< CTest's numbers of generated tests: none of its tests begins before
                                             ///< these have passed, unless fixtures were excluded
        std::vector<std::size_t> needed_by;  ///< phases whose tests use what the clean-up removes, itself included
    };
    /// A test of ctest that runs several of `tests`, which ctest then does not know.
    struct Batch {
        std::size_t index = 0;           ///< its own, among `generated`
        std::vector<std::size_t> cases;  ///< positions in `tests`
        double expected = 0;             ///< seconds, that its cases were cut by
        bool temp = false, home = false;
    };
    std::string build_dir;
    std::vector<Test> tests;             ///< their index is the position plus one
    std::vector<std::string> generated;  ///< indices follow. Without batches and `ctest -E` these are CTest's numbers
    std::vector<Batch> batches;
    std::string spec_maker;  ///< a test with GENERATED_RESOURCE_SPEC_FILE, or ""
    std::vector<Phase> phases;

    /// Name of test `index` (from 1), or empty.
    [[nodiscard]] std::string_view name_of(std::size_t index) const;
    /// The batch that has that index, or null.
    [[nodiscard]] const Batch* batch_at(std::size_t index) const;
    /// Whether the test of that index has a temp directory of its own.
    [[nodiscard]] bool has_temp(std::size_t index) const;
    /// For each position, whether a batch runs the test.
    [[nodiscard]] std::vector<bool> in_batches() const;
    [[nodiscard]] std::optional<std::size_t> generated_index(std::string_view name) const;
    [[nodiscard]] std::optional<std::size_t> phase_index(std::string_view name) const;
};

struct FillValues {
    std::string build_dir, source_dir;
    std::function<std::optional<std::string>(const std::string&)> environment;
};

/// Expands what is known before a session; reports variables that are not set ("unset-variable"). `service_of` gives
/// the position of the service whose port of that name is meant.
[[nodiscard]] std::optional<runtime::OpenText> open_text(const Spanned<Template>& text, const FillValues& values,
                                                         const std::function<std::size_t(std::string_view)>& service_of,
                                                         Diagnostics& diagnostics);
/// The same for texts without workers and ports, which need no launcher.
[[nodiscard]] std::optional<OpenWord> fill_in(const Spanned<Template>& word, const FillValues& values,
                                              Diagnostics& diagnostics);

[[nodiscard]] std::optional<RunTable> make_run_table(const Schedule& schedule, const FillValues& values,
                                                     Diagnostics& diagnostics);
[[nodiscard]] std::string to_json(const RunTable& table);
/// None if the text is not what to_json wrote.
[[nodiscard]] std::optional<RunTable> run_table_from_json(const std::string& text);

}  // namespace lockstep
