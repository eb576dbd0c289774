#include <memory>
#include <mutex>
#include <vector>

#include "server/roles.hpp"

namespace shop {
namespace {

struct Orders {
    std::mutex mutex;
    std::vector<std::string> list;  // the first has the number 1
};

struct Answer {
    int status = 502;
    std::string text;
};

/// Of another service; 502 where it is not there.
Answer ask(const Registry& registry, const std::string& role, const std::string& path) {
    const auto url = registry.find(role);
    if (!url) return {502, role + " is not there"};
    const auto result = httplib::Client(*url).Get(path);
    if (!result) return {502, role + " does not answer"};
    return {result->status, result->body.substr(0, result->body.find('\n'))};
}

}  // namespace

void add_orders(httplib::Server& server, const Registry& registry) {
    const auto orders = std::make_shared<Orders>();
    server.Post("/orders", [orders, registry](const httplib::Request& request, httplib::Response& response) {
        const auto name = ask(registry, "auth", "/tokens/" + request.get_header_value("Authorization"));
        if (name.status != 200) return answer(response, name.status == 404 ? 401 : 502, name.text);
        const auto address = ask(registry, "users", "/users/" + name.text);
        if (address.status != 200) return answer(response, address.status == 404 ? 403 : 502, address.text);
        const std::lock_guard lock(orders->mutex);
        orders->list.push_back(name.text + ": " + request.body);
        answer(response, 201, std::to_string(orders->list.size()));
    });
    server.Get("/orders/([0-9]{1,9})", [orders](const httplib::Request& request, httplib::Response& response) {
        const std::size_t number = std::stoul(request.matches[1]);
        const std::lock_guard lock(orders->mutex);
        if (number == 0 || number > orders->list.size()) return answer(response, 404, "no such order");
        answer(response, 200, orders->list[number - 1]);
    });
}

}  // namespace shop
