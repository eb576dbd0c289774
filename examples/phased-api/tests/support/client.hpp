// A connection to the server, for tests and for the program that verifies.
#pragma once

#include <map>
#include <memory>
#include <string>

namespace phased_api {

/// PHASED_API_URL, which the plan gives to the tests; where it is not set, as in a verification of a checkpoint, what
/// the session knows of its service `backend`. Throws std::runtime_error where there is neither.
std::string server_url();

struct Answer {
    int status = 0;
    std::string body;
    std::string revision;  ///< of the record, where the answer carries one
};

/// One connection, kept open for the client's whole life: it takes one place of the server's limit, and has given it
/// back when the destructor returns. Not to be shared between threads.
class Client {
public:
    /// To server_url(). Throws std::runtime_error if no server can be reached, or if it is full.
    Client();
    ~Client();
    Client(Client&&) noexcept;
    Client& operator=(Client&&) noexcept;

    // Paths are as in server/service.hpp. These throw std::runtime_error where no answer comes.
    Answer get(const std::string& path);
    Answer create(const std::string& path, const std::string& body);
    Answer put(const std::string& path, const std::string& body, const std::string& expected_revision = "");
    Answer remove(const std::string& path);

    std::map<std::string, long> metrics();

private:
    class Connection;
    std::unique_ptr<Connection> connection_;
};

}  // namespace phased_api
