#include "server/service.hpp"

#include <sys/socket.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <thread>

namespace phased_api {
namespace {

using httplib::Request;
using httplib::Response;

constexpr const char* text = "text/plain";
constexpr std::size_t longest_value = 64 * 1024;
constexpr std::size_t requests_per_connection = 1'000'000;
constexpr int idle_seconds = 10;

void answer(Response& response, int status, const std::string& body) {
    response.status = status;
    response.set_content(body + "\n", text);
}

/// "SCOPE/REST", both not empty, of harmless characters.
bool is_key(const std::string& key) {
    const auto slash = key.find('/');
    return slash != std::string::npos && slash != 0 && slash + 1 != key.size() &&
           key.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/") ==
               std::string::npos;
}

/// A whole number from zero on.
std::optional<std::int64_t> count_in(const std::string& digits) {
    std::int64_t count = 0;
    const char* end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, count);
    if (error != std::errc{} || rest != end || count < 0) return std::nullopt;
    return count;
}

std::string lines(const std::vector<std::string>& keys) {
    std::string body;
    for (const std::string& key : keys) body += key + "\n";
    return body;
}

}  // namespace

Service::Service(const std::filesystem::path& store_file, int connection_limit)
    : store_(store_file), connections_(connection_limit) {
    listener_.new_task_queue = [this] { return new CountingQueue(connections_); };  // the listener deletes it
    listener_.set_keep_alive_max_count(requests_per_connection);
    listener_.set_keep_alive_timeout(idle_seconds);
    listener_.set_payload_max_length(longest_value);
    listener_.set_tcp_nodelay(true);
    add_limit();
    add_state_routes();
    add_record_routes();
    add_scope_routes();
    listener_.set_exception_handler([](const Request&, Response& response, const std::exception_ptr& thrown) {
        try {
            std::rethrow_exception(thrown);
        } catch (const std::exception& error) {
            answer(response, 500, error.what());
        } catch (...) {
            answer(response, 500, "unknown error");
        }
    });
}

