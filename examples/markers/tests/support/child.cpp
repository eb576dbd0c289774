#include "tests/support/child.hpp"

#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

extern char** environ;

namespace recast {
namespace {

using namespace std::chrono_literals;

[[noreturn]] void fail(const char* what, int number = errno) {
    throw std::system_error(number, std::generic_category(), what);
}

/// Closed at the end of the scope.
struct Socket {
    Socket() : number(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        if (number < 0) fail("socket");
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() { ::close(number); }

    bool connect(int port) const {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return ::connect(number, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }

    int number;
};

std::string exchange(const Socket& connection, const std::string& request) {
    if (::send(connection.number, request.data(), request.size(), MSG_NOSIGNAL) < 0) fail("send");
    ::shutdown(connection.number, SHUT_WR);
    std::string answer;
    char part[4096];
    ssize_t count = 0;
    while ((count = ::recv(connection.number, part, sizeof part, 0)) > 0) {
        answer.append(part, static_cast<std::size_t>(count));
    }
    if (count < 0) fail("recv");
    return answer;
}

}  // namespace

Child::Child(std::vector<std::string> command) {
    std::vector<char*> words;
    for (auto& word : command) words.push_back(word.data());
    words.push_back(nullptr);
    if (const int error = ::posix_spawn(&process_, words[0], nullptr, nullptr, words.data(), environ)) {
        fail("posix_spawn", error);
    }
}

Child::~Child() {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
}

std::string ask(int port, const std::string& request) {
    const auto end = std::chrono::steady_clock::now() + 20s;  // a busy machine is slow, not broken
    for (;;) {
        const Socket connection;
        if (connection.connect(port)) return exchange(connection, request);
        if (errno != ECONNREFUSED || std::chrono::steady_clock::now() > end) fail("connect");
        std::this_thread::sleep_for(5ms);
    }
}

}  // namespace recast
