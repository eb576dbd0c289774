#include "commands/workspace.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "os/files.hpp"
#include "os/machine.hpp"

namespace lockstep {
namespace {

std::string name_of_plan(const std::string& path, const std::string& source_dir) {
    return path.starts_with(source_dir + "/") ? path.substr(source_dir.size() + 1) : path;
}

void refuse_later_switches(Diagnostics& diagnostics) {
    for (const auto* name : {"LOCKSTEP_LIMITS", "LOCKSTEP_GRANULARITY", "LOCKSTEP_SHARD"}) {
        const auto value = os::environment(name);
        if (!value || value->empty()) continue;
        diagnostics.error({}, "not-in-effect-yet",
                          fmt::format("{}={} is not in effect in this version of Lockstep", name, *value),
                          fmt::format("unset {}", name));
    }
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
    auto build = fs::absolute(request.build_dir).lexically_normal().string();
    while (build.size() > 1 && build.ends_with('/')) build.pop_back();
    if (!os::exists(build)) throw Refusal(fmt::format("there is no folder '{}'", request.build_dir));
    const auto text = os::read_file(build + "/lockstep/project.json");
    if (!text) {
        throw Refusal(
            os::exists(build + "/CMakeCache.txt")
                ? fmt::format("'{}' is a build tree without Lockstep: call lockstep_apply() last in the top "
                              "CMakeLists.txt and configure again",
                              build)
                : fmt::format(
                      "'{}' is not a CMake build tree: name one with --build-dir, or a list of tests with --inventory",
                      build));
    }
    const auto project = nlohmann::json::parse(*text, nullptr, false);
    const auto field = [&](const char* name) {
        const auto found = project.find(name);
        return found != project.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    if (!project.is_object() || project.value("version", 0) != 1 || field("source_dir").empty()) {
        throw Refusal(fmt::format(
            "'{}/lockstep/project.json' is damaged or of another version of Lockstep: configure again", build));
    }
    workspace.layout.build_dir = build;
    workspace.source_dir = field("source_dir");
    workspace.ctest = field("ctest");
    workspace.project_spec = field("resource_spec");
    workspace.multi_config = project.value("multi_config", false);
    workspace.configuration = request.configuration;
    if (workspace.multi_config && workspace.configuration.empty())
        workspace.configuration = field("default_configuration");
    workspace.layout.state = build + "/lockstep";
    if (workspace.multi_config && !workspace.configuration.empty())
        workspace.layout.state += "/" + workspace.configuration;
    workspace.plan_path = request.plan.empty() ? field("plan") : fs::absolute(request.plan).lexically_normal().string();
    workspace.plan_name = name_of_plan(workspace.plan_path, workspace.source_dir);
    return workspace;
}

std::optional<Plan> load_plan(const std::string& path, const std::string& name, Diagnostics& diagnostics) {
    refuse_later_switches(diagnostics);
    const auto source = load_source(path, name);
    if (!source) {
        diagnostics.error(
            {}, "missing-plan", fmt::format("there is no plan file '{}'", path),
            "write one (a line 'version = 1' is enough to begin with), or name it: lockstep_apply(PLAN FILE)");
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
