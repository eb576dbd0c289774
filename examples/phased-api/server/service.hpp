// The HTTP interface: records, health, metrics. Bodies are plain text.
//
//   GET    /health                     200 when the store answers
//   GET    /metrics                    one "name value" a line
//   GET    /records?prefix=P           the keys that begin with P, one a line, sorted
//   DELETE /records?prefix=P           drops them, answers how many
//   POST   /records/KEY                creates: 201, or 409 if it exists
//   GET    /records/KEY                200 with the value and its revision as ETag, or 404
//   PUT    /records/KEY                updates: 200, 404, or 412 if If-Match names an older revision
//   DELETE /records/KEY                204 or 404
//   PUT    /scopes/NAME                opens a scope: somebody looks after the records below NAME/
//   DELETE /scopes/NAME                closes it
//   GET    /orphans                    the records whose scope is not open, one a line
//   PUT    /property-iterations/TEST   how many iterations that test did
//
// Scopes that open and close are noted on standard output, with the time in milliseconds since the start.
//
// A key is SCOPE/REST of letters, digits and "._-/"; anything else is 400. A connection beyond the limit: 503.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "server/connections.hpp"
#include "server/store.hpp"

namespace phased_api {

class Service {
public:
    Service(const std::filesystem::path& store_file, int connection_limit);

    /// Listens on that port of 127.0.0.1; connections wait from here on. Throws std::runtime_error.
    void bind(int port);
    /// Serves until stop(), or until listening fails.
    void run();
    /// From any thread, also just before run() or after it.
    void stop();

private:
    /// Room for a burst of connections: the library's own backlog of five makes the sixth wait for a second.
    class Listener : public httplib::Server {
    public:
        void widen_backlog();
    };

    void add_limit();
    void add_state_routes();
    void add_record_routes();
    void add_scope_routes();
    void note(const char* what, const std::string& scope) const;
    std::string metrics();
    std::vector<std::string> orphans();

    Store store_;
    Connections connections_;
    std::mutex scopes_mutex_;
    std::set<std::string> open_scopes_;  // not in the store: when a server starts, no test is running
    Listener listener_;
    std::atomic<bool> ended_ = false;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace phased_api
