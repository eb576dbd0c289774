#include "runtime/ports.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cstdio>
#include <random>
#include <stdexcept>

#include "runtime/names.hpp"

namespace lockstep::runtime {

namespace {

constexpr int last_port = 65535;

// Without SO_REUSEADDR: what is still in TIME_WAIT counts as taken.
bool can_be_bound(int port) {
    const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket) throw std::system_error(errno, std::generic_category(), "socket");
    struct sockaddr_in address {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::bind(socket.get(), reinterpret_cast<const struct sockaddr*>(&address), sizeof address) == 0;
}

std::vector<int> candidates(int first, int last, PortRange ephemeral) {
    std::vector<int> result;
    for (int port = first; port <= last; ++port)
        if (port < ephemeral.first || port > ephemeral.second) result.push_back(port);
    return result;
}

int take(LockFile& file, const std::vector<int>& ports) {
    if (ports.empty()) return 0;
    std::random_device random;
    const auto start = std::uniform_int_distribution<std::size_t>(0, ports.size() - 1)(random);
    for (std::size_t i = 0; i < ports.size(); ++i) {
        const int port = ports[(start + i) % ports.size()];
        const Range byte{static_cast<std::uint64_t>(port)};
        if (!file.try_lock(byte)) continue;
        if (can_be_bound(port)) return port;
        file.unlock(byte);
    }
    return 0;
}

}  // namespace

PortRange ephemeral_ports() {
    std::string text;
    PortRange range{32768, 60999};
    if (read_file("/proc/sys/net/ipv4/ip_local_port_range", text))
        std::sscanf(text.c_str(), "%d %d", &range.first, &range.second);
    return range;
}

PortReservation::~PortReservation() {
    // Left to closing, unlike other locks: what inherited the reservation goes on holding it.
}

PortReservation reserve_port(const std::string& path, bool inheritable, PortRange ephemeral) {
    LockFile file(path, inheritable);
    ::futimens(file.descriptor(), nullptr);  // what cleans /tmp by age leaves it alone
    constexpr int preferred = 10000;         // below, many a port is some program's by custom
    int port = take(file, candidates(preferred, last_port, ephemeral));
    if (port == 0) port = take(file, candidates(1024, preferred - 1, ephemeral));
    if (port == 0)
        throw std::runtime_error("no port is free outside the ephemeral range " + std::to_string(ephemeral.first) +
                                 "-" + std::to_string(ephemeral.second) + " (net.ipv4.ip_local_port_range)");
    return {std::move(file), port};
}

std::string ports_file() {
    return user_runtime_folder() + "/ports";
}

}  // namespace lockstep::runtime
