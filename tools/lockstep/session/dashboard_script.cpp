#include "session/dashboard_script.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include "inventory/cmake_lexer.hpp"
#include "inventory/paths.hpp"

namespace lockstep {
namespace {

/// PATH_MAX: a name that repeats ${CMAKE_CURRENT_LIST_DIR} would grow with each file it leads to.
constexpr std::size_t longest_path = 4096;

bool gives_spec(const CMakeCommand& command) {
    if (command.name == "unset") return false;
    return std::ranges::any_of(command.arguments, [](const CMakeArgument& argument) {
        return argument.text == "RESOURCE_SPEC_FILE" || argument.text == "CTEST_RESOURCE_SPEC_FILE";
    });
}

}  // namespace

bool names_resource_spec(const std::string& path,
                         const std::function<std::optional<std::string>(const std::string&)>& read) {
    const std::string script_directory(directory_of(path));
    std::set<std::string> seen{path};
    std::vector<std::string> waiting{path};
    while (!waiting.empty()) {
        const auto file = std::move(waiting.back());
        waiting.pop_back();
        const auto text = read(file);
        if (!text) continue;
        const CMakeVariables variables = [&](std::string_view name) -> std::optional<std::string> {
            if (name == "CTEST_SCRIPT_DIRECTORY") return script_directory;
            if (name == "CMAKE_CURRENT_LIST_DIR") return std::string(directory_of(file));
            return std::nullopt;
        };
        CMakeLexer lexer(*text);
        for (CMakeCommand command; lexer.next(command);) {
            if (gives_spec(command)) return true;
            if (command.name != "include" || command.arguments.empty()) continue;
            const auto name = evaluate(command.arguments.front(), variables);
            if (!name) continue;
            auto other = absolute_path(script_directory, *name);
            if (other.size() < longest_path && seen.insert(other).second) waiting.push_back(std::move(other));
        }
    }
    return false;
}

}  // namespace lockstep
