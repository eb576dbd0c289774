// What a project's own CMake properties guard already, in words.
#pragma once

#include <string>
#include <vector>

#include "inventory/inventory.hpp"

namespace lockstep {

/// Lines for a person, without a comment's '#': RUN_SERIAL, RESOURCE_LOCK, DEPENDS, fixtures, RESOURCE_GROUPS and
/// PROCESSORS, each with its tests. Long lists are cut short with their number. Empty: the project uses none of them.
[[nodiscard]] std::vector<std::string> describe_own_guards(const Inventory& inventory);

}  // namespace lockstep
