// Starts a program in a process group of its own.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "launcher/signals.hpp"

namespace lockstep::launcher {

using Words = std::vector<std::string>;
using Variables = std::vector<std::pair<std::string, std::string>>;  ///< the later of two of one name counts

struct Program {
    Words words;
    Variables variables;                       ///< besides this process's own
    int input = -1, output = -1, errors = -1;  ///< open files; -1: this process's
    bool terminal = false;                     ///< it gets the terminal that this process has, if it has one
    pid_t* number = nullptr;                   ///< gets its process id before its first instruction
};

struct Started {
    pid_t pid = 0;  ///< of the process and of its group; 0: it could not be started
    int error = 0;  ///< errno then
};

/// The program has LOCKSTEP_GROUP, its process group, in its environment, and is killed when this process dies. When
/// this returns it is running: nothing lies between the call and the program's first instruction but the kernel.
[[nodiscard]] Started spawn(const Program& program, const Signals& signals);

/// What a shell says of a program that could not be started: 127 if there is none, else 126.
[[nodiscard]] int status_of_unstarted(int error);

/// Has this process's group the terminal on stdin?
[[nodiscard]] bool has_terminal();
/// Gives the terminal on stdin to a group; also where this process's is in the background.
void give_terminal(pid_t group) noexcept;

}  // namespace lockstep::launcher
