#include "os/sockets.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <memory>

#include "os/descriptor.hpp"

namespace lockstep::os {
namespace {

using Clock = std::chrono::steady_clock;

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
    return port;
}

/// "host", "host:80", "[::1]:80"; `port` where none is named, which may be 0 for "has to be named".
std::optional<Address> parse_authority(std::string_view text, std::uint16_t port) {
    Address address;
    address.port = port;
    auto rest = text;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        address.host = text.substr(1, end - 1);
        rest = text.substr(end + 1);
    } else {
        address.host = text.substr(0, text.find(':'));
        rest = text.substr(address.host.size());
    }
    if (rest.starts_with(':')) {
        const auto named = parse_port(rest.substr(1));
        if (!named) return std::nullopt;
        address.port = *named;
    } else if (!rest.empty()) {
        return std::nullopt;
    }
    if (address.host.empty() || address.port == 0) return std::nullopt;
    return address;
}

struct Found {
    std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list{nullptr, ::freeaddrinfo};
    std::string problem;
};

Found look_up(const Address& address) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    Found found;
    const int error = ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &list);
    if (error != 0) found.problem = "'" + address.host + "' cannot be looked up: " + ::gai_strerror(error);
    found.list.reset(list);
    return found;
}

/// Waits until the socket is ready for `events`; false when the time is up.
bool wait_for(int socket, short events, Clock::time_point deadline) {
    pollfd entry{socket, events, 0};
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0) return false;
        const int got = ::poll(&entry, 1, static_cast<int>(std::min<std::int64_t>(left, 3'600'000)));
        if (got > 0) return true;
        if (got < 0 && errno != EINTR) return false;
    }
}

constexpr const char* late = "no answer in time";

/// A connection, or why there is none.
Descriptor connect_to(const Address& address, Clock::time_point deadline, std::string& problem) {
    const auto found = look_up(address);
    problem = found.problem;
    for (const auto* entry = found.list.get(); entry != nullptr; entry = entry->ai_next) {
        Descriptor socket(::socket(entry->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (!socket) {
            problem = std::strerror(errno);
            continue;
        }
        if (::connect(socket.get(), entry->ai_addr, entry->ai_addrlen) == 0) return socket;
        if (errno != EINPROGRESS) {
            problem = std::strerror(errno);
            continue;
        }
        if (!wait_for(socket.get(), POLLOUT, deadline)) {
            problem = late;
            continue;
        }
        int error = 0;
        socklen_t size = sizeof error;
        ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
        if (error == 0) return socket;
        problem = std::strerror(error);
    }
    return {};
}

/// Of "HTTP/1.1 200 OK"; none if that is not how the answer begins.
std::optional<int> status_of(std::string_view answer) {
    if (!answer.starts_with("HTTP/")) return std::nullopt;
    const auto space = answer.find(' ');
    if (space == std::string_view::npos || answer.size() < space + 4) return std::nullopt;
    int status = 0;
    const auto* begin = answer.data() + space + 1;
    const auto [end, error] = std::from_chars(begin, begin + 3, status);
    return error == std::errc() && end == begin + 3 ? std::optional(status) : std::nullopt;
}

std::optional<std::string> ask(int socket, const Address& address, Clock::time_point deadline) {
    const auto host = address.host.find(':') == std::string::npos ? address.host : "[" + address.host + "]";
    const auto request = "GET " + address.path + " HTTP/1.1\r\nHost: " + host + ":" + std::to_string(address.port) +
                         "\r\nUser-Agent: lockstep\r\nAccept: */*\r\nConnection: close\r\n\r\n";
    for (std::string_view rest = request; !rest.empty();) {
        if (!wait_for(socket, POLLOUT, deadline)) return late;
        const auto sent = retry([&] { return ::send(socket, rest.data(), rest.size(), MSG_NOSIGNAL); });
        if (sent < 0 && errno != EAGAIN) return std::strerror(errno);
        if (sent > 0) rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    // The first line is all that is wanted: whatever comes after it is cut off by closing the connection.
    std::string answer;
    std::array<char, 64> buffer{};
    while (answer.find('\n') == std::string::npos && answer.size() < 1024) {
        if (!wait_for(socket, POLLIN, deadline)) return late;
        const auto got = retry([&] { return ::recv(socket, buffer.data(), buffer.size(), 0); });
        if (got < 0 && errno == EAGAIN) continue;
        if (got < 0) return std::strerror(errno);
        if (got == 0) break;
        answer.append(buffer.data(), static_cast<std::size_t>(got));
    }
    const auto status = status_of(answer);
    if (!status) return "what answers does not speak HTTP";
    if (*status < 200 || *status > 399) return "the answer is status " + std::to_string(*status);
    return std::nullopt;
}

}  // namespace

std::optional<Address> parse_http_url(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    if (!url.starts_with(scheme)) return std::nullopt;
    // What would end the request's first line, or is not to be sent at all (RFC 3986, 3.5).
    if (std::ranges::any_of(url, [](unsigned char c) { return c <= ' ' || c == 0x7f; })) return std::nullopt;
    url = url.substr(scheme.size());
    url = url.substr(0, url.find('#'));
    const auto path = std::min(url.find_first_of("/?"), url.size());
    auto address = parse_authority(url.substr(0, path), 80);
    if (!address) return std::nullopt;
    address->path = url.substr(path);
    if (!address->path.starts_with('/')) address->path.insert(0, "/");
    return address;
}

std::optional<Address> parse_tcp_address(std::string_view text) {
    return parse_authority(text, 0);
}

std::optional<std::string> tcp_problem(const Address& address, std::chrono::milliseconds patience) {
    std::string problem;
    if (connect_to(address, Clock::now() + patience, problem)) return std::nullopt;
    return problem;
}

std::optional<std::string> http_problem(const Address& address, std::chrono::milliseconds patience) {
    const auto deadline = Clock::now() + patience;
    std::string problem;
    const auto socket = connect_to(address, deadline, problem);
    if (!socket) return problem;
    return ask(socket.get(), address, deadline);
}

void serve_http(std::uint16_t port) {
    const auto check = [](int result, const char* what) {
        if (result < 0) throw std::system_error(errno, std::generic_category(), what);
    };
    const Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    check(listener.get(), "socket");
    const int reuse = 1;
    ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    check(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
    check(::listen(listener.get(), SOMAXCONN), "listen");
    constexpr std::string_view answer = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
    while (true) {
        const Descriptor connection(retry([&] { return ::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC); }));
        if (!connection) continue;
        std::string request;
        std::array<char, 512> buffer{};
        while (request.find("\r\n\r\n") == std::string::npos) {
            const auto got = retry([&] { return ::recv(connection.get(), buffer.data(), buffer.size(), 0); });
            if (got <= 0) break;
            request.append(buffer.data(), static_cast<std::size_t>(got));
        }
        static_cast<void>(::send(connection.get(), answer.data(), answer.size(), MSG_NOSIGNAL));
    }
}

}  // namespace lockstep::os
