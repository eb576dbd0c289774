// Warnings of values that do nothing for some tests. Private to the room.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "text/diagnostics.hpp"

namespace lockstep {

/// A value of the plan that a test's own value makes ineffective: one warning a line of the plan, not one a test.
class NoEffect {
public:
    void add(const std::string& what, const Place& place, const std::string& test, const std::string& reason) {
        auto& entry = entries_[{place.line, place.column, what, reason}];
        if (entry.count++ == 0) {
            entry.place = place;
            entry.first = test;
        }
    }
    void report(Diagnostics& diagnostics) const {
        for (const auto& [key, entry] : entries_) {
            diagnostics.warning(
                entry.place, "no-effect",
                fmt::format("{} has no effect on {}: {}", std::get<2>(key),
                            entry.count == 1 ? fmt::format("test '{}'", entry.first)
                                             : fmt::format("{} tests ('{}' first)", entry.count, entry.first),
                            std::get<3>(key)));
        }
    }

private:
    struct Entry {
        Place place;
        std::string first;
        std::size_t count = 0;
    };
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::string, std::string>, Entry> entries_;
};

}  // namespace lockstep
