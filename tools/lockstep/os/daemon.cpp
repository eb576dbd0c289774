#include "os/daemon.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <cstring>
#include <set>
#include <stdexcept>
#include <string_view>

#include "os/descriptor.hpp"
#include "os/spawn.hpp"

namespace lockstep::os {
namespace {

/// Copies above all numbers that the child will give away, which the copying into place must not overwrite.
std::vector<Descriptor> copies_out_of_the_way(const std::vector<int>& descriptors) {
    std::vector<Descriptor> copies;
    const int above = STDERR_FILENO + 2 + static_cast<int>(descriptors.size());
    for (const int descriptor : descriptors) {
        copies.emplace_back(::fcntl(descriptor, F_DUPFD_CLOEXEC, above));
        if (!copies.back()) throw std::system_error(errno, std::generic_category(), "fcntl");
    }
    return copies;
}

}  // namespace

ProcessId start_daemon(const DaemonOptions& options) {
    auto words = options.command;
    if (words.empty()) throw std::runtime_error("cannot start a command without words");
    auto environment = environment_with(options.set_environment, {});
    const auto log = open_path(options.log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
    if (!log) fail("cannot write", options.log);
    std::vector<int> descriptors = options.inherited;
    descriptors.push_back(log.get());
    auto kept = copies_out_of_the_way(descriptors);
    const auto output = std::move(kept.back());
    kept.pop_back();
    SpawnActions actions;
    actions.copy(output.get(), STDOUT_FILENO);
    actions.copy(output.get(), STDERR_FILENO);
    actions.open_nothing(STDIN_FILENO, O_RDONLY);
    int next = STDERR_FILENO + 1;
    for (const auto& descriptor : kept) actions.copy(descriptor.get(), next++);
    // A pipe that somebody reads to its end, for one: it would wait for the daemon.
    actions.close_from(next);
    actions.go_to(options.working_directory);
    const SpawnAttributes attributes(POSIX_SPAWN_SETSID);
    pid_t child = 0;
    const int error = ::posix_spawnp(&child, words.front().c_str(), actions.get(), attributes.get(),
                                     pointers(words).data(), pointers(environment).data());
    if (error != 0) throw std::runtime_error("cannot start '" + words.front() + "': " + std::strerror(error));
    return identify_process(child).value_or(ProcessId{.pid = child, .start = 0});
}

}  // namespace lockstep::os
