// What the client makes of addresses and answers, before and after anything goes over the wire.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace dispatch {

struct Address {
    std::string host;
    int port = 0;
};

/// Of "http://HOST:PORT", with or without a "/" behind it. Throws std::invalid_argument for anything else.
Address parse_url(std::string_view url);

struct Answer {
    int status = 0;
    std::string body;
    std::string retry_after;  ///< the header's value; "": there is none
};

/// The server did not do it, and said so.
class Refused : public std::runtime_error {
public:
    Refused(int status, const std::string& what) : std::runtime_error(what), status_(status) {}
    int status() const { return status_; }

private:
    int status_;
};

/// It would have, at another time.
class TooManyRequests : public Refused {
public:
    TooManyRequests(const std::string& what, std::string retry_after)
        : Refused(429, what), retry_after_(std::move(retry_after)) {}
    /// As the server put it: seconds, or a date.
    const std::string& retry_after() const { return retry_after_; }

private:
    std::string retry_after_;
};

/// The body of an answer that says that it is done. Throws Refused, TooManyRequests for 429, for any other; their text
/// begins with `request`.
std::string body_of(const Answer& answer, const std::string& request);

/// Up to the first end of a line.
std::string first_line(std::string_view body);

}  // namespace dispatch
