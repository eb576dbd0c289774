// A folder whose files are converted as they come, as print spoolers do.
#pragma once

#include <filesystem>

#include "src/settings.hpp"

namespace recast {

struct SpoolCounts {
    int converted = 0, rejected = 0;
};

/// Converts each file of `spool`/in to JSON lines in `spool`/out; what cannot be converted is moved to
/// `spool`/rejected. Names stay, but for the extension. One process at a time serves a spool folder.
SpoolCounts serve_spool(const std::filesystem::path& spool, const Settings& settings);

}  // namespace recast
