#include "launcher/batch_minimise.hpp"

#include <algorithm>
#include <utility>

namespace lockstep::launcher {
namespace {

using Set = std::vector<std::size_t>;

/// Part `number` of `parts` of about equal size, or all but it.
Set part_of(const Set& set, std::size_t number, std::size_t parts, bool but_it) {
    const auto begin = set.begin() + static_cast<std::ptrdiff_t>(set.size() * number / parts);
    const auto end = set.begin() + static_cast<std::ptrdiff_t>(set.size() * (number + 1) / parts);
    if (!but_it) return {begin, end};
    Set rest(set.begin(), begin);
    rest.insert(rest.end(), end, set.end());
    return rest;
}

}  // namespace

Set minimised(Set set, const std::function<bool(const Set&)>& fails, const std::function<bool()>& may_go_on) {
    std::size_t parts = 2;
    while (set.size() > 1) {
        parts = std::min(parts, set.size());
        bool smaller = false;
        for (const bool but_it : {false, true}) {
            // Of two parts each is the other's rest.
            if (but_it && parts == 2) break;
            for (std::size_t number = 0; number < parts && !smaller; ++number) {
                if (!may_go_on()) return set;
                auto part = part_of(set, number, parts, but_it);
                if (!fails(part)) continue;
                set = std::move(part);
                parts = but_it ? std::max<std::size_t>(parts - 1, 2) : 2;
                smaller = true;
            }
            if (smaller) break;
        }
        if (smaller) continue;
        if (parts == set.size()) break;
        parts *= 2;
    }
    return set;
}

}  // namespace lockstep::launcher
