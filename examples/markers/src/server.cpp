#include "src/server.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "src/convert.hpp"

namespace recast {
namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

int listen_on(int port) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0) fail("socket");
    const int yes = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("bind");
    if (::listen(listener, SOMAXCONN) != 0) fail("listen");
    return listener;
}

std::string receive_all(int connection) {
    std::string text;
    char part[4096];
    for (ssize_t count; (count = ::recv(connection, part, sizeof part, 0)) > 0;) {
        text.append(part, static_cast<std::size_t>(count));
    }
    return text;
}

void send_all(int connection, std::string_view text) {
    while (!text.empty()) {
        const auto count = ::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
        if (count <= 0) return;  // who asked does not want it any more
        text.remove_prefix(static_cast<std::size_t>(count));
    }
}

std::string answer(std::string_view request, const Settings& settings) {
    try {
        const auto space = request.find(' '), end = request.find('\n');
        if (end == std::string_view::npos || space > end) throw Error("the first line is \"FROM TO\"");
        const auto from = format_named(request.substr(0, space));
        const auto to = format_named(request.substr(space + 1, end - space - 1));
        return "ok\n" + convert(request.substr(end + 1), from, to, settings);
    } catch (const Error& error) {
        return std::string("error: ") + error.what() + "\n";
    }
}

}  // namespace

void serve(int port, const Settings& settings) {
    const int listener = listen_on(port);
    for (;;) {
        const int connection = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) continue;
        send_all(connection, answer(receive_all(connection), settings));
        ::close(connection);
    }
}

}  // namespace recast
