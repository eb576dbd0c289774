// What ctest does with these scripts, as far as it shows in their text: a directory's CTestTestfile.cmake is read with
// that directory as the current one, so relative names in it *and in what it includes* start there; include(),
// subdirs() and add_subdirectory() take effect where they stand. Conditions are not evaluated: every branch is taken,
// since a file that is read today only if a program exists may be read tomorrow. Whether a name is right is not judged
// here: ctest itself reads the same files and complains.
#include "inventory/test_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "inventory/cmake_lexer.hpp"
#include "inventory/paths.hpp"
#include "text/lines.hpp"
#include "text/utf8.hpp"

namespace lockstep {
namespace {

constexpr std::string_view test_file_name = "CTestTestfile.cmake";

/// PATH_MAX: no file has a longer one. A name that repeats ${CMAKE_CURRENT_LIST_DIR} would grow with each file it leads
/// to.
constexpr std::size_t longest_path = 4096;

/// A file that another one names.
struct Reference {
    std::string path;
    std::string current_dir;  ///< where relative names in it start
    std::string source_dir;
};

/// From the comment that CMake puts at the top of each directory's test file.
std::string source_directory_comment(std::string_view text) {
    constexpr std::string_view label = "# Source directory: ";
    while (text.starts_with('#')) {
        const auto line = take_line(text);
        if (line.starts_with(label)) return std::string(line.substr(label.size()));
    }
    return {};
}

/// ctest's own command and the names it has after a script defined add_test anew, once or more often.
bool adds_test(std::string_view command) {
    command.remove_prefix(std::min(command.find_first_not_of('_'), command.size()));
    return command == "add_test";
}

/// Commands after which another file may no longer be what it was: discovery by GoogleTest.cmake, Catch.cmake and
/// their kind (`…_discover_tests_impl` at test time), and anything that a process may do.
bool rewrites_files(std::string_view command) {
    return command == "execute_process" || command.ends_with("_discover_tests") ||
           command.ends_with("_discover_tests_impl");
}

class Scanner {
public:
    Scanner(const std::string& configuration, const std::function<std::optional<std::string>(const std::string&)>& read)
        : configuration_(configuration), read_(read) {}

    TestFiles scan(const std::string& top) {
        const auto directory = absolute_path("/", top);
        std::vector<Reference> waiting{test_file_of(directory)};
        while (!waiting.empty()) {
            const auto next = std::move(waiting.back());
            waiting.pop_back();
            auto named = visit(next);
            // The first one named is the next one read, with all that it names.
            std::move(named.rbegin(), named.rend(), std::back_inserter(waiting));
        }
        for (const auto& path : rewritten_) result_.files[positions_.at(path)].rewritten = true;
        return std::move(result_);
    }

private:
    static Reference test_file_of(const std::string& directory) {
        return {absolute_path(directory, test_file_name), directory, ""};
    }

    std::vector<Reference> visit(const Reference& reference) {
        const auto [known, is_new] = positions_.try_emplace(reference.path, result_.files.size());
        if (!is_new) return {};
        auto& file = result_.files.emplace_back();
        file.path = reference.path;
        file.source_dir = reference.source_dir;
        file.binary_dir = reference.current_dir;
        const auto text = read_(reference.path);
        file.exists = text.has_value();
        if (!text) return {};
        if (base_name(reference.path) == test_file_name) {
            if (auto directory = source_directory_comment(*text); !directory.empty()) file.source_dir = directory;
        }
        return read_commands(*text, reference, known->second);
    }

    std::vector<Reference> read_commands(std::string_view text, const Reference& reference, std::size_t position) {
        std::vector<Reference> named;
        std::vector<std::string> included;
        bool rewrites = false;
        const auto variables = [&](std::string_view name) -> std::optional<std::string> {
            if (name == "CMAKE_CURRENT_LIST_DIR") return std::string(directory_of(reference.path));
            if (name == "CTEST_CONFIGURATION_TYPE") return configuration_;
            return std::nullopt;
        };
        const auto& source_dir = result_.files[position].source_dir;
        CMakeLexer lexer(text);
        for (CMakeCommand command; lexer.next(command);) {
            rewrites = rewrites || rewrites_files(command.name);
            if (command.arguments.empty()) continue;
            if (adds_test(command.name)) {
                for (auto& name : values(command, 1, variables)) result_.named_in[std::move(name)].push_back(position);
                find_program(command, reference, variables);
            } else if (command.name == "set_tests_properties") {
                find_spec_makers(command, variables);
            } else if (command.name == "include") {
                for (const auto& name : values(command, 1, variables)) {
                    if (!name.ends_with(".cmake") && name.find('/') == std::string::npos) continue;  // a module's name
                    auto path = absolute_path(reference.current_dir, name);
                    if (path.size() >= longest_path) continue;
                    included.push_back(path);
                    named.push_back({std::move(path), reference.current_dir, source_dir});
                }
            } else if (command.name == "subdirs" || command.name == "add_subdirectory") {
                const auto count = command.name == "subdirs" ? command.arguments.size() : 1;
                for (const auto& name : values(command, count, variables)) {
                    auto next = test_file_of(absolute_path(reference.current_dir, name));
                    if (next.path.size() < longest_path) named.push_back(std::move(next));
                }
            }
        }
        if (rewrites) std::move(included.begin(), included.end(), std::back_inserter(rewritten_));
        return named;
    }

