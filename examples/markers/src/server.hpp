// The converter behind a port.
#pragma once

#include "src/settings.hpp"

namespace recast {

/// Listens on that port of 127.0.0.1 and serves one connection after the other until the process ends. A client sends a
/// line "FROM TO", the document, and nothing more (shutdown); the answer is a line "ok" and the converted document, or
/// a line "error: …". Throws std::system_error where it cannot listen.
[[noreturn]] void serve(int port, const Settings& settings);

}  // namespace recast
