// What `check`, `list`, `explain` and `graph` look at: a plan, and tests from a build tree or from a file.
#pragma once

#include <memory>
#include <optional>

#include "commands/commands.hpp"
#include "commands/resolution.hpp"

namespace lockstep {

struct Inputs {
    std::optional<Plan> plan;
    std::optional<Inventory> inventory;  ///< none: only a plan was named (`check --plan F` outside a build tree)
    RunFacts facts;
    std::string temp_root;  ///< where a session's temp directories are; "": there is no build tree
};

/// What `ctest --show-only=json-v1` wrote into a file. Throws Refusal where there is none.
[[nodiscard]] std::optional<Inventory> read_inventory_file(const std::string& path, Diagnostics& diagnostics);

/// Reads both. Errors are reported; whatever could be read is there. Throws Refusal where there is nothing to look at.
[[nodiscard]] Inputs read_inputs(const CommonOptions& options, bool plan_alone_is_enough, Diagnostics& diagnostics);

}  // namespace lockstep
