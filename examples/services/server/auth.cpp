#include <map>
#include <memory>
#include <mutex>

#include "server/roles.hpp"

namespace shop {
namespace {

struct Tokens {
    std::mutex mutex;
    std::map<std::string, std::string> names;
    long given = 0;
};

}  // namespace

void add_auth(httplib::Server& server) {
    const auto tokens = std::make_shared<Tokens>();
    server.Post("/tokens", [tokens](const httplib::Request& request, httplib::Response& response) {
        const std::lock_guard lock(tokens->mutex);
        const auto token = "token-" + std::to_string(++tokens->given);
        tokens->names[token] = request.body;
        answer(response, 201, token);
    });
    server.Get("/tokens/(.+)", [tokens](const httplib::Request& request, httplib::Response& response) {
        const std::lock_guard lock(tokens->mutex);
        const auto found = tokens->names.find(request.matches[1]);
        if (found == tokens->names.end()) return answer(response, 404, "no such token");
        answer(response, 200, found->second);
    });
    server.Delete("/tokens/(.+)", [tokens](const httplib::Request& request, httplib::Response& response) {
        const std::lock_guard lock(tokens->mutex);
        response.status = tokens->names.erase(request.matches[1]) == 1 ? 204 : 404;
    });
}

}  // namespace shop
