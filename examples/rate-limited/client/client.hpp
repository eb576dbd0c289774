// The API client: one function for each thing that the server can do. It knows nothing of limits; who calls it does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/answer.hpp"
#include "client/job.hpp"

namespace dispatch {

/// Each call is one request on a connection of its own. All throw as body_of() does, and std::runtime_error where there
/// is no answer. Thread-safe.
class Client {
public:
    /// The server's log names `name` with each request. Throws as parse_url() does.
    Client(std::string_view url, std::string name) : address_(parse_url(url)), name_(std::move(name)) {}

    std::vector<std::string> technicians() const;
    Job add(const std::string& customer) const;
    Job job(int id) const;
    Job assign(int id, const std::string& technician) const;
    Job finish(int id) const;

private:
    std::string call(const char* method, const std::string& path, const std::string& body = "") const;

    Address address_;
    std::string name_;
};

}  // namespace dispatch
