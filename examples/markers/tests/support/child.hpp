// A program that runs beside the test.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace recast {

/// Ended with SIGTERM by the destructor.
class Child {
public:
    explicit Child(std::vector<std::string> command);
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child();

private:
    pid_t process_ = 0;
};

/// Sends a request to that port of 127.0.0.1 and returns all of the answer. A server that has only just been started
/// is waited for. Throws std::system_error.
std::string ask(int port, const std::string& request);

}  // namespace recast
