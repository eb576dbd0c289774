// A project's CTest labels, sorted by what a plan can make of them.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "inventory/inventory.hpp"
#include "plan/plan.hpp"

namespace lockstep {

struct UsedLabel {
    std::string name;
    std::size_t tests = 0;
};

/// Each label once. Those of many tests come first, of equally many in the order of their names.
struct UsedLabels {
    std::vector<UsedLabel> markers;   ///< can name a marker
    std::vector<UsedLabel> others;    ///< cannot, but an expression can ask for them
    std::vector<UsedLabel> phases;    ///< "phase:core" and the like put tests into a phase; in the order of the tests
    std::vector<UsedLabel> left_out;  ///< could name markers too: too many to be of use
    [[nodiscard]] bool contain(std::string_view name) const;
};

/// A plan with more markers than `most_markers` is of no use to a reader, and each costs a look at every test. Labels
/// that Lockstep itself gives a meaning to, and those that CMake calls MARKERS, are never left out.
[[nodiscard]] UsedLabels used_labels(const Inventory& inventory, std::size_t most_markers = 200);

/// serial, exclusive, parallel_safe: what a plan that does not mention them makes of these labels. Null for others.
[[nodiscard]] const Marker* predeclared_marker(std::string_view name);

/// A marker name, made of `text`, that is no label (it becomes one of its tests), none of `taken`, and not predeclared.
[[nodiscard]] std::string free_marker_name(std::string_view text, const UsedLabels& labels,
                                           const std::set<std::string>& taken = {});

}  // namespace lockstep
