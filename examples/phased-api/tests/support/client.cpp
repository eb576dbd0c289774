#include "tests/support/client.hpp"

#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include <httplib.h>
#include <lockstep/lockstep.hpp>

namespace phased_api {
namespace {

constexpr int patience_seconds = 20;  // a busy machine is slow, not broken

}  // namespace

std::string server_url() {
    const char* url = std::getenv("PHASED_API_URL");
    return url != nullptr ? url : lockstep::service("backend").url();
}

class Client::Connection {
public:
    explicit Connection(const std::string& url) : http(url) {
        http.set_keep_alive(true);
        http.set_tcp_nodelay(true);
        http.set_connection_timeout(patience_seconds);
        http.set_read_timeout(patience_seconds);
    }

    /// `what` is the request, for the message.
    static Answer answer(const httplib::Result& result, const std::string& what) {
        if (!result) throw std::runtime_error(what + ": no answer (" + httplib::to_string(result.error()) + ")");
        return {result->status, result->body, result->get_header_value("ETag")};
    }

    httplib::Client http;
};

Client::Client() : connection_(std::make_unique<Connection>(server_url())) {
    // Nothing is connected before the first request.
    const Answer hello = get("/health");
    if (hello.status != 200)
        throw std::runtime_error("the server answers " + std::to_string(hello.status) + ": " + hello.body);
}

Client::~Client() {
    // With this header the server gives the place back before it answers. Merely closing would leave the server to
    // notice, some time after the next test has begun.
    if (connection_) connection_->http.Get("/health", {{"Connection", "close"}});
}

Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Answer Client::get(const std::string& path) {
    return Connection::answer(connection_->http.Get(path), "GET " + path);
}

Answer Client::create(const std::string& path, const std::string& body) {
    return Connection::answer(connection_->http.Post(path, body, "text/plain"), "POST " + path);
}

Answer Client::put(const std::string& path, const std::string& body, const std::string& expected_revision) {
    httplib::Headers headers;
    if (!expected_revision.empty()) headers.emplace("If-Match", expected_revision);
    return Connection::answer(connection_->http.Put(path, headers, body, "text/plain"), "PUT " + path);
}

Answer Client::remove(const std::string& path) {
    return Connection::answer(connection_->http.Delete(path), "DELETE " + path);
}

std::map<std::string, long> Client::metrics() {
    std::istringstream lines(get("/metrics").body);
    std::map<std::string, long> values;
    std::string name;
    for (long value = 0; lines >> name >> value;) values[name] = value;
    return values;
}

}  // namespace phased_api
