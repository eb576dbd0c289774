#include "inventory/roles.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace lockstep {

bool is_generated_name(std::string_view name) {
    constexpr std::array<std::string_view, 4> prefixes{"checkpoint.", "barrier.", "order.", "cleanup."};
    if (name.starts_with("service.")) return name.ends_with(".start") || name.ends_with(".stop");
    return name == "lockstep.end" || std::ranges::any_of(prefixes, [&](auto p) { return name.starts_with(p); });
}

namespace {

/// Those of lockstep_discover_tests() say why they are there: their command is `lockstep discover` with this option.
bool stands_in_and_says_why(const InventoryTest& test) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 2> marks{
        {{".NOT_BUILT", "--not-built"}, {".NOT_LISTED", "--not-listed"}}};
    return std::ranges::any_of(marks, [&](const auto& mark) {
        if (!test.name.ends_with(mark.first)) return false;
        // No command: where the program `lockstep` itself is not built yet.
        return test.command.empty() ||
               (test.command.size() > 2 && test.command[1] == "discover" && test.command[2] == mark.second);
    });
}

}  // namespace

bool stands_in_for_unbuilt(const InventoryTest& test) {
    if (stands_in_and_says_why(test)) return true;
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
