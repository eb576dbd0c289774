// CTest's test properties: which member of InventoryTest each one fills, and what type of value CTest writes for it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "inventory/inventory.hpp"
#include "inventory/json_value.hpp"

namespace lockstep {

/// Puts `value`, which it may empty, into `test`. Properties that nothing here asks for are passed over. What is wrong
/// with the value otherwise, such as "is a string, CTest writes a number".
[[nodiscard]] std::optional<std::string> set_property(InventoryTest& test, std::string_view name, JsonValue& value);

}  // namespace lockstep
