// Processes, through /proc. Failures of the system throw std::system_error; a process that is gone is a value.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace lockstep::os {

/// A process, safe against reuse of its number: `start` is /proc/PID/stat's field 22 (clock ticks since boot).
struct ProcessId {
    int pid = 0;
    std::uint64_t start = 0;
    bool operator==(const ProcessId&) const = default;
};

/// When that process was started at the latest: on CLOCK_BOOTTIME, to the end of the tick that `start` names.
[[nodiscard]] std::chrono::nanoseconds started_by(const ProcessId& process);

[[nodiscard]] bool proc_available();
[[nodiscard]] ProcessId parent_process();
[[nodiscard]] int own_process();
/// The identity of whoever has that number now; none if nobody.
[[nodiscard]] std::optional<ProcessId> identify_process(int pid);
/// Running, or a zombie that nobody has waited for (then false: it runs no more).
[[nodiscard]] bool alive(const ProcessId& process);
/// It lives, and does nothing until it is sent SIGCONT (SIGSTOP, Ctrl-Z, a debugger).
[[nodiscard]] bool stopped(const ProcessId& process);
/// From now on the kernel kills this process when `parent`, which started it, ends; at once if it has ended.
void end_with(const ProcessId& parent);
[[nodiscard]] int parent_of(int pid);                             ///< 0 if gone
[[nodiscard]] int process_group_of(int pid);                      ///< 0 if gone
[[nodiscard]] std::vector<std::string> command_line_of(int pid);  ///< empty if unreadable
[[nodiscard]] std::string executable_of(int pid);                 ///< "" if unreadable
/// What variable `name` was when the process was started; none if it was not set, or cannot be read.
[[nodiscard]] std::optional<std::string> environment_of(int pid, const std::string& name);
/// Numbers of open descriptors, ascending, with what /proc says they point to ("… (deleted)" included); empty if
/// unreadable.
[[nodiscard]] std::vector<std::pair<int, std::string>> open_files_of(int pid);
/// All processes of this user whose environment holds exactly `name`=`value`.
[[nodiscard]] std::vector<ProcessId> processes_with_environment(const std::string& name, const std::string& value);

/// All processes of that process group that run.
[[nodiscard]] std::vector<ProcessId> processes_in_group(int group);

/// Makes `path` a hard link of what descriptor `fd` of process `pid` is open on, also when that has lost its name
/// (linkat of /proc/PID/fd/N with AT_SYMLINK_FOLLOW). False where that cannot be done.
[[nodiscard]] bool link_open_file(int pid, int fd, const std::string& path);
/// Takes away what lies behind the place where descriptor `fd` of process `pid` stands. Nothing happens where that
/// cannot be done.
void cut_open_file(int pid, int fd);

/// TERM to all, after `patience` KILL to those that are left; returns when all are gone (or after one more second).
/// Throws if we may not.
void end_processes(std::span<const ProcessId> processes, std::chrono::milliseconds patience);

/// What start_detached() gives the process it starts.
constexpr int descriptor_of_detached = 3;
/// Starts `command` (no shell; command[0] is a path) in a session of its own, in "/", standard streams on /dev/null,
/// with `path` open for reading as descriptor_of_detached, and next to nothing of our environment. None if that cannot
/// be done. It may inherit more descriptors: see close_all_above().
[[nodiscard]] std::optional<ProcessId> start_detached(std::vector<std::string> command, const std::string& path);
/// Closes all our descriptors with a greater number. Needs /proc: without it nothing is closed. Never throws for one
/// that cannot be closed.
void close_all_above(int descriptor);
/// Blocks without a limit until the process has ended; returns at once if it is gone. Any process, not a child alone;
/// its exit status stays for its parent.
void wait_for_end(const ProcessId& process);

struct RunOptions {
    std::vector<std::string> command;  ///< no shell; command[0] is looked up in PATH
    std::string working_directory;     ///< "": ours
    std::vector<std::pair<std::string, std::string>> set_environment;
    std::vector<std::string> unset_environment;
    std::optional<std::chrono::milliseconds> timeout;  ///< then the process group gets TERM, after 5 s KILL
    bool own_group = true;                             ///< a process group of its own
    bool merge_stderr = true;                          ///< standard error into the output; else it goes to ours
    std::string stderr_file;                           ///< standard error into this file, made anew; "": as above
};
struct RunResult {
    int status = 0;  ///< exit status; 128 + signal; 127: could not be started
    bool timed_out = false;
    std::string output;  ///< what it wrote until it ended; of 127 the reason
    double seconds = 0;  ///< from start to end
};
/// Runs a command to its end and captures its standard output. Standard input is /dev/null. That it cannot be started
/// is a result; throws where there is no pipe to be had.
[[nodiscard]] RunResult run(const RunOptions& options);

}  // namespace lockstep::os
