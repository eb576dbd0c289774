// What kind of ctest is calling: read from its command line, its environment and its presets, since test files
// themselves know little of the run (CMake variables of the run are empty in them). Pure.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lockstep {

struct Invocation {
    bool listing = false;              ///< -N, --show-only, --print-labels: nothing will run
    bool script = false;               ///< -S: a dashboard; what it sets inside cannot be seen
    std::vector<std::string> scripts;  ///< paths as given to -S
    std::optional<int> jobs;           ///< -j; none: unknown or without a limit. Without any -j it is 1
    bool resource_spec = false;  ///< a spec file named on the command line, in the preset or in a dashboard script
    bool timeout = false;        ///< --timeout
    double timeout_seconds = 0;  ///< its number; 0: not known
    bool repeat = false;         ///< --repeat, --repeat-until-fail
    bool no_tests_error = false;
    bool resume = false;  ///< -F: go on where an interrupted run was
    /// Said on the command line, so that neither environment nor preset has a say.
    bool jobs_given = false, no_tests_given = false;
    bool jobs_in_environment = false;  ///< CTEST_PARALLEL_LEVEL: a preset without a number leaves it in force
    /// -E without -R: ctest takes tests whose names match this away while it reads them, so that those behind get other
    /// numbers and fixtures cannot bring them back. With -R they only count as not selected.
    [[nodiscard]] const std::string* takes_away() const { return exclude && !include ? &*exclude : nullptr; }
    std::optional<std::string> exclude;        ///< -E
    bool include = false;                      ///< -R
    std::optional<std::string> include_regex;  ///< of -R on the command line, the last one
    /// -R, -E, -I, --tests-from-file, --exclude-from-file, or what may hide one of them (a dashboard script): somebody
    /// means tests by the names or numbers that a listing of cases gives them.
    bool names_tests = false;
    bool rerun_failed = false;  ///< --rerun-failed: by the numbers of the run before
    bool json = false;          ///< --show-only=json-v1: what IDEs list tests with
    bool memcheck = false;      ///< durations and verdicts under valgrind are not the tests' own
    std::optional<std::string> preset;
};

/// `arguments` begin after the program's name. `environment` gives CTEST_PARALLEL_LEVEL, CTEST_NO_TESTS_ACTION.
[[nodiscard]] Invocation read_invocation(
    std::span<const std::string> arguments,
    const std::function<std::optional<std::string>(const std::string&)>& environment);

/// In words, for the debug log.
[[nodiscard]] std::string describe(const Invocation& invocation);

/// Adds what dashboard scripts say, as far as it shows. Their paths count from the first of `directories` in which
/// there is such a file; `read` gives a file's text.
void apply_scripts(Invocation& invocation, std::span<const std::string> directories,
                   const std::function<std::optional<std::string>(const std::string&)>& read);

/// Adds what test preset `invocation.preset` says; the command line wins over it. `read` gives a file's text.
/// A presets file that cannot be read adds nothing: ctest itself will have refused it.
void apply_preset(Invocation& invocation, const std::string& source_dir,
                  const std::function<std::optional<std::string>(const std::string&)>& read);

}  // namespace lockstep
