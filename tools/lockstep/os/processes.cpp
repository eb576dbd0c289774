// Other processes, as /proc shows them (proc(5)). Whatever is read may be gone at the next step, so every reader here
// takes "cannot be read" for an answer. Our own children are in run.cpp.
#include "os/processes.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <string_view>

#include "os/descriptor.hpp"
#include "os/exit_watch.hpp"
#include "os/files.hpp"

namespace lockstep::os {
namespace {

using Directory = std::unique_ptr<DIR, int (*)(DIR*)>;

Directory open_numbers(const std::string& path) {
    auto descriptor = open_path(path, O_RDONLY | O_DIRECTORY);
    Directory directory(descriptor ? ::fdopendir(descriptor.get()) : nullptr, ::closedir);
    if (directory) static_cast<void>(descriptor.release());
    return directory;
}

/// The next entry whose name is a number, -1 after the last.
int next_number(DIR* directory) {
    while (const dirent* entry = ::readdir(directory)) {
        const std::string_view name = entry->d_name;
        int number = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
        if (error == std::errc{} && end == name.data() + name.size()) return number;
    }
    return -1;
}

Descriptor open_process(int pid) {
    return open_path("/proc/" + std::to_string(pid), O_RDONLY | O_DIRECTORY);
}

std::optional<std::string> read_at(int directory, const char* name) {
    const auto file = open_at(directory, name, O_RDONLY);
    std::string text;
    if (!file || !read_to_end(file.get(), text)) return std::nullopt;
    return text;
}

struct Status {
    int pid = 0;
    char state = 0;
    int parent = 0;
    int group = 0;
    std::uint64_t threads = 0;
    std::uint64_t start = 0;

    /// The main thread may be a zombie while others run.
    [[nodiscard]] bool runs() const { return state != 'X' && state != 'x' && (state != 'Z' || threads > 1); }
};

template <typename Number>
bool parse(std::string_view text, Number& number) {
    return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc{};
}

/// The second field, the program's name, may hold blanks and parentheses; no field after it does.
std::optional<Status> parse_status(std::string_view text) {
    const auto name_end = text.rfind(')');
    if (name_end == std::string_view::npos) return std::nullopt;
    Status status;
    if (!parse(text, status.pid)) return std::nullopt;
    text.remove_prefix(name_end + 1);
    for (int field = 3; field <= 22; ++field) {
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
        const auto value = text.substr(0, text.find(' '));
        if (value.empty()) return std::nullopt;
        bool good = true;
        switch (field) {
            case 3:
                status.state = value.front();
                break;
            case 4:
                good = parse(value, status.parent);
                break;
            case 5:
                good = parse(value, status.group);
                break;
            case 20:
                good = parse(value, status.threads);
                break;
            case 22:
                good = parse(value, status.start);
                break;
            default:
                break;
        }
        if (!good) return std::nullopt;
        text.remove_prefix(value.size());
    }
    return status;
}

std::optional<Status> status_at(int directory, const char* name = "stat") {
    const auto text = read_at(directory, name);
    return text ? parse_status(*text) : std::nullopt;
}

std::optional<Status> status_of(int pid) {
    return status_at(AT_FDCWD, ("/proc/" + std::to_string(pid) + "/stat").c_str());
}

/// The texts that end with a zero byte each (the last one, perhaps, without).
std::vector<std::string> split_zeros(std::string_view text) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const auto end = std::min(text.find('\0'), text.size());
        parts.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

}  // namespace

std::chrono::nanoseconds started_by(const ProcessId& process) {
    const auto ticks_a_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    return std::chrono::nanoseconds((process.start + 1) * std::nano::den / ticks_a_second);
}

bool proc_available() {
    const auto self = status_at(AT_FDCWD, "/proc/self/stat");
    // Another number: a /proc of other process-id namespaces than ours, which tells us about strangers.
    return self && self->pid == ::getpid();
}

ProcessId parent_process() {
    while (true) {
        const int pid = ::getppid();
        const auto process = identify_process(pid);
        // Should it die meanwhile, we have another parent, and its number may be anybody's.
        if (::getppid() == pid) return process.value_or(ProcessId{.pid = pid, .start = 0});
    }
}

std::optional<ProcessId> identify_process(int pid) {
    const auto status = status_of(pid);
    if (!status) return std::nullopt;
    return ProcessId{.pid = pid, .start = status->start};
}

bool alive(const ProcessId& process) {
    const auto status = status_of(process.pid);
    return status && status->start == process.start && status->runs();
}

bool stopped(const ProcessId& process) {
    const auto status = status_of(process.pid);
    return status && status->start == process.start && (status->state == 'T' || status->state == 't');
}

void end_with(const ProcessId& parent) {
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) throw std::system_error(errno, std::generic_category(), "prctl");
    if (parent_process() != parent) ::raise(SIGKILL);  // it ended before that
}

