// Diagnostics as text for people and as JSON for machines.
#pragma once

#include <string>

#include "text/diagnostics.hpp"

namespace lockstep {

struct RenderOptions {
    bool colour = false;
    /// At most this many diagnostics; the rest is counted in a last line.
    std::size_t limit = 20;
};

/// Sorted by place (source name, line, column; those without a place first), equal ones once. Carets count display
/// columns: tabs are kept as tabs below, wide characters take two columns.
[[nodiscard]] std::string render_text(const Diagnostics& diagnostics, const RenderOptions& options = {});

/// {"diagnostics": [{"severity","code","message","file","line","column","length","notes":[…],"help"}…]}, same order,
/// never cut. Ends in a newline.
[[nodiscard]] std::string render_json(const Diagnostics& diagnostics);

}  // namespace lockstep
