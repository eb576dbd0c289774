#include "client/client.hpp"

#include <sstream>
#include <stdexcept>

#include <httplib.h>

namespace dispatch {
namespace {

constexpr int patience_seconds = 20;  // a busy machine is slow, not broken

std::string path_of(int id) {
    return "/jobs/" + std::to_string(id);
}

}  // namespace

std::string Client::call(const char* method, const std::string& path, const std::string& body) const {
    httplib::Client http(address_.host, address_.port);
    http.set_connection_timeout(patience_seconds);
    http.set_read_timeout(patience_seconds);
    http.set_tcp_nodelay(true);

    httplib::Request request;
    request.method = method;
    request.path = path;
    request.headers = {{"User-Agent", name_}, {"Content-Type", "text/plain"}};
    request.body = body;

    const std::string what = std::string(method) + " " + path;
    const httplib::Result result = http.send(request);
    if (!result) throw std::runtime_error(what + ": no answer (" + httplib::to_string(result.error()) + ")");
    return body_of({result->status, result->body, result->get_header_value("Retry-After")}, what);
}

std::vector<std::string> Client::technicians() const {
    std::istringstream lines(call("GET", "/technicians"));
    std::vector<std::string> names;
    for (std::string line; std::getline(lines, line);) names.push_back(line);
    return names;
}

Job Client::add(const std::string& customer) const {
    return parse_job(call("POST", "/jobs", customer));
}

Job Client::job(int id) const {
    return parse_job(call("GET", path_of(id)));
}

Job Client::assign(int id, const std::string& technician) const {
    return parse_job(call("PUT", path_of(id) + "/technician", technician));
}

Job Client::finish(int id) const {
    return parse_job(call("PUT", path_of(id) + "/done"));
}

}  // namespace dispatch
