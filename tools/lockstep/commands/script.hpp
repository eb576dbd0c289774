// What the client library gives C++ tests, for tests in other languages: `lockstep env|lock|port|unique|limit`.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace lockstep {

struct ScriptOptions {
    bool json = false;
    bool shared = false, machine = false;              ///< of lock
    std::optional<std::chrono::milliseconds> timeout;  ///< of lock; none: for ever
    std::string separator = "_";                       ///< of unique
};

/// Prints lines for a shell's eval: who this test is, where its worker's directory is.
int env_command(const ScriptOptions& options);
/// `words`: the lock's name, then the command that holds it. Its exit status; 1: not to be had within the time-out.
int lock_command(const ScriptOptions& options, const std::vector<std::string>& words);
/// Prints a port that is the calling test's until it ends.
int port_command(const ScriptOptions& options);
/// `words`: the prefix.
int unique_command(const ScriptOptions& options, const std::vector<std::string>& words);
/// `words`: the rate limit's name, then, if there is one, the command that is the call. Its exit status.
int limit_command(const ScriptOptions& options, const std::vector<std::string>& words);

}  // namespace lockstep
