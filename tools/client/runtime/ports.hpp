// TCP ports that no two processes of this user on this machine are given at the same time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/locks.hpp"

namespace lockstep::runtime {

/// First and last.
using PortRange = std::pair<int, int>;
/// /proc/sys/net/ipv4/ip_local_port_range: the kernel gives these to whoever connects or binds to port 0, so none of
/// them can be reserved. Linux's default where it cannot be read.
[[nodiscard]] PortRange ephemeral_ports();

/// Held until destroyed or until the process dies: a locked byte of one file in the user's folder. No socket is open.
class PortReservation {
public:
    PortReservation(PortReservation&&) noexcept = default;
    PortReservation& operator=(PortReservation&&) = delete;
    ~PortReservation();
    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] int descriptor() const { return file_.descriptor(); }  ///< what an heir has to keep open

private:
    friend PortReservation reserve_port(const std::string&, bool, PortRange);
    PortReservation(LockFile file, int port) : file_(std::move(file)), port_(port) {}
    LockFile file_;
    int port_;
};

/// A port from 1024 up, outside `ephemeral`, above 9999 as long as there are any, that could be bound on 127.0.0.1 a
/// moment ago. The search begins at random. `file` is that of all reservations. `inheritable`: programs that this
/// process starts hold it too, so that a service keeps its port although its starter ends. Throws std::runtime_error
/// where none is left.
[[nodiscard]] PortReservation reserve_port(const std::string& file, bool inheritable = false,
                                           PortRange ephemeral = ephemeral_ports());
/// user_runtime_folder() + "/ports"
[[nodiscard]] std::string ports_file();

}  // namespace lockstep::runtime
