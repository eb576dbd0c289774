// What a session that did not come to its end leaves goes where it belongs: verdicts into the history, failed tests'
// directories to kept/, clean-ups to what is owed. The next session's `enter` does it, or `lockstep cleanup`.
#pragma once

#include <functional>
#include <string>

#include "commands/output.hpp"
#include "session/session.hpp"

namespace lockstep {

/// Removes what killed processes of ours left half made.
void sweep(const Layout& layout);

/// Settles one that is over: its orphans, its verdicts, what it owes, directories to keep. Its folder goes, unless
/// processes of it are left. Call under the registry's lock.
void settle_session(const Layout& layout, Session session, const Report& report);

/// Settles each session that `left_over` picks, once, and sweeps. To end what one left may end a ctest that a test of
/// it had started, so that others are over then: all are looked at again. Call under the registry's lock.
void settle_each(const Layout& layout, const std::function<bool(const Session&)>& left_over, const Report& report,
                 const std::function<void(const Session&)>& settled = {});

/// Who runs a session that lives here: "ctest 123", or "`lockstep cleanup`, process 123".
[[nodiscard]] std::string runner_of(const Session& session);

/// That whether a session of elsewhere lives cannot be told, and what to do.
[[nodiscard]] std::string foreign_session(const Layout& layout, const Session& session);

/// Settles all sessions that are over: call under the registry's lock, holding the build tree. Sessions whose processes
/// still live keep their number. `self` is left alone.
void settle_dead_sessions(const Layout& layout, const Session& self, const Report& report);

/// The cheap part, before a number is taken: folders of sessions that were settled and whose processes are gone.
void release_settled_sessions(const Layout& layout, const os::ProcessId& ctest, const Report& report);

}  // namespace lockstep
