#include "server/guests.hpp"

#include <cstdio>
#include <memory>
#include <mutex>
#include <set>

#include "server/roles.hpp"

namespace shop {
namespace {

struct Guests {
    std::mutex mutex;
    std::set<std::string> names;
};

void note(const char* what, const std::string& name, std::size_t count) {
    std::printf("%s %s %zu\n", what, name.c_str(), count);
}

}  // namespace

void add_guests(httplib::Server& server, std::size_t most) {
    const auto guests = std::make_shared<Guests>();
    server.Put("/guests/(.+)", [guests, most](const httplib::Request& request, httplib::Response& response) {
        const std::string name = request.matches[1];
        const std::lock_guard lock(guests->mutex);
        if (most != 0 && guests->names.size() == most) {
            note("away", name, most);
            return answer(response, 503, "too many guests");
        }
        guests->names.insert(name);
        note("comes", name, guests->names.size());
        answer(response, 200, "welcome");
    });
    server.Delete("/guests/(.+)", [guests](const httplib::Request& request, httplib::Response& response) {
        const std::string name = request.matches[1];
        const std::lock_guard lock(guests->mutex);
        guests->names.erase(name);
        note("goes", name, guests->names.size());
        response.status = 204;
    });
}

}  // namespace shop
