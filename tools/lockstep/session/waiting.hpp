// Who waits for whom, over all build trees: tests may start ctest in other build trees, whose tests start ctest in this
// one. Values in, values out.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "session/session.hpp"

namespace lockstep {

/// LOCKSTEP_SESSIONS: the sessions that a test runs in, a line each. Unlike ancestors, which a daemon loses, and unlike
/// LOCKSTEP_SESSION, which names the innermost alone, it tells all of them.
[[nodiscard]] std::string sessions_text(const std::vector<SessionName>& sessions);
[[nodiscard]] std::vector<SessionName> sessions_from_text(const std::string& text);

/// Those that `ctest` was started in, outermost first: what its environment says, or that of the nearest ancestor that
/// says anything (a test may start ctest with an empty environment). Earlier sessions of that ctest itself are left
/// out.
[[nodiscard]] std::vector<SessionName> sessions_around(const os::ProcessId& ctest,
                                                       const std::optional<std::string>& environment);

/// Sessions of another build tree whose ctest lives.
using SessionsOf = std::function<std::vector<Session>(const std::string& state)>;

/// Whether `self`, which is in build tree `state` and waits for `holder`, has to go on beside it: `holder` waits, by
/// way of others, for `self`. Of several that wait for each other in a circle only the one that was opened last has to.
[[nodiscard]] bool waits_for_itself(const std::string& state, const Session& self, const Session& holder,
                                    const SessionsOf& sessions_of);

}  // namespace lockstep
