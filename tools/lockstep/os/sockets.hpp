// Asks whether a server answers, and is a small one. Nothing here throws for a server that is not there: why it does
// not answer is a value.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lockstep::os {

struct Address {
    std::string host;  ///< a name, or a number as in "127.0.0.1"; IPv6 without its brackets
    std::uint16_t port = 0;
    std::string path = "/";  ///< with the query; only of a URL
};
/// "http://HOST[:PORT][/PATH]"; port 80 where none is named. None for anything else: no other scheme is spoken.
[[nodiscard]] std::optional<Address> parse_http_url(std::string_view url);
/// "HOST:PORT", "[::1]:PORT".
[[nodiscard]] std::optional<Address> parse_tcp_address(std::string_view text);

/// None once somebody accepts a connection; else why not, in words.
[[nodiscard]] std::optional<std::string> tcp_problem(const Address& address, std::chrono::milliseconds patience);
/// None once GET is answered with a status from 200 to 399; else why not, in words.
[[nodiscard]] std::optional<std::string> http_problem(const Address& address, std::chrono::milliseconds patience);

/// Answers every request on 127.0.0.1:`port` with status 204, one after another, and never returns. Throws
/// std::system_error where it cannot listen.
[[noreturn]] void serve_http(std::uint16_t port);

}  // namespace lockstep::os
