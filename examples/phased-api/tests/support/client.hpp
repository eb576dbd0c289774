// A connection to the server of this build tree, for tests and for the programs that verify and clean up.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace phased_api {

/// The server's state directory: below the build tree, unless PHASED_API_STATE names another.
std::filesystem::path state_directory();

struct Answer {
    int status = 0;
    std::string body;
    std::string revision;  ///< of the record, where the answer carries one
};

/// One connection, kept open for the client's whole life: it takes one place of the server's limit, and has given it
/// back when the destructor returns. Not to be shared between threads.
class Client {
public:
    /// Throws std::runtime_error if no server can be reached, or if it is full.
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
