// Starts a process that has nothing to do with us any more.
#include <spawn.h>

#include <algorithm>
#include <array>

#include "os/descriptor.hpp"
#include "os/exit_watch.hpp"
#include "os/machine.hpp"
#include "os/processes.hpp"
#include "os/spawn.hpp"

namespace lockstep::os {
namespace {

/// All else of our environment stays here: a variable may be how others find what a test left behind.
constexpr std::array variables_passed_on{"PATH", "LD_LIBRARY_PATH"};

class Actions {
public:
    explicit Actions(int descriptor) {
        check_spawn(::posix_spawn_file_actions_init(&actions_));
        // First what it is given: it may be what one of the others replaces.
        check_spawn(::posix_spawn_file_actions_adddup2(&actions_, descriptor, descriptor_of_detached));
        check_spawn(::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0));
        for (const int output : {STDOUT_FILENO, STDERR_FILENO})
            check_spawn(::posix_spawn_file_actions_addopen(&actions_, output, "/dev/null", O_WRONLY, 0));
        check_spawn(::posix_spawn_file_actions_addchdir_np(&actions_, "/"));
    }
    ~Actions() { ::posix_spawn_file_actions_destroy(&actions_); }
    Actions(const Actions&) = delete;
    Actions& operator=(const Actions&) = delete;
    [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

private:
    posix_spawn_file_actions_t actions_{};
};

}  // namespace

std::optional<ProcessId> start_detached(std::vector<std::string> command, const std::string& path) {
    const auto file = open_path(path, O_RDONLY);
    if (!file) return std::nullopt;
    std::vector<std::string> environment;
    for (const auto* name : variables_passed_on) {
        if (const auto value = os::environment(name)) environment.push_back(std::string(name) + "=" + *value);
    }
    const Actions actions(file.get());
    const SpawnAttributes attributes(POSIX_SPAWN_SETSID);
    pid_t child = 0;
    if (::posix_spawn(&child, command.front().c_str(), actions.get(), attributes.get(), pointers(command).data(),
                      pointers(environment).data()) != 0) {
        return std::nullopt;
    }
    return identify_process(child);
}

void close_all_above(int descriptor) {
    for (const auto& [number, target] : open_files_of(::getpid())) {
        if (number > descriptor) ::close(number);
    }
}

void wait_for_end(const ProcessId& process) {
    const ExitWatch watch(process);
    while (!watch.wait_until(std::chrono::steady_clock::now() + std::chrono::hours(1))) {
    }
}

}  // namespace lockstep::os
