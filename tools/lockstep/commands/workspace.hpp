// A build tree that Lockstep is applied to: what lockstep_apply wrote there, where things are, and how to read them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/refusal.hpp"
#include "plan/plan.hpp"
#include "session/layout.hpp"
#include "text/diagnostics.hpp"

namespace lockstep {

struct Workspace {
    Layout layout;
    std::string source_dir;     ///< top of the source tree
    std::string plan_path;      ///< absolute
    std::string plan_name;      ///< as diagnostics show it: relative to the source tree where it lies in it
    std::string ctest;          ///< of this build tree's CMake
    std::string configuration;  ///< -C, "" without
    bool multi_config = false;
    std::string project_spec;              ///< CTEST_RESOURCE_SPEC_FILE as the project set it
    std::vector<std::string> markers;      ///< given to tests by CMake functions
    std::vector<std::string> discoveries;  ///< files of cases, absolute, that discovery writes; of this configuration
    bool applied = true;                   ///< lockstep_apply was called
};

struct WorkspaceRequest {
    std::string build_dir = ".";
    std::string plan;  ///< --plan; "": the one that lockstep_apply named
    std::string configuration;
};

/// Throws Refusal for a folder that is no build tree, or none that lockstep_apply was called in.
[[nodiscard]] Workspace open_workspace(const WorkspaceRequest& request);

/// The same for any build tree. Where lockstep_apply was not called, CMake's cache tells where things are, and the plan
/// is the one that lockstep_apply() would take.
[[nodiscard]] Workspace open_build_tree(const WorkspaceRequest& request);

/// Reads and checks the plan with LOCKSTEP_PROFILE and LOCKSTEP_SET.
[[nodiscard]] std::optional<Plan> load_plan(const std::string& path, const std::string& name, Diagnostics& diagnostics);

/// Source of a file, named as in `name`; none if it cannot be read.
[[nodiscard]] SourcePtr load_source(const std::string& path, const std::string& name);

}  // namespace lockstep
