#include "commands/workspace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "os/files.hpp"
#include "os/machine.hpp"
#include "text/quote.hpp"

namespace lockstep {
namespace {

/// Of project.json, and of all that the CMake files in a build tree and this program agree on.
constexpr int project_file_version = 1;

std::string name_of_plan(const std::string& path, const std::string& source_dir) {
    return path.starts_with(source_dir + "/") ? path.substr(source_dir.size() + 1) : path;
}

std::string project_file(const std::string& build) {
    return build + "/lockstep/project.json";
}

std::string cache_file(const std::string& build) {
    return build + "/CMakeCache.txt";
}

constexpr std::size_t proposed_at_most = 3;

/// Adds folders in `folder` that are build trees; `depth` 1: also those within `build*` and `out`, as presets have
/// them.
void find_build_trees(const std::filesystem::path& folder, int depth, std::vector<std::string>& found) {
    namespace fs = std::filesystem;
    std::error_code unreadable;
    std::vector<fs::path> folders;
    for (fs::directory_iterator entry(folder, unreadable), end; !unreadable && entry != end;
         entry.increment(unreadable)) {
        if (std::error_code unknown; entry->is_directory(unknown)) folders.push_back(entry->path());
    }
    std::ranges::sort(folders);
    for (const auto& path : folders) {
        const auto name = path.filename().string();
        if (os::exists(cache_file(path.string()))) {
            found.push_back(path.string());
        } else if (depth > 0 && (name.starts_with("build") || name == "out")) {
            find_build_trees(path, depth - 1, found);
        }
    }
}

[[noreturn]] void refuse_folder(const std::string& build) {
    std::vector<std::string> found;
    find_build_trees(build, 1, found);
    std::string proposed;
    for (std::size_t i = 0; i < std::min(found.size(), proposed_at_most); ++i) {
        const auto path = std::filesystem::path(found[i]).lexically_proximate(std::filesystem::current_path());
        proposed += (i == 0 ? " (such as " : ", ") + shell_word(path.string());
    }
    if (!found.empty()) proposed += ")";
    throw Refusal(
        fmt::format("'{}' is not a CMake build tree: name one with --build-dir{}, or a list of tests with --inventory",
                    build, proposed));
}

/// The value of the line "NAME:TYPE=value"; "" where there is none.
std::string cache_entry(std::string_view cache, std::string_view name) {
    for (std::size_t begin = 0; begin < cache.size();) {
        const auto end = std::min(cache.find('\n', begin), cache.size());
        const auto line = cache.substr(begin, end - begin);
        begin = end + 1;
        if (line.size() <= name.size() || !line.starts_with(name) || line[name.size()] != ':') continue;
        const auto equals = line.find('=');
        if (equals != std::string_view::npos) return std::string(line.substr(equals + 1));
    }
    return {};
}

/// As CMake spells it, also where the caller came through a symbolic link: one build tree has one name, or what one
/// spelling keeps would be taken for stale by the other.
std::string build_folder(const WorkspaceRequest& request) {
    namespace fs = std::filesystem;
    auto build = fs::absolute(request.build_dir).lexically_normal().string();
    while (build.size() > 1 && build.ends_with('/')) build.pop_back();
    if (!os::exists(build)) throw Refusal(fmt::format("there is no folder '{}'", request.build_dir));
    std::error_code unknown;
    if (fs::canonical(build, unknown) == build) return build;
    const auto known = cache_entry(os::read_file(cache_file(build)).value_or(""), "CMAKE_CACHEFILE_DIR");
    return !known.empty() && fs::equivalent(known, build, unknown) ? known : build;
}

}  // namespace

SourcePtr load_source(const std::string& path, const std::string& name) {
    auto text = os::read_file(path);
    if (!text) return nullptr;
    return std::make_shared<const Source>(name, std::move(*text));
}

Workspace open_workspace(const WorkspaceRequest& request) {
    namespace fs = std::filesystem;
    Workspace workspace;
    const auto build = build_folder(request);
    const auto text = os::read_file(project_file(build));
    if (!text) {
        if (!os::exists(cache_file(build))) refuse_folder(build);
        throw Refusal(fmt::format(
            "'{}' is a build tree without Lockstep: call lockstep_apply() last in the top CMakeLists.txt and configure "
            "again",
            build));
    }
    const auto project = nlohmann::json::parse(*text, nullptr, false);
    const auto field = [&](const char* name) {
        const auto found = project.find(name);
        return found != project.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    const auto format = project.is_object() ? project.find("version") : project.end();
    const bool numbered = format != project.end() && format->is_number_integer();
    if (numbered && *format != project_file_version) {
        throw Refusal(fmt::format(
            "'{}' was configured by the package of another version than this program, which is Lockstep {}: configure "
            "again with the package of this program, or name that package's program with LOCKSTEP_EXECUTABLE",
            build, LOCKSTEP_VERSION));
    }
    if (!numbered || field("source_dir").empty())
        throw Refusal(fmt::format("'{}/lockstep/project.json' is damaged: configure again", build));
    workspace.layout.build_dir = build;
    workspace.source_dir = field("source_dir");
    workspace.ctest = field("ctest");
    workspace.project_spec = field("resource_spec");
    const auto texts = [&](const char* name) {
        std::vector<std::string> values;
        if (const auto found = project.find(name); found != project.end() && found->is_array()) {
            for (const auto& value : *found) {
                if (value.is_string()) values.push_back(value.get<std::string>());
            }
        }
        return values;
    };
    workspace.markers = texts("markers");
    workspace.multi_config = project.value("multi_config", false);
    workspace.configuration = request.configuration;
    if (workspace.multi_config && workspace.configuration.empty())
        workspace.configuration = field("default_configuration");
    workspace.discoveries = texts("discoveries");
    if (workspace.multi_config) {
        std::erase_if(workspace.discoveries,
                      [&](const auto& path) { return !path.ends_with("-" + workspace.configuration + ".json"); });
    }
    workspace.layout.state = build + "/lockstep";
    if (workspace.multi_config && !workspace.configuration.empty())
        workspace.layout.state += "/" + workspace.configuration;
    workspace.plan_path = request.plan.empty() ? field("plan") : fs::absolute(request.plan).lexically_normal().string();
    workspace.plan_name = name_of_plan(workspace.plan_path, workspace.source_dir);
    return workspace;
}

Workspace open_build_tree(const WorkspaceRequest& request) {
    const auto build = build_folder(request);
    if (os::exists(project_file(build))) return open_workspace(request);
    const auto cache = os::read_file(cache_file(build));
    if (!cache) refuse_folder(build);
    Workspace workspace;
    workspace.applied = false;
    workspace.source_dir = cache_entry(*cache, "CMAKE_HOME_DIRECTORY");
    workspace.ctest = cache_entry(*cache, "CMAKE_CTEST_COMMAND");
    if (workspace.source_dir.empty() || workspace.ctest.empty())
        throw Refusal(fmt::format("'{}' was not written to its end: configure the project again", cache_file(build)));
    const auto configurations = cache_entry(*cache, "CMAKE_CONFIGURATION_TYPES");
    workspace.multi_config = !configurations.empty();
    workspace.configuration = request.configuration;
    if (workspace.multi_config && workspace.configuration.empty())
        workspace.configuration = configurations.substr(0, configurations.find(';'));
    workspace.layout = {build, build + "/lockstep"};
    workspace.plan_path = request.plan.empty() ? workspace.source_dir + "/lockstep.toml"
                                               : std::filesystem::absolute(request.plan).lexically_normal().string();
    workspace.plan_name = name_of_plan(workspace.plan_path, workspace.source_dir);
    return workspace;
}

std::optional<Plan> load_plan(const std::string& path, const std::string& name, Diagnostics& diagnostics) {
    const auto source = load_source(path, name);
    if (!source) {
        diagnostics.error({}, "missing-plan", fmt::format("there is no plan file '{}'", path),
                          "`lockstep init` writes a first one that changes nothing; one elsewhere is named by "
                          "lockstep_apply(PLAN FILE)");
        return std::nullopt;
    }
    PlanOptions options;
    if (auto profile = os::environment("LOCKSTEP_PROFILE"); profile && !profile->empty())
        options.profile = std::move(*profile);
    if (auto set = os::environment("LOCKSTEP_SET"); set && !set->empty()) options.overrides = std::move(*set);
    auto plan = read_plan(source, options, diagnostics);
    return diagnostics.has_errors() ? std::nullopt : std::move(plan);
}

}  // namespace lockstep
