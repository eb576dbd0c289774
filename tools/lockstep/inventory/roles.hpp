// What a test's name and command tell of the part it plays.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "inventory/inventory.hpp"

namespace lockstep {

/// Names of the form that tests have which Lockstep adds. A project may have such names too: what is Lockstep's also
/// has its label.
[[nodiscard]] bool is_generated_name(std::string_view name);

/// The test that discovery leaves in place of a program's cases until the program is built: `<target>_NOT_BUILT`, with
/// a hash behind it (`-b12d07c`) that of Catch2 and doctest; its command is its own name, which ctest does not find.
/// `<target>.NOT_BUILT` and `<target>.NOT_LISTED` are those of lockstep_discover_tests(), which run and say why.
[[nodiscard]] bool stands_in_for_unbuilt(const InventoryTest& test);

/// Names of such tests.
[[nodiscard]] std::vector<std::string> stand_ins_for_unbuilt(const Inventory& inventory);

}  // namespace lockstep
