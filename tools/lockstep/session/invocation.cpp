#include "session/invocation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <vector>

#include "inventory/paths.hpp"
#include "session/dashboard_script.hpp"

namespace lockstep {
namespace {

/// ctest's options that take the next argument, whatever it looks like (`-R -N` is a regular expression).
constexpr std::array takes_argument{"-L",
                                    "--label-regex",
                                    "-LE",
                                    "--label-exclude",
                                    "-FA",
                                    "--fixture-exclude-any",
                                    "-FS",
                                    "--fixture-exclude-setup",
                                    "-FC",
                                    "--fixture-exclude-cleanup",
                                    "-C",
                                    "--build-config",
                                    "-O",
                                    "--output-log",
                                    "-A",
                                    "--add-notes",
                                    "--test-dir",
                                    "--output-junit",
                                    "--stop-time",
                                    "--test-load",
                                    "--max-width",
                                    "--interactive-debug-mode",
                                    "--test-output-size-passed",
                                    "--test-output-size-failed",
                                    "--test-output-truncation",
                                    "--submit-index",
                                    "--group",
                                    "--track",
                                    "--http-header",
                                    "--overwrite"};

std::optional<int> number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

class Reader {
public:
    explicit Reader(std::span<const std::string> arguments) : arguments_(arguments) {}

