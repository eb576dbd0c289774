// Services: programs that tests talk to, started before the first test that needs them and stopped after the last. What
// is known of one lies in the session's folder (services/<name>, runtime/service_facts.hpp), so that tests find its
// ports and whoever settles the session finds what is still running.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "os/processes.hpp"
#include "runtime/launch_table.hpp"
#include "runtime/service_facts.hpp"
#include "runtime/session_facts.hpp"

namespace lockstep {

/// In the environment of a service and of what it starts: its name.
inline constexpr const char* service_variable = "LOCKSTEP_SERVICE";

using Say = std::function<void(const std::string&)>;

enum class StartResult {
    up,           ///< it answers; of one that somebody else runs: it is there
    unavailable,  ///< it does not, and its tests are to be skipped
    failed,       ///< it does not, and that is a failure
};

/// Starts `table.services[position]`, waits until it is ready, and notes it in the session's folder. One that is up
/// already stays as it is. Reports ports and, where it does not come up, why, with the last lines of its log.
/// `temp_dir`: of the test that starts it.
[[nodiscard]] StartResult start_service(const runtime::SessionFacts& session, const runtime::LaunchTable& table,
                                        std::size_t position, const std::string& temp_dir, const Say& say);

/// Ends it with all that it has started: TERM, after 5 s KILL. Returns false, and says so, where something was left
/// that could not be ended; one that is not running is no failure.
bool stop_service(const runtime::SessionFacts& session, const std::string& name, const Say& say);

/// Processes of services of that session that run, found by their environment and, where they have changed that, by the
/// process group of a service that is noted.
[[nodiscard]] std::vector<os::ProcessId> service_processes(const std::string& session_folder,
                                                           const std::string& session_id);
/// Ends them, and what those start while they are being ended: TERM, after 5 s KILL. `found` hears of each.
void end_services(const std::string& session_folder, const std::string& session_id,
                  const std::function<void(const os::ProcessId&)>& found);

/// What is noted of a service in the file `path`; none where that is not there or damaged.
[[nodiscard]] std::optional<runtime::ServiceFacts> read_service_facts(const std::string& path);

/// Where its output goes; kept until the same session number starts it again.
[[nodiscard]] std::string service_log(const std::string& state, int session_number, const std::string& name);

}  // namespace lockstep
