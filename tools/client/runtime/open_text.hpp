// Private to runtime: how an OpenText is written in one field of the launch table.
#pragma once

#include <string>
#include <string_view>

#include "runtime/launch_table.hpp"

namespace lockstep::runtime {

/// Text as it is, with $$ for a dollar, and ${temp_dir}, ${session}, ${worker}, ${worker_dir}, ${port:0:http}: of the
/// first service the port http, in whose name $ and } follow a $.
[[nodiscard]] std::string open_text_field(const OpenText& text);
/// Throws FlatError for what open_text_field does not write.
[[nodiscard]] OpenText open_text_of(std::string_view field);

}  // namespace lockstep::runtime
