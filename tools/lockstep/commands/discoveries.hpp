// What lockstep_discover_tests() has written into a build tree: which tests are cases of which program, and the test
// files of programs whose cases run in batches.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "commands/workspace.hpp"
#include "inventory/inventory.hpp"
#include "schedule/schedule.hpp"

namespace lockstep {

/// Says of each test of the inventory which program it is a case of. A file that is missing or damaged says nothing:
/// its cases are tests like others then.
void attach_discoveries(const Workspace& workspace, Inventory& inventory);

/// Of a program with cases in batches: the script that adds the others.
struct RestOfDiscovery {
    std::size_t program = 0;  ///< position in Inventory::programs
    std::string script;
};
[[nodiscard]] std::vector<RestOfDiscovery> rest_of_discoveries(const Schedule& schedule);

}  // namespace lockstep
