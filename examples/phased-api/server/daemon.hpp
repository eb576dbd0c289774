// The server as a background process: started, replaced and stopped by separate commands that find each other through
// a state directory. It holds
//
//   store.sqlite   the records
//   address        "127.0.0.1:PORT" while a server answers there
//   process        "PID START" of that server, START as in /proc/PID/stat
//   log            what the server printed
#pragma once

#include <filesystem>
#include <functional>

namespace phased_api {

/// What a server does until it is told to end. Calls `ready` once it can be reached at that port.
using Serve = std::function<void(const std::function<void(int port)>& ready)>;

/// Serves in this process, until SIGTERM or SIGINT ends `serve` (which is up to `serve`).
void run_here(const std::filesystem::path& state, const Serve& serve);

/// Ends a server that an earlier, killed run left behind, starts one that outlives the caller, and returns when it can
/// be reached. Throws std::runtime_error, with what the server printed, if that takes longer than ten seconds.
void start_daemon(const std::filesystem::path& state, const Serve& serve);

/// Ends the server of this directory; false if there is none. Never signals a process that is not that server.
bool stop_daemon(const std::filesystem::path& state);

}  // namespace phased_api
