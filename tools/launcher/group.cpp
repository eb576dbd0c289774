#include "launcher/group.hpp"

#include <dirent.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <system_error>

#include "runtime/descriptor.hpp"
#include "runtime/names.hpp"

namespace lockstep::launcher {
namespace {

std::string content(const std::string& path) {
    std::string text;
    try {
        if (!runtime::read_file(path, text)) text.clear();
    } catch (const std::system_error&) {
        text.clear();  // it ended meanwhile
    }
    return text;
}

/// Of /proc/<pid>/stat: "pid (name) state parent group …", where the name may hold anything.
bool is_alive_in(const std::string& process, pid_t group) {
    const auto stat = content("/proc/" + process + "/stat");
    const auto name_end = stat.rfind(')');
    char state = 'Z';
    int parent = 0, own_group = 0;
    return name_end != std::string::npos &&
           std::sscanf(stat.c_str() + name_end + 1, " %c %d %d", &state, &parent, &own_group) == 3 &&
           own_group == group && state != 'Z' && state != 'X';
}

std::string command_of(const std::string& process) {
    constexpr std::size_t most = 200;
    auto command = content("/proc/" + process + "/cmdline");
    while (!command.empty() && command.back() == '\0') command.pop_back();
    if (command.size() > most) command.replace(most, std::string::npos, "…");
    for (auto& c : command) {
        if (static_cast<unsigned char>(c) < ' ') c = ' ';
    }
    return command;
}

}  // namespace

bool group_has_children(pid_t group) {
    siginfo_t info;
    for (;;) {
        info.si_pid = 0;
        const auto result =
            runtime::retry([&] { return ::waitid(P_PGID, static_cast<id_t>(group), &info, WEXITED | WNOHANG); });
        if (result != 0) return false;
        if (info.si_pid == 0) return true;
    }
}

std::vector<std::string> members_of(pid_t group) {
    std::vector<std::string> members;
    const std::unique_ptr<DIR, int (*)(DIR*)> processes(::opendir("/proc"), ::closedir);
    if (!processes) return members;
    while (const auto* entry = ::readdir(processes.get())) {
        const std::string process = static_cast<const char*>(entry->d_name);
        if (process.find_first_not_of("0123456789") != std::string::npos || !is_alive_in(process, group)) continue;
        members.push_back(process + " (" + command_of(process) + ")");
    }
    return members;
}

}  // namespace lockstep::launcher