    /// add_test(NAME PROGRAM …)
    void find_program(const CMakeCommand& command, const Reference& reference, const CMakeVariables& variables) {
        if (command.arguments.size() < 2) return;
        const auto program = evaluate(command.arguments[1], variables);
        if (!program || program->find('/') == std::string::npos || program->size() >= longest_path) return;
        result_.programs.insert(absolute_path(reference.current_dir, *program));
    }

    /// set_tests_properties(TEST… PROPERTIES NAME VALUE…)
    void find_spec_makers(const CMakeCommand& command, const CMakeVariables& variables) {
        const auto& arguments = command.arguments;
        const auto properties = std::ranges::find(arguments, "PROPERTIES", &CMakeArgument::text) - arguments.begin();
        for (auto i = static_cast<std::size_t>(properties) + 1; i + 1 < arguments.size(); i += 2) {
            if (arguments[i].text != "GENERATED_RESOURCE_SPEC_FILE" || arguments[i + 1].text.empty()) continue;
            for (auto& name : values(command, static_cast<std::size_t>(properties), variables))
                result_.spec_makers.insert(std::move(name));
        }
    }

    /// Values of the first `count` arguments, those left out that are not known.
    static std::vector<std::string> values(const CMakeCommand& command, std::size_t count,
                                           const CMakeVariables& variables) {
        std::vector<std::string> result;
        for (std::size_t i = 0; i < std::min(count, command.arguments.size()); ++i) {
            const auto& argument = command.arguments[i];
            auto value = evaluate(argument, variables);
            if (!value) continue;
            if (argument.kind == CMakeArgument::Kind::unquoted) {
                auto elements = split_cmake_list(*value);
                if (count == 1 && elements.size() > 1) elements.resize(1);
                std::move(elements.begin(), elements.end(), std::back_inserter(result));
            } else {
                result.push_back(std::move(*value));
            }
        }
        return result;
    }

    const std::string& configuration_;
    const std::function<std::optional<std::string>(const std::string&)>& read_;
    TestFiles result_;
    std::unordered_map<std::string, std::size_t> positions_;
    std::vector<std::string> rewritten_;
};

/// Tests of one name, so far.
struct Namesakes {
    std::size_t tests = 0, seen = 0;
};

/// The file that adds the test which is the `nth` (from 0) of `count` of its name; null where that cannot be told. A
/// directory may write the name several times, in the branches of a condition.
const TestFile* file_of(const TestFiles& files, const std::vector<std::size_t>& named_in, std::size_t nth,
                        std::size_t count) {
    std::vector<const TestFile*> directories;
    for (const auto position : named_in) {
        const auto& file = files.files[position];
        if (directories.empty() || directories.back()->binary_dir != file.binary_dir) directories.push_back(&file);
    }
    if (directories.size() == count) return directories[nth];
    return directories.size() == 1 && named_in.size() >= count ? directories.front() : nullptr;
}

}  // namespace

TestFiles scan_test_files(const std::string& top, const std::string& configuration,
                          const std::function<std::optional<std::string>(const std::string&)>& read) {
    return Scanner(configuration, read).scan(top);
}

void complete_dirs(Inventory& inventory, const TestFiles& files, const std::string& source_top) {
    const auto top = absolute_path("/", source_top);
    std::unordered_map<std::string_view, Namesakes> namesakes;
    for (const auto& test : inventory.tests) ++namesakes[test.name].tests;
    for (auto& test : inventory.tests) {
        auto& [count, seen] = namesakes.at(test.name);
        const auto nth = seen++;
        const auto named = files.named_in.find(test.name);
        test.makes_resource_spec = test.makes_resource_spec || files.spec_makers.contains(test.name);
        if (named == files.named_in.end()) continue;
        const auto* file = file_of(files, named->second, nth, count);
        if (file == nullptr) continue;
        test.binary_dir = file->binary_dir;
        if (test.dir) continue;
        if (test.added_file.empty()) test.added_file = file->path;
        if (!file->source_dir.empty()) test.dir = directory_below(absolute_path("/", file->source_dir), top);
    }
}

void refuse_undecodable_names(const TestFiles& files, Diagnostics& diagnostics) {
    for (const auto& [name, positions] : files.named_in) {
        if (!first_invalid_utf8(name)) continue;
        diagnostics.error({}, "bad-test-name",
                          fmt::format("the name of test '{}' in '{}' is not UTF-8", printable(name),
                                      printable(files.files[positions.front()].path)),
                          "rename it, or save the file that adds it as UTF-8: ctest lists it under another name, so "
                          "that no guard would reach it");
    }
}

}  // namespace lockstep