int parent_of(int pid) {
    const auto status = status_of(pid);
    return status ? status->parent : 0;
}

int process_group_of(int pid) {
    const auto status = status_of(pid);
    return status ? status->group : 0;
}

std::vector<std::string> command_line_of(int pid) {
    return split_zeros(read_at(AT_FDCWD, ("/proc/" + std::to_string(pid) + "/cmdline").c_str()).value_or(""));
}

std::string executable_of(int pid) {
    return link_target("/proc/" + std::to_string(pid) + "/exe");
}

std::optional<std::string> environment_of(int pid, const std::string& name) {
    const auto text = read_at(AT_FDCWD, ("/proc/" + std::to_string(pid) + "/environ").c_str());
    if (!text) return std::nullopt;
    for (auto& entry : split_zeros(*text)) {
        if (entry.starts_with(name) && entry.size() > name.size() && entry[name.size()] == '=') {
            return entry.substr(name.size() + 1);
        }
    }
    return std::nullopt;
}

std::vector<std::pair<int, std::string>> open_files_of(int pid) {
    std::vector<std::pair<int, std::string>> files;
    const auto directory = open_numbers("/proc/" + std::to_string(pid) + "/fd");
    if (!directory) return files;
    for (int number; (number = next_number(directory.get())) >= 0;) {
        auto target = link_target(::dirfd(directory.get()), std::to_string(number).c_str());
        if (!target.empty()) files.emplace_back(number, std::move(target));
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::vector<ProcessId> processes_with_environment(const std::string& name, const std::string& value) {
    std::vector<ProcessId> found;
    const auto all = open_numbers("/proc");
    if (!all) return found;
    using namespace std::string_literals;
    const auto wanted = "\0"s + name + "=" + value + "\0"s;
    for (int pid; (pid = next_number(all.get())) >= 0;) {
        if (pid == ::getpid()) continue;
        // What is opened below this descriptor belongs to this process, or cannot be opened, even when the number goes
        // to another.
        const auto process = open_process(pid);
        struct stat owner {};
        if (!process || ::fstat(process.get(), &owner) != 0 || owner.st_uid != ::geteuid()) continue;
        const auto environment = read_at(process.get(), "environ");
        if (!environment || ("\0"s + *environment).find(wanted) == std::string::npos) continue;
        if (const auto status = status_at(process.get()); status && status->runs()) {
            found.push_back({.pid = pid, .start = status->start});
        }
    }
    return found;
}

std::vector<ProcessId> processes_in_group(int group) {
    std::vector<ProcessId> found;
    const auto all = open_numbers("/proc");
    if (!all) return found;
    for (int pid; (pid = next_number(all.get())) >= 0;) {
        const auto status = status_of(pid);
        if (status && status->group == group && status->runs()) found.push_back({.pid = pid, .start = status->start});
    }
    return found;
}

bool link_open_file(int pid, int fd, const std::string& path) {
    const auto file = "/proc/" + std::to_string(pid) + "/fd/" + std::to_string(fd);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return false;
    return ::linkat(AT_FDCWD, file.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) == 0;
}

void cut_open_file(int pid, int fd) {
    // "pos:\t123" https://docs.kernel.org/filesystems/proc.html
    constexpr std::string_view label = "pos:";
    const auto text = read_file("/proc/" + std::to_string(pid) + "/fdinfo/" + std::to_string(fd)).value_or("");
    if (!text.starts_with(label)) return;
    off_t position = 0;
    const auto* number = text.data() + std::min(text.find_first_not_of(" \t", label.size()), text.size());
    if (std::from_chars(number, text.data() + text.size(), position).ec != std::errc()) return;
    const auto file = open_path("/proc/" + std::to_string(pid) + "/fd/" + std::to_string(fd), O_WRONLY);
    struct ::stat status {};
    if (!file || ::fstat(file.get(), &status) != 0 || status.st_size <= position) return;
    static_cast<void>(::ftruncate(file.get(), position) == 0);
}

void end_processes(std::span<const ProcessId> processes, std::chrono::milliseconds patience) {
    std::vector<std::unique_ptr<const ExitWatch>> left;
    for (const auto& process : processes) left.push_back(std::make_unique<const ExitWatch>(process));
    const auto signal_and_wait = [&](int signal, std::chrono::milliseconds time) {
        std::erase_if(left, [&](const auto& watch) { return !watch->signal(signal); });
        const auto deadline = std::chrono::steady_clock::now() + time;
        std::erase_if(left, [&](const auto& watch) { return watch->wait_until(deadline); });
    };
    signal_and_wait(SIGTERM, patience);
    signal_and_wait(SIGKILL, std::chrono::seconds(1));
}

}  // namespace lockstep::os
