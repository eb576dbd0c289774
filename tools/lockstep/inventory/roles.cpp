#include "inventory/roles.hpp"

#include <algorithm>
#include <array>

namespace lockstep {

bool is_generated_name(std::string_view name) {
    constexpr std::array<std::string_view, 4> prefixes{"checkpoint.", "barrier.", "order.", "cleanup."};
    if (name.starts_with("service.")) return name.ends_with(".start") || name.ends_with(".stop");
    return name == "lockstep.end" || std::ranges::any_of(prefixes, [&](auto p) { return name.starts_with(p); });
}

bool stands_in_for_unbuilt(const InventoryTest& test) {
    constexpr std::string_view mark = "_NOT_BUILT";
    const auto at = test.name.rfind(mark);
    if (at == std::string::npos || !test.command.empty()) return false;
    const auto rest = std::string_view(test.name).substr(at + mark.size());
    return rest.empty() || (rest.size() > 1 && rest.front() == '-' &&
                            rest.find_first_not_of("0123456789abcdef", 1) == std::string_view::npos);
}

std::vector<std::string> stand_ins_for_unbuilt(const Inventory& inventory) {
    std::vector<std::string> names;
    for (const auto& test : inventory.tests) {
        if (stands_in_for_unbuilt(test)) names.push_back(test.name);
    }
    return names;
}

}  // namespace lockstep
