// This machine and this moment. What the control groups allow is in cgroup.cpp.
#include "os/machine.hpp"

#include <sched.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <system_error>

#include "os/cgroup.hpp"
#include "os/descriptor.hpp"
#include "os/files.hpp"

namespace lockstep::os {
namespace {

int allowed_processors() {
    // The kernel refuses a set smaller than its own, and does not tell how large that is.
    for (int most = 1024; most <= 1 << 20; most *= 2) {
        const auto free_set = [](cpu_set_t* set) { CPU_FREE(set); };
        const std::unique_ptr<cpu_set_t, decltype(free_set)> set(CPU_ALLOC(static_cast<std::size_t>(most)), free_set);
        const auto size = CPU_ALLOC_SIZE(static_cast<std::size_t>(most));
        if (set && ::sched_getaffinity(0, size, set.get()) == 0) return std::max(CPU_COUNT_S(size, set.get()), 1);
        if (errno != EINVAL) break;
    }
    return std::max(static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN)), 1);
}

}  // namespace

int processors() {
    const int allowed = allowed_processors();
    const auto quota = cgroup_limits().processors;
    if (!quota || *quota >= allowed) return allowed;
    return std::max(static_cast<int>(std::ceil(*quota)), 1);
}

std::uint64_t memory_bytes() {
    struct sysinfo information {};
    if (::sysinfo(&information) != 0) throw std::system_error(errno, std::generic_category(), "sysinfo");
    const auto total = std::uint64_t{information.totalram} * information.mem_unit;
    return std::min(total, cgroup_limits().memory.value_or(total));
}

std::string host_name() {
    std::array<char, HOST_NAME_MAX + 1> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) {
        throw std::system_error(errno, std::generic_category(), "gethostname");
    }
    return name.data();
}

std::string boot_id() {
    auto text = read_file("/proc/sys/kernel/random/boot_id").value_or("");
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

std::string process_namespace() {
    return link_target("/proc/self/ns/pid");
}

std::int64_t now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::optional<std::string> environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::vector<std::string> environment_names() {
    std::vector<std::string> names;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        names.emplace_back(text.substr(0, text.find('=')));
    }
    return names;
}

std::string own_executable() {
    return link_target("/proc/self/exe");
}

}  // namespace lockstep::os
