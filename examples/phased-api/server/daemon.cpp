#include "server/daemon.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

namespace phased_api {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto time_to_start = 10s;
constexpr auto time_to_end = 5s;

std::runtime_error system_failure(const std::string& what) {
    return std::runtime_error(what + ": " + std::strerror(errno));
}

std::string read_file(const fs::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// Whole or not at all: a reader never sees half a line.
void write_file(const fs::path& file, const std::string& content) {
    fs::path temporary = file;
    temporary += ".new";
    {
        std::ofstream stream(temporary);
        stream << content;
        if (!stream.flush()) throw std::runtime_error("cannot write " + temporary.string());
    }
    fs::rename(temporary, file);
}

// ---- which process it is ----

/// A process id alone may belong to somebody else by now; with its start time it is one process for good.
struct Process {
    pid_t id = 0;
    std::string start;
};

/// When the process started, in ticks since boot: field 22 of /proc/PID/stat. The second field, the program's name in
/// parentheses, may hold spaces, so the count begins after the last parenthesis.
std::optional<std::string> start_time(pid_t id) {
    const std::string stat = read_file("/proc/" + std::to_string(id) + "/stat");
    const auto name_end = stat.rfind(')');
    if (name_end == std::string::npos) return std::nullopt;
    std::istringstream fields(stat.substr(name_end + 1));
    std::string field;
    for (int number = 3; number <= 22; ++number) fields >> field;
    if (!fields) return std::nullopt;
    return field;
}

/// Where a process's program is; empty for one that has ended, even if nobody has collected its status yet.
std::string program_of(const std::string& process) {
    std::error_code error;
    std::string path = fs::read_symlink("/proc/" + process + "/exe", error).string();
    // A server that was started before the last rebuild is still ours.
    constexpr std::string_view replaced = " (deleted)";
    if (path.ends_with(replaced)) path.resize(path.size() - replaced.size());
    return path;
}

bool is_running(const Process& process) {
    return start_time(process.id) == process.start && program_of(std::to_string(process.id)) == program_of("self");
}

std::optional<Process> recorded_process(const fs::path& state) {
    std::istringstream line(read_file(state / "process"));
    Process process;
    if (!(line >> process.id >> process.start) || process.id <= 1) return std::nullopt;
    return process;
}

void forget_process(const fs::path& state) {
    std::error_code gone_already;
    fs::remove(state / "address", gone_already);
    fs::remove(state / "process", gone_already);
}

bool ends_within(const Process& process, std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (is_running(process)) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(5ms);
    }
    return true;
}

// ---- becoming a daemon ----

/// ctest waits until nobody holds a test's output any more, so the daemon keeps nothing of what it inherited: its
/// output goes into the log, and of all other files only `ready`, moved to descriptor 3, stays.
void detach(const fs::path& state, int ready) {
    ::setsid();
    const int nothing = ::open("/dev/null", O_RDONLY);
    const int log = ::open((state / "log").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0644);
    if (nothing < 0 || log < 0) throw system_failure("cannot open the log in " + state.string());
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    ::dup2(ready, 3);
    ::close_range(4, ~0U, 0);
    // The directory of a test may be removed after it.
    if (::chdir("/") != 0) throw system_failure("cannot change to /");
}

/// Waits for the byte that says "ready"; false if the daemon ended without it, or after the time for starting.
bool becomes_ready(int pipe) {
    pollfd wait{pipe, POLLIN, 0};
    const int limit = static_cast<int>(std::chrono::milliseconds(time_to_start).count());
    int events = 0;
    do events = ::poll(&wait, 1, limit);
    while (events < 0 && errno == EINTR);
    char byte = 0;
    return events == 1 && ::read(pipe, &byte, 1) == 1;
}

[[noreturn]] void be_daemon(const fs::path& state, const Serve& serve, int ready_pipe) {
    int status = 0;
    try {
        detach(state, ready_pipe);
        run_here(state, [&serve](const std::function<void(int)>& ready) {
            serve([&ready](int port) {
                ready(port);
                // The caller may have been killed meanwhile; the server is up all the same.
                ::signal(SIGPIPE, SIG_IGN);
                if (::write(3, "!", 1) != 1) std::fputs("nobody waited for the start\n", stderr);
                ::close(3);
            });
        });
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        status = 1;
    }
    std::fflush(nullptr);
    ::_exit(status);  // what the parent registered with atexit is the parent's
}

}  // namespace

void run_here(const fs::path& state, const Serve& serve) {
    const pid_t id = ::getpid();
    write_file(state / "process", std::to_string(id) + " " + start_time(id).value_or("?") + "\n");
    serve([&state](int port) { write_file(state / "address", "127.0.0.1:" + std::to_string(port) + "\n"); });
    forget_process(state);
}

void start_daemon(const fs::path& state, const Serve& serve) {
    if (stop_daemon(state)) std::puts("replaced a server that an earlier run left behind");

    std::array<int, 2> ready{};
    if (::pipe2(ready.data(), O_CLOEXEC) != 0) throw system_failure("cannot make a pipe");
    std::fflush(nullptr);  // or the child prints it a second time
    const pid_t child = ::fork();
    if (child < 0) throw system_failure("cannot fork");
    if (child == 0) be_daemon(state, serve, ready[1]);

    ::close(ready[1]);
    const bool up = becomes_ready(ready[0]);
    ::close(ready[0]);
    if (up) return;
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    forget_process(state);
    throw std::runtime_error("the server did not start:\n" + read_file(state / "log"));
}

bool stop_daemon(const fs::path& state) {
    const auto process = recorded_process(state);
    if (!process || !is_running(*process)) {
        forget_process(state);
        return false;
    }
    ::kill(process->id, SIGTERM);
    if (!ends_within(*process, time_to_end)) {
        ::kill(process->id, SIGKILL);
        if (!ends_within(*process, time_to_end)) {
            throw std::runtime_error("process " + std::to_string(process->id) + " does not end");
        }
    }
    forget_process(state);
    return true;
}

}  // namespace phased_api
