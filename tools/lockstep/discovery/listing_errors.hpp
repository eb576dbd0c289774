// Private to the readers of listings: their error, with its place.
#pragma once

#include <algorithm>
#include <string>

#include "text/diagnostics.hpp"

namespace lockstep {

inline void report_bad_listing(const SourcePtr& source, std::size_t offset, std::string message,
                               Diagnostics& diagnostics) {
    const auto before = source->text().substr(0, offset);
    Place place;
    place.source = source;
    place.line = static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n') + 1);
    place.column = static_cast<std::uint32_t>(before.size() - (before.rfind('\n') + 1) + 1);  // npos + 1 is 0
    diagnostics.error(place, "bad-listing", std::move(message));
}

}  // namespace lockstep