    Invocation read() {
        while (at_ < arguments_.size()) {
            const std::string argument = arguments_[at_++];
            if (argument == "-N" || argument == "--show-only" || argument.starts_with("--show-only=") ||
                argument == "--print-labels") {
                result_.listing = true;
                result_.json = result_.json || argument == "--show-only=json-v1";
            } else if (argument == "--rerun-failed") {
                result_.rerun_failed = true;
            } else if (either(argument, "-I", "--tests-information") || value(argument, "--tests-from-file") ||
                       value(argument, "--exclude-from-file")) {
                result_.names_tests = true;
            } else if (argument == "-j" || argument == "--parallel") {
                result_.jobs_given = true;
                // A number may follow; from 3.29 on nothing has to (as many as there are processors).
                result_.jobs = at_ < arguments_.size() ? number(arguments_[at_]) : std::nullopt;
                if (result_.jobs) ++at_;
            } else if (argument.starts_with("--parallel=")) {
                jobs(argument.substr(11));
            } else if (argument.starts_with("-j")) {
                jobs(argument.substr(2));
            } else if (const auto exclude = either(argument, "-E", "--exclude-regex")) {
                result_.exclude = exclude;
            } else if (auto include = either(argument, "-R", "--tests-regex")) {
                result_.include = true;
                result_.include_regex = std::move(include);
            } else if (value(argument, "--resource-spec-file")) {
                result_.resource_spec = true;
            } else if (argument == "-F") {
                result_.resume = true;
            } else if (const auto seconds = value(argument, "--timeout")) {
                result_.timeout = true;
                result_.timeout_seconds = std::strtod(seconds->c_str(), nullptr);
            } else if (value(argument, "--repeat") || value(argument, "--repeat-until-fail")) {
                result_.repeat = true;
            } else if (const auto action = value(argument, "--no-tests")) {
                result_.no_tests_given = true;
                result_.no_tests_error = *action == "error";
            } else if (const auto preset = value(argument, "--preset")) {
                result_.preset = *preset;
            } else if (const auto action = either(argument, "-T", "--test-action")) {
                result_.memcheck = result_.memcheck || lower(*action) == "memcheck";
            } else if (const auto dashboard = either(argument, "-D", "--dashboard")) {
                result_.memcheck = result_.memcheck || lower(*dashboard).ends_with("memcheck") ||
                                   lower(*dashboard).ends_with("memorycheck");
                result_.resource_spec = result_.resource_spec || sets_spec(*dashboard);
            } else if (argument.starts_with("-D")) {
                result_.resource_spec = result_.resource_spec || sets_spec(argument.substr(2));
            } else if (argument == "-S" || argument == "-SP" || argument == "--script" ||
                       argument == "--script-new-process") {
                result_.script = true;
                // What follows a comma is for the script.
                if (at_ < arguments_.size())
                    result_.scripts.push_back(arguments_[at_].substr(0, arguments_[at_].find(',')));
                ++at_;
            } else if (std::ranges::find(takes_argument, argument) != takes_argument.end()) {
                ++at_;
            }
        }
        return result_;
    }

private:
    void jobs(const std::string& text) {
        result_.jobs_given = true;
        result_.jobs = number(text);
    }
    /// The value of `--name V` or `--name=V`.
    std::optional<std::string> value(const std::string& argument, std::string_view name) {
        if (argument == name)
            return at_ < arguments_.size() ? std::optional(arguments_[at_++]) : std::optional(std::string());
        if (argument.starts_with(name) && argument.size() > name.size() && argument[name.size()] == '=') {
            return argument.substr(name.size() + 1);
        }
        return std::nullopt;
    }
    /// NAME=VALUE or NAME:TYPE=VALUE, for a script.
    static bool sets_spec(std::string_view definition) {
        return definition.substr(0, definition.find_first_of(":=")) == "CTEST_RESOURCE_SPEC_FILE";
    }
    std::optional<std::string> either(const std::string& argument, std::string_view brief, std::string_view full) {
        auto found = value(argument, full);
        return found ? found : argument == brief ? value(argument, brief) : std::nullopt;
    }
    static std::string lower(std::string text) {
        std::ranges::transform(text, text.begin(),
                               [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
        return text;
    }

    std::span<const std::string> arguments_;
    std::size_t at_ = 0;
    Invocation result_;
};

/// ctest --build-and-test runs a test command that is ctest itself within its own process, up to CTest 3.31 at least.
/// What that is called with comes last.
std::span<const std::string> arguments_of_inner_ctest(std::span<const std::string> arguments) {
    if (std::ranges::find(arguments, "--build-and-test") == arguments.end()) return arguments;
    const auto command = std::ranges::find(arguments, "--test-command");
    const auto given = static_cast<std::size_t>(command - arguments.begin()) + 2;
    return arguments.subspan(std::min(given, arguments.size()));
}

/// Test presets by name, from a presets file and those it includes.
void collect(const std::string& path, const std::function<std::optional<std::string>(const std::string&)>& read,
             std::set<std::string>& seen, std::map<std::string, nlohmann::json>& presets) {
    if (!seen.insert(path).second) return;
    const auto text = read(path);
    if (!text) return;
    const auto file = nlohmann::json::parse(*text, nullptr, false, true);
    if (!file.is_object()) return;
    if (const auto includes = file.find("include"); includes != file.end() && includes->is_array()) {
        for (const auto& include : *includes) {
            if (!include.is_string()) continue;
            const std::filesystem::path other = include.get<std::string>();
            collect(other.is_absolute()
                        ? other.string()
                        : (std::filesystem::path(path).parent_path() / other).lexically_normal().string(),
                    read, seen, presets);
        }
    }
    if (const auto tests = file.find("testPresets"); tests != file.end() && tests->is_array()) {
        for (const auto& preset : *tests) {
            if (preset.is_object() && preset.value("name", nlohmann::json()).is_string()) {
                presets.emplace(preset["name"].get<std::string>(), preset);
            }
        }
    }
}

/// The preset's object of that name (`execution`, `filter`), those it inherits first in the order that CMake gives
/// them: earlier parents win.
nlohmann::json part_of(const char* part, const std::string& name, const std::map<std::string, nlohmann::json>& presets,
                       std::size_t depth) {
    nlohmann::json result = nlohmann::json::object();
    const auto found = presets.find(name);
    if (found == presets.end() || depth > 50) return result;
    std::vector<std::string> parents;
    if (const auto inherits = found->second.find("inherits"); inherits != found->second.end()) {
        if (inherits->is_string()) parents.push_back(inherits->get<std::string>());
        if (inherits->is_array()) {
            for (const auto& parent : *inherits) {
                if (parent.is_string()) parents.push_back(parent.get<std::string>());
            }
        }
    }
    for (auto parent = parents.rbegin(); parent != parents.rend(); ++parent)
        result.update(part_of(part, *parent, presets, depth + 1), true);
    // Value by value: a preset that adds a label to the filter keeps the name it inherits.
    if (const auto own = found->second.find(part); own != found->second.end() && own->is_object())
        result.update(*own, true);
    return result;
}

}  // namespace

Invocation read_invocation(std::span<const std::string> arguments,
                           const std::function<std::optional<std::string>(const std::string&)>& environment) {
    auto result = Reader(arguments_of_inner_ctest(arguments)).read();
    if (!result.jobs_given) {
        const auto level = environment("CTEST_PARALLEL_LEVEL");
        result.jobs_in_environment = level.has_value();
        if (level && !level->empty()) {
            result.jobs = number(*level);
        } else if (level) {
            result.jobs = std::nullopt;  // set and empty: as `-j` alone
        } else if (!result.script && !result.preset) {
            result.jobs = 1;
        }
    }
    if (result.jobs && *result.jobs <= 0) result.jobs = std::nullopt;  // -j0: no limit
    result.names_tests = result.names_tests || result.include || result.exclude || result.script;
    if (!result.no_tests_given) result.no_tests_error = environment("CTEST_NO_TESTS_ACTION") == "error";
    return result;
}

std::string describe(const Invocation& invocation) {
    std::string text = invocation.listing ? "a listing" : invocation.script ? "a dashboard script" : "a run";
    if (!invocation.listing)
        text += invocation.jobs ? fmt::format(" of {} at once", *invocation.jobs) : " of an unknown number at once";
    if (invocation.preset) text += fmt::format(", with the settings of preset '{}'", *invocation.preset);
    if (invocation.names_tests) text += ", of tests by name or number";
    if (invocation.rerun_failed) text += ", of those that failed";
    if (invocation.repeat) text += ", in which tests may be repeated";
    if (invocation.memcheck) text += ", under a memory checker";
    if (invocation.timeout) text += ", with a --timeout";
    if (invocation.resource_spec) text += ", with a resource spec file of its own";
    if (invocation.no_tests_error) text += ", which fails where no test is run";
    if (const auto* names = invocation.takes_away()) text += fmt::format(", without tests named '{}'", *names);
    return text;
}

void apply_scripts(Invocation& invocation, std::span<const std::string> directories,
                   const std::function<std::optional<std::string>(const std::string&)>& read) {
    for (const auto& script : invocation.scripts) {
        for (const auto& directory : directories) {
            const auto path = absolute_path(directory, script);
            if (!read(path)) continue;
            invocation.resource_spec = invocation.resource_spec || names_resource_spec(path, read);
            break;
        }
    }
}

void apply_preset(Invocation& invocation, const std::string& source_dir,
                  const std::function<std::optional<std::string>(const std::string&)>& read) {
    if (!invocation.preset) return;
    std::set<std::string> seen;
    std::map<std::string, nlohmann::json> presets;
    collect(source_dir + "/CMakePresets.json", read, seen, presets);
    collect(source_dir + "/CMakeUserPresets.json", read, seen, presets);
    const auto execution = part_of("execution", *invocation.preset, presets, 0);
    const auto filter = part_of("filter", *invocation.preset, presets, 0);
    const auto name_in = [&](const char* side) -> std::optional<std::string> {
        const auto found = filter.find(side);
        if (found == filter.end() || !found->is_object()) return std::nullopt;
        const auto name = found->find("name");
        return name != found->end() && name->is_string() ? std::optional(name->get<std::string>()) : std::nullopt;
    };
    if (!invocation.exclude) invocation.exclude = name_in("exclude");
    invocation.include = invocation.include || name_in("include");
    const auto exact = filter.find("include");
    const bool by_number = exact != filter.end() && exact->is_object() && exact->contains("index");
    invocation.names_tests = invocation.names_tests || invocation.include || invocation.exclude || by_number;
    invocation.listing = invocation.listing || execution.contains("showOnly");
    if (const auto seconds = execution.find("timeout"); seconds != execution.end() && !invocation.timeout) {
        invocation.timeout = true;
        if (seconds->is_number()) invocation.timeout_seconds = seconds->get<double>();
    }
    invocation.repeat = invocation.repeat || execution.contains("repeat");
    invocation.resource_spec = invocation.resource_spec || execution.contains("resourceSpecFile");
    // A preset's number stands before CTEST_PARALLEL_LEVEL.
    if (const auto jobs = execution.find("jobs");
        jobs != execution.end() && !invocation.jobs_given && jobs->is_number_integer()) {
        const auto count = jobs->get<int>();
        invocation.jobs = count > 0 ? std::optional(count) : std::nullopt;
    }
    if (!execution.contains("jobs") && presets.contains(*invocation.preset) && !invocation.jobs_given &&
        !invocation.jobs_in_environment) {
        invocation.jobs = 1;
    }
    if (const auto action = execution.find("noTestsAction");
        action != execution.end() && !invocation.no_tests_given && *action != "default") {
        invocation.no_tests_error = *action == "error";
    }
}

}  // namespace lockstep
