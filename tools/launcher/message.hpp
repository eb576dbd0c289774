// What the launcher itself says, on stderr. The words "error" and "failed" are left to programs: CTest's
// FAIL_REGULAR_EXPRESSION of a test reads these lines too.
#pragma once

#include <string>

namespace lockstep::launcher {

/// "lockstep-exec: TEXT", a line, in one write.
void note(const std::string& text);
/// All of it, to an open file; false if that cannot be done (nobody reads it any more).
bool write_all(int file, const char* data, std::size_t size);
/// "1.5 s"
[[nodiscard]] std::string seconds_text(double seconds);
/// "exit status 3", "signal 11 (Segmentation fault)": of a status as waitpid(2) gives it.
[[nodiscard]] std::string status_text(int status);

}  // namespace lockstep::launcher
