#include "client/answer.hpp"

#include <charconv>

namespace dispatch {
namespace {

constexpr int highest_port = 65535;

[[noreturn]] void refuse(std::string_view url) {
    throw std::invalid_argument("not an address like http://HOST:PORT: '" + std::string(url) + "'");
}

}  // namespace

Address parse_url(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    std::string_view rest = url;
    if (!rest.starts_with(scheme)) refuse(url);
    rest.remove_prefix(scheme.size());
    if (rest.ends_with('/')) rest.remove_suffix(1);
    const auto colon = rest.find(':');
    if (colon == std::string_view::npos || colon == 0) refuse(url);

    Address address{std::string(rest.substr(0, colon)), 0};
    const char* end = rest.data() + rest.size();
    const auto [after, error] = std::from_chars(rest.data() + colon + 1, end, address.port);
    if (error != std::errc{} || after != end || address.port < 1 || address.port > highest_port) refuse(url);
    return address;
}

std::string body_of(const Answer& answer, const std::string& request) {
    if (answer.status >= 200 && answer.status < 300) return answer.body;
    const std::string said = first_line(answer.body);
    if (answer.status == 429)
        throw TooManyRequests(request + ": 429 Too Many Requests (" + said + ")", answer.retry_after);
    throw Refused(answer.status, request + ": " + std::to_string(answer.status) + " (" + said + ")");
}

std::string first_line(std::string_view body) {
    return std::string(body.substr(0, body.find('\n')));
}

}  // namespace dispatch
