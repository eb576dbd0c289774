// LOCKSTEP_LOG=debug: what was decided, and why. Lines go to standard error, and, once a session is known, into that
// session's debug.log, where `enter`, checkpoints and the end of a run meet. Nobody waits for it and nothing depends on
// it: what cannot be written is lost, and without the switch no line is even put together.
#pragma once

#include <string>

namespace lockstep {

/// LOCKSTEP_LOG is "debug".
[[nodiscard]] bool debugging();

/// From now on lines are added to `file`, and what was said before is; each begins with the moment and `speaker`.
/// Standard error goes on to have them if `aloud`: in a test, it would be in the way of what the test has to say.
void debug_into(const std::string& file, const std::string& speaker, bool aloud);

/// For debug() alone.
void write_debug_line(const std::string& line);

/// `make` returns the line. It is called only with the switch on, so it may cost.
template <typename Make>
void debug(const Make& make) {
    if (debugging()) write_debug_line(make());
}

}  // namespace lockstep
