// One run after another in a build tree.
#pragma once

#include <string>

#include "os/files.hpp"
#include "session/session.hpp"

namespace lockstep {

/// Waits until no other session writes into the log of `self`, and, if it is to run `alone` (sessions = "wait"), until
/// nobody holds the build tree; `self` then does. Says on standard error whom it waits for, and when that
/// one is stopped. Where waiting would never end, because whoever holds it waits for `self` by way of other build
/// trees, `self` goes on beside it. Call without the registry's lock.
void wait_for_turn(const Layout& layout, Session& self, bool alone);

/// The registry's lock. Says whom it waits for where that takes long: whoever has it may be stopped (Ctrl-Z).
[[nodiscard]] os::FileLock lock_registry(const Layout& layout);
/// For os::FileLock's `waits`.
[[nodiscard]] std::string waiting_for_lock(const std::string& path, int holder);

}  // namespace lockstep
