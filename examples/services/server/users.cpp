#include <map>
#include <memory>
#include <mutex>

#include "server/roles.hpp"

namespace shop {
namespace {

struct Users {
    std::mutex mutex;
    std::map<std::string, std::string> addresses;
};

}  // namespace

void add_users(httplib::Server& server) {
    const auto users = std::make_shared<Users>();
    server.Put("/users/(.+)", [users](const httplib::Request& request, httplib::Response& response) {
        const std::lock_guard lock(users->mutex);
        const bool is_new = users->addresses.emplace(request.matches[1], request.body).second;
        answer(response, is_new ? 201 : 409, is_new ? "registered" : "there is one of that name");
    });
    server.Get("/users/(.+)", [users](const httplib::Request& request, httplib::Response& response) {
        const std::lock_guard lock(users->mutex);
        const auto found = users->addresses.find(request.matches[1]);
        if (found == users->addresses.end()) return answer(response, 404, "no such user");
        answer(response, 200, found->second);
    });
    server.Delete("/users/(.+)", [users](const httplib::Request& request, httplib::Response& response) {
        const std::lock_guard lock(users->mutex);
        response.status = users->addresses.erase(request.matches[1]) == 1 ? 204 : 404;
    });
}

}  // namespace shop
