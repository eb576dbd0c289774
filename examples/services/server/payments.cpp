#include <charconv>
#include <memory>
#include <mutex>

#include "server/roles.hpp"

namespace shop {
namespace {

constexpr long most_cents = 100 * 100;

struct Charges {
    std::mutex mutex;
    long cents = 0;
};

}  // namespace

void add_payments(httplib::Server& server) {
    const auto charges = std::make_shared<Charges>();
    server.Post("/charges", [charges](const httplib::Request& request, httplib::Response& response) {
        long cents = 0;
        const char* end = request.body.data() + request.body.size();
        const auto [rest, error] = std::from_chars(request.body.data(), end, cents);
        if (error != std::errc{} || rest != end || cents <= 0) return answer(response, 400, "not an amount");
        if (cents > most_cents) return answer(response, 402, "too much");
        const std::lock_guard lock(charges->mutex);
        charges->cents += cents;
        answer(response, 201, "charged");
    });
    server.Get("/charges", [charges](const httplib::Request&, httplib::Response& response) {
        const std::lock_guard lock(charges->mutex);
        answer(response, 200, std::to_string(charges->cents));
    });
}

}  // namespace shop
