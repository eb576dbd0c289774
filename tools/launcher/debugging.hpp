// A test that `lockstep debug` runs: on that command's terminal or pipes, with a debugger in front of it.
#pragma once

#include <string>

#include "launcher/context.hpp"

namespace lockstep::launcher {

/// Where LOCKSTEP_DEBUG_FILE asks for this test: makes the standard streams of the process that asks our own, and puts
/// its words before the program. Returns the file that the exit status belongs into; "" where nobody asks. Throws
/// std::runtime_error for a file that cannot be read.
[[nodiscard]] std::string take_debug_request(Options& options);

/// 128 + signal where one ended it, as a shell says it.
void answer_debug_request(const std::string& status_file, int status, int signal);

}  // namespace lockstep::launcher
