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

}  // namespace

std::optional<ProcessId> start_detached(std::vector<std::string> command, const std::string& path) {
    const auto file = open_path(path, O_RDONLY);
    if (!file) return std::nullopt;
    std::vector<std::string> environment;
    for (const auto* name : variables_passed_on) {
        if (const auto value = os::environment(name)) environment.push_back(std::string(name) + "=" + *value);
    }
    SpawnActions actions;
    // First what it is given: it may be what one of the others replaces.
    actions.copy(file.get(), descriptor_of_detached);
    actions.open_nothing(STDIN_FILENO, O_RDONLY);
    for (const int output : {STDOUT_FILENO, STDERR_FILENO}) actions.open_nothing(output, O_WRONLY);
    actions.go_to("/");
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
