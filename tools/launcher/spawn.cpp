#include "launcher/spawn.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>

#include "runtime/names.hpp"

extern char** environ;

namespace lockstep::launcher {
namespace {

constexpr std::string_view group_variable = "LOCKSTEP_GROUP=";

/// All that the child needs, made before there is one: after vfork(2) it may not even allocate.
struct Start {
    std::string path;
    std::vector<char*> words, environment;
    std::array<char, 40> group{};
    std::array<int, 3> files{};
    bool terminal = false;
    pid_t* number = nullptr;
    pid_t parent = 0;
    int error = 0;
};

/// Where execvp(3) would find it, with its folder: CTest gives programs their path as argument 0. "" if nowhere.
std::string found(const std::string& name) {
    if (name.empty() || name.find('/') != std::string::npos) return name;
    const auto path = runtime::environment("PATH");
    for (std::string_view rest = path; !rest.empty();) {
        const auto folder = rest.substr(0, rest.find(':'));
        rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
        auto candidate = std::string(folder.empty() ? "." : folder) + "/" + name;
        if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    }
    return "";
}

bool names_one_of(std::string_view entry, const Variables& variables) {
    const auto name = entry.substr(0, entry.find('='));
    for (const auto& variable : variables) {
        if (variable.first == name) return true;
    }
    return name == group_variable.substr(0, group_variable.size() - 1);
}

/// In the child. Only calls that signal handlers may make, and no return.
[[noreturn]] void become(Start& start, const Signals& signals) noexcept {
    ::setpgid(0, 0);
    const auto self = ::getpid();
    std::to_chars(start.group.data() + group_variable.size(), start.group.data() + start.group.size() - 1, self);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != start.parent) ::_exit(127);  // it died before that
    if (start.number != nullptr) *start.number = self;
    if (start.terminal) give_terminal(self);
    for (int i = 0; i < 3; ++i) {
        if (start.files[static_cast<std::size_t>(i)] >= 0) ::dup2(start.files[static_cast<std::size_t>(i)], i);
    }
    signals.restore();
    ::execvpe(start.path.c_str(), start.words.data(), start.environment.data());
    start.error = errno;
    ::_exit(127);
}

/// vfork(2) and not fork: this process goes on when the program runs, and sees in `start` why it does not.
[[gnu::noinline]] pid_t split(Start& start, const Signals& signals) {
    const auto pid = ::vfork();            // NOLINT(clang-analyzer-security.insecureAPI.vfork)
    if (pid == 0) become(start, signals);  // NOLINT(clang-analyzer-unix.Vfork)
    return pid;
}

}  // namespace

Started spawn(const Program& program, const Signals& signals) {
    auto words = program.words;
    Start start;
    start.path = found(words.front());
    if (start.path.empty()) return {0, ENOENT};
    words.front() = start.path;
    std::vector<std::string> variables;
    variables.reserve(program.variables.size());
    for (auto variable = program.variables.rbegin(); variable != program.variables.rend(); ++variable) {
        if (names_one_of(variable->first, Variables(program.variables.rbegin(), variable))) continue;
        variables.push_back(variable->first + "=" + variable->second);
    }
    for (auto& word : words) start.words.push_back(word.data());
    start.words.push_back(nullptr);
    for (char** entry = environ; *entry != nullptr; ++entry) {
        if (!names_one_of(*entry, program.variables)) start.environment.push_back(*entry);
    }
    for (auto& variable : variables) start.environment.push_back(variable.data());
    std::memcpy(start.group.data(), group_variable.data(), group_variable.size());
    start.environment.push_back(start.group.data());
    start.environment.push_back(nullptr);
    start.files = {program.input, program.output, program.errors};
    start.terminal = program.terminal && has_terminal();
    start.number = program.number;
    start.parent = ::getpid();

    const auto pid = split(start, signals);
    if (pid < 0) return {0, errno};
    if (start.error == 0) return {pid, 0};
    runtime::retry([&] { return ::waitpid(pid, nullptr, 0); });
    if (start.terminal) give_terminal(::getpgrp());
    return {0, start.error};
}

int status_of_unstarted(int error) {
    return error == ENOENT || error == ENOTDIR ? 127 : 126;
}

bool has_terminal() {
    return ::isatty(STDIN_FILENO) == 1 && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
}

void give_terminal(pid_t group) noexcept {
    sigset_t mask, before;
    ::sigemptyset(&mask);
    ::sigaddset(&mask, SIGTTOU);  // else it stops who does this in the background
    ::sigprocmask(SIG_BLOCK, &mask, &before);
    ::tcsetpgrp(STDIN_FILENO, group);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace lockstep::launcher