void Service::bind(int port) {
    // Only this: the library's own options let two servers share a port, each with half of the connections.
    listener_.set_socket_options([](socket_t socket) {
        const int yes = 1;
        ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    if (!listener_.bind_to_port("127.0.0.1", port))
        throw std::runtime_error("cannot listen on 127.0.0.1:" + std::to_string(port));
    listener_.widen_backlog();
}

void Service::run() {
    listener_.listen_after_bind();
    ended_ = true;
}

void Service::stop() {
    // The library ignores a stop that comes before it has begun to accept connections.
    while (!listener_.is_running() && !ended_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    listener_.stop();
}

void Service::Listener::widen_backlog() {
    ::listen(svr_sock_, SOMAXCONN);
}

void Service::add_limit() {
    listener_.set_pre_routing_handler([](const Request&, Response& response) {
        if (!Connections::this_one_is_refused()) return httplib::Server::HandlerResponse::Unhandled;
        answer(response, 503, "too many connections");
        return httplib::Server::HandlerResponse::Handled;
    });
    listener_.set_post_routing_handler([](const Request& request, Response&) {
        if (request.get_header_value("Connection") == "close") Connections::leave_early();
    });
}

void Service::add_state_routes() {
    listener_.Get("/health", [this](const Request&, Response& response) {
        store_.read("health/check");
        answer(response, 200, "ok");
    });
    listener_.Get("/metrics", [this](const Request&, Response& response) {
        response.status = 200;
        response.set_content(metrics(), text);
    });
    listener_.Get("/orphans", [this](const Request&, Response& response) {
        response.status = 200;
        response.set_content(lines(orphans()), text);
    });
    listener_.Put("/property-iterations/(.+)", [this](const Request& request, Response& response) {
        const auto count = count_in(request.body);
        if (!count) return answer(response, 400, "not a count: " + request.body);
        store_.set_property_iterations(request.matches[1], *count);
        answer(response, 200, "counted");
    });
}

void Service::add_record_routes() {
    listener_.Get("/records", [this](const Request& request, Response& response) {
        response.status = 200;
        response.set_content(lines(store_.keys(request.get_param_value("prefix"))), text);
    });
    listener_.Delete("/records", [this](const Request& request, Response& response) {
        // Without a prefix it would be everything, everybody else's records included.
        if (!request.has_param("prefix")) return answer(response, 400, "a prefix is needed");
        answer(response, 200, std::to_string(store_.remove_all(request.get_param_value("prefix"))));
    });
    listener_.Post("/records/(.+)", [this](const Request& request, Response& response) {
        const std::string key = request.matches[1];
        if (!is_key(key)) return answer(response, 400, "not a key: " + key);
        if (!store_.create(key, request.body)) return answer(response, 409, "exists: " + key);
        answer(response, 201, "created");
    });
    listener_.Get("/records/(.+)", [this](const Request& request, Response& response) {
        const auto record = store_.read(request.matches[1]);
        if (!record) return answer(response, 404, "no such record");
        response.status = 200;
        response.set_header("ETag", std::to_string(record->revision));
        response.set_content(record->value, text);
    });
    listener_.Put("/records/(.+)", [this](const Request& request, Response& response) {
        std::optional<std::int64_t> expected;
        if (request.has_header("If-Match")) {
            expected = count_in(request.get_header_value("If-Match"));
            if (!expected) return answer(response, 400, "not a revision");
        }
        switch (store_.update(request.matches[1], request.body, expected)) {
            case Update::done:
                return answer(response, 200, "updated");
            case Update::missing:
                return answer(response, 404, "no such record");
            case Update::stale:
                return answer(response, 412, "the record has changed meanwhile");
        }
    });
    listener_.Delete("/records/(.+)", [this](const Request& request, Response& response) {
        if (!store_.remove(request.matches[1])) return answer(response, 404, "no such record");
        response.status = 204;
    });
}

void Service::add_scope_routes() {
    listener_.Put("/scopes/([^/]+)", [this](const Request& request, Response& response) {
        const std::lock_guard lock(scopes_mutex_);
        open_scopes_.insert(request.matches[1]);
        note("opens", request.matches[1]);
        answer(response, 200, "open");
    });
    listener_.Delete("/scopes/([^/]+)", [this](const Request& request, Response& response) {
        const std::lock_guard lock(scopes_mutex_);
        open_scopes_.erase(request.matches[1]);
        note("closes", request.matches[1]);
        answer(response, 200, "closed");
    });
}

void Service::note(const char* what, const std::string& scope) const {
    const auto since_start = std::chrono::steady_clock::now() - start_;
    std::printf("%lld %s %s\n",
                static_cast<long long>(std::chrono::duration_cast<std::chrono::milliseconds>(since_start).count()),
                what, scope.c_str());
}

std::string Service::metrics() {
    const ConnectionCounts counts = connections_.counts();
    std::string body;
    const auto line = [&body](const char* name, std::int64_t value) {
        body += std::string(name) + " " + std::to_string(value) + "\n";
    };
    line("connections", counts.open);
    line("connections_peak", counts.peak);
    line("connections_refused", counts.refused);
    line("connections_limit", counts.limit);
    line("records", static_cast<std::int64_t>(store_.keys("").size()));
    line("orphans", static_cast<std::int64_t>(orphans().size()));
    line("property_iterations", store_.property_iterations());
    return body;
}

std::vector<std::string> Service::orphans() {
    // Held throughout: a scope that is closed between the two looks has had its records dropped before.
    const std::lock_guard lock(scopes_mutex_);
    std::vector<std::string> found = store_.keys("");
    std::erase_if(found,
                  [this](const std::string& key) { return open_scopes_.contains(key.substr(0, key.find('/'))); });
    return found;
}

}  // namespace phased_api
