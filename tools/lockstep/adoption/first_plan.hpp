// A first lockstep.toml for a project that has none: what its tests show, and nothing that changes when or how one of
// them runs. Values in, text out; where the text is written is the caller's matter.
#pragma once

#include <string>
#include <vector>

#include "inventory/inventory.hpp"

namespace lockstep {

struct FirstPlan {
    std::string text;                  ///< TOML; the same inventory gives the same bytes
    std::vector<std::string> markers;  ///< the labels that became markers, in the order written
    /// Tests that stand for a program that is not built: which tests it holds, and their labels, is not known yet.
    std::vector<std::string> not_built;
};

/// Lines that are put into effect by taking away their '#' are those that begin with '#' and no blank. Blocks of them
/// that name tests are tried on the inventory first, each on top of the plan: what it would warn of is not suggested.
/// Whether the plan itself fits the tests is left to resolve(): a project can have tests that no plan fits.
[[nodiscard]] FirstPlan first_plan(const Inventory& inventory);

}  // namespace lockstep
