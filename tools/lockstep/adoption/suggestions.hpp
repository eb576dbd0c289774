// Blocks of a plan that somebody may put into effect, about tests that are there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adoption/labels.hpp"
#include "inventory/inventory.hpp"

namespace lockstep {

struct Suggestion {
    std::string remark;              ///< what it is for
    std::vector<std::string> lines;  ///< TOML
};

/// A first phase, a marker with a lock, a pool, a directory of its own. `plan` is what they would be added to: each is
/// resolved on top of it, and left out if that is refused or warns of more than the plan alone.
[[nodiscard]] std::vector<Suggestion> suggest_guards(const Inventory& inventory, const UsedLabels& labels,
                                                     std::string_view plan);

/// "label(=unit)": an expression. Not for a text that is empty or holds a NUL.
[[nodiscard]] std::string exactly(std::string_view predicate, std::string_view text);

}  // namespace lockstep
