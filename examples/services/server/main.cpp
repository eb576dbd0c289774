// shop: one of the shop's services, until SIGTERM or SIGINT. See usage below.
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "server/guests.hpp"
#include "server/registry.hpp"
#include "server/roles.hpp"

namespace {

constexpr const char* usage =
    "usage: shop auth|users|orders|payments --port N [--registry DIR] [--guests N]\n"
    "       shop ping --port N    succeeds if one of them answers there\n"
    "  --port N        of 127.0.0.1\n"
    "  --registry DIR  where the services find each other (registry)\n"
    "  --guests N      how many guests it takes at a time (any number)\n";

struct Options {
    std::string role;
    int port = 0;
    std::string registry = "registry";
    int guests = 0;
};

bool is_number(const char* text, int most, int& number) {
    const char* end = text + std::strlen(text);
    const auto [rest, error] = std::from_chars(text, end, number);
    return error == std::errc{} && rest == end && number >= 1 && number <= most;
}

bool parse(int count, char** words, Options& options) {
    if (count < 2 || count % 2 != 0) return false;
    options.role = words[1];
    for (int i = 2; i < count; i += 2) {
        const std::string_view name = words[i];
        const char* value = words[i + 1];
        if (name == "--registry") {
            options.registry = value;
        } else if (name == "--port") {
            if (!is_number(value, 65535, options.port)) return false;
        } else if (name != "--guests" || !is_number(value, 1000, options.guests)) {
            return false;
        }
    }
    return options.port != 0;
}

std::string url_of(const Options& options) {
    return "http://127.0.0.1:" + std::to_string(options.port);
}

/// False if there is no such role.
bool add_role(httplib::Server& server, const Options& options) {
    if (options.role == "auth") {
        shop::add_auth(server);
    } else if (options.role == "users") {
        shop::add_users(server);
    } else if (options.role == "orders") {
        shop::add_orders(server, shop::Registry(options.registry));
    } else if (options.role == "payments") {
        shop::add_payments(server);
    } else {
        return false;
    }
    return true;
}

void listen(httplib::Server& server, int port) {
    // Only this: the library's own options let two servers share a port, each with half of the connections.
    server.set_socket_options([](socket_t socket) {
        const int yes = 1;
        ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    server.set_tcp_nodelay(true);
    if (!server.bind_to_port("127.0.0.1", port))
        throw std::runtime_error("cannot listen on 127.0.0.1:" + std::to_string(port));
}

/// Stopping takes locks, which a signal handler must not, so a thread waits for the signals.
void serve(httplib::Server& server, const Options& options) {
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ending, nullptr);  // before any other thread: they inherit it

    listen(server, options.port);
    std::thread waiter([&server, &ending] {
        int signal = 0;
        sigwait(&ending, &signal);
        // The library ignores a stop that comes before it has begun to accept connections.
        while (!server.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        server.stop();
    });
    const shop::Registry registry(options.registry);
    registry.enter(options.role, url_of(options));
    server.listen_after_bind();
    registry.leave(options.role);
    waiter.join();
}

int ping(const Options& options) {
    const auto result = httplib::Client(url_of(options)).Get("/health");
    return result && result->status == 200 ? 0 : 1;
}

}  // namespace

namespace shop {

void answer(httplib::Response& response, int status, const std::string& text) {
    response.status = status;
    response.set_content(text + "\n", "text/plain");
}

}  // namespace shop

int main(int count, char** words) {
    Options options;
    const bool understood = parse(count, words, options);
    if (understood && options.role == "ping") return ping(options);
    httplib::Server server;
    if (!understood || !add_role(server, options)) {
        std::fputs(usage, stderr);
        return 2;
    }
    std::setvbuf(stdout, nullptr, _IOLBF, 0);  // a log that can be read while the service runs
    try {
        server.Get("/health",
                   [](const httplib::Request&, httplib::Response& response) { shop::answer(response, 200, "ok"); });
        shop::add_guests(server, static_cast<std::size_t>(options.guests));
        serve(server, options);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "shop %s: %s\n", options.role.c_str(), error.what());
        return 1;
    }
    return 0;
}
