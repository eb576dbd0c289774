// A test as expressions ask for it.
#pragma once

#include "inventory/inventory.hpp"
#include "testset/testset.hpp"

namespace lockstep {

/// All that `test` itself tells; it must outlive the value. What the plan decides (markers, phase) is left to the
/// caller.
[[nodiscard]] TestSubject subject_of(const InventoryTest& test);

}  // namespace lockstep
