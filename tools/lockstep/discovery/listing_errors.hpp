// Private to the readers of listings: their error, with its place.
#pragma once

#include <string>
#include <utility>

#include "text/diagnostics.hpp"

namespace lockstep {

inline void report_bad_listing(const SourcePtr& source, std::size_t offset, std::string message,
                               Diagnostics& diagnostics) {
    diagnostics.error(place_in(source, offset), "bad-listing", std::move(message));
}

}  // namespace lockstep
