#include "command.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <thread>

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves it to the program

namespace lockstep {
inline namespace v1 {
namespace detail {

namespace {

std::string words_of(int status) {
    if (WIFSIGNALED(status)) return "it ended by signal " + std::to_string(WTERMSIG(status));
    return WEXITSTATUS(status) == 0 ? "" : "it ended with status " + std::to_string(WEXITSTATUS(status));
}

/// What waitpid says; none after `patience`.
bool wait_for(pid_t pid, std::chrono::seconds patience, int& status) {
    using namespace std::chrono_literals;
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (auto pause = 1ms;; pause = std::min(pause * 2, 20ms)) {
        const auto got = ::waitpid(pid, &status, WNOHANG);
        // Where the program has SIGCHLD ignored its children leave no status behind.
        if (got == pid || (got < 0 && errno != EINTR)) return true;
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(pause);
    }
}

}  // namespace

std::string run_command(const std::vector<std::string>& command, std::chrono::seconds patience) {
    auto words = command;
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    pid_t pid = 0;
    const int error = ::posix_spawnp(&pid, arguments.front(), nullptr, &attributes, arguments.data(), environ);
    ::posix_spawnattr_destroy(&attributes);
    if (error != 0) return "it could not be started: " + std::generic_category().message(error);
    int status = 0;
    if (wait_for(pid, patience, status)) return words_of(status);
    ::kill(-pid, SIGKILL);
    ::waitpid(pid, &status, 0);
    return "it took longer than " + std::to_string(patience.count()) + " s";
}

}  // namespace detail
}  // namespace v1
}  // namespace lockstep
