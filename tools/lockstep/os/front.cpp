#include "os/front.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "os/descriptor.hpp"
#include "os/spawn.hpp"

namespace lockstep::os {
namespace {

/// Ignores what a terminal sends to all of its foreground, until the end of the scope.
class DeafToTerminal {
public:
    DeafToTerminal() {
        struct sigaction ignore {};
        ignore.sa_handler = SIG_IGN;
        ::sigaction(SIGINT, &ignore, &interrupt_);
        ::sigaction(SIGQUIT, &ignore, &quit_);
    }
    ~DeafToTerminal() { restore(); }
    DeafToTerminal(const DeafToTerminal&) = delete;
    DeafToTerminal& operator=(const DeafToTerminal&) = delete;
    void restore() const {
        ::sigaction(SIGINT, &interrupt_, nullptr);
        ::sigaction(SIGQUIT, &quit_, nullptr);
    }

private:
    struct sigaction interrupt_ {
    }, quit_{};
};

constexpr int not_found = 127, not_executable = 126;

}  // namespace

int run_in_front(const std::vector<std::string>& command,
                 const std::vector<std::pair<std::string, std::string>>& set_environment) {
    auto words = command;
    auto environment = environment_with(set_environment, {});
    const auto arguments = pointers(words), variables = pointers(environment);
    const auto parent = ::getpid();
    const DeafToTerminal deaf;
    const pid_t child = ::fork();
    if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (child == 0) {
        deaf.restore();
        // What we hold for it ends with us, and so must it. TERM, so that it can end in good order.
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (::getppid() != parent) ::_exit(128 + SIGTERM);
        ::execvpe(arguments.front(), arguments.data(), variables.data());
        const int error = errno;
        std::fprintf(stderr, "lockstep: cannot start '%s': %s\n", arguments.front(), std::strerror(error));
        std::fflush(stderr);
        ::_exit(error == ENOENT ? not_found : not_executable);
    }
    int status = 0;
    if (retry([&] { return ::waitpid(child, &status, 0); }) < 0)
        throw std::system_error(errno, std::generic_category(), "waitpid");
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void append_to_streams() {
    for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) {
        const int flags = ::fcntl(stream, F_GETFL);
        if (flags >= 0) ::fcntl(stream, F_SETFL, flags | O_APPEND);
    }
}

void hold_until_end_of(const ProcessId& other) {
    const pid_t child = ::fork();
    if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (child != 0) return;
    // Out of the group that a terminal or a launcher ends; what it holds is freed with the process it watches.
    ::setsid();
    const Descriptor nothing = open_path("/dev/null", O_RDWR);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nothing.get(), stream);
    try {
        wait_for_end(other);
    } catch (const std::exception&) {  // then there is nobody to hold it for
    }
    ::_exit(0);
}

}  // namespace lockstep::os
