#include "os/cgroup.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <system_error>
#include <vector>

#include "os/files.hpp"

namespace lockstep::os {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (true) {
        const auto end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

/// A hierarchy that is mounted here: of one or more controllers in version 1, of all in version 2 (no controllers).
struct Mount {
    std::vector<std::string> controllers;
    std::string root, place;
};

/// /proc/self/mountinfo: id, parent, device, root, mount point, options, more…, "-", type, source, super options.
std::vector<Mount> mounts(const std::string& text) {
    std::vector<Mount> result;
    for (const auto& line : split(text, '\n')) {
        const auto fields = split(line, ' ');
        const auto dash = std::find(fields.begin(), fields.end(), "-");
        if (dash - fields.begin() < 6 || fields.end() - dash < 4) continue;
        if (dash[1] == "cgroup2") result.push_back({{}, fields[3], fields[4]});
        if (dash[1] == "cgroup") result.push_back({split(dash[3], ','), fields[3], fields[4]});
    }
    return result;
}

std::optional<std::string> first_line(const std::string& path) {
    try {
        auto text = read_file(path);
        return text ? std::optional(text->substr(0, text->find('\n'))) : std::nullopt;
    } catch (const std::system_error&) {
        return std::nullopt;
    }
}

/// None for "max", "-1" and whatever else is no plain number.
template <typename Number>
std::optional<Number> number(const std::string& text) {
    Number value{};
    const auto* end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, value);
    if (result.ec != std::errc{} || result.ptr != end || value <= 0) return std::nullopt;
    return value;
}

template <typename Number>
void tighten(std::optional<Number>& limit, std::optional<Number> other) {
    if (other && (!limit || *other < *limit)) limit = other;
}

std::optional<double> ratio(const std::string& quota, const std::string& period) {
    const auto over = number<std::int64_t>(quota), under = number<std::int64_t>(period);
    if (!over || !under) return std::nullopt;
    return static_cast<double>(*over) / static_cast<double>(*under);
}

void read_limits(const std::string& folder, CgroupLimits& limits) {
    if (const auto line = first_line(folder + "/cpu.max")) {
        const auto words = split(*line, ' ');
        if (words.size() == 2) tighten(limits.processors, ratio(words[0], words[1]));
    }
    if (const auto quota = first_line(folder + "/cpu.cfs_quota_us")) {
        const auto period = first_line(folder + "/cpu.cfs_period_us");
        if (period) tighten(limits.processors, ratio(*quota, *period));
    }
    for (const auto* name : {"/memory.max", "/memory.limit_in_bytes"}) {
        if (const auto line = first_line(folder + name)) tighten(limits.memory, number<std::uint64_t>(*line));
    }
}

/// `group` is relative to the hierarchy, of which only what is below the mount's root can be seen.
void climb(const std::string& root, const Mount& mount, std::string group, CgroupLimits& limits) {
    if (mount.root != "/" && group.starts_with(mount.root)) group.erase(0, mount.root.size());
    while (true) {
        while (group.ends_with('/')) group.pop_back();
        read_limits(root + mount.place + group, limits);
        if (group.empty()) return;
        group.erase(group.rfind('/') == std::string::npos ? 0 : group.rfind('/'));
    }
}

}  // namespace

CgroupLimits cgroup_limits(const std::string& root) {
    CgroupLimits limits;
    const auto mounted = mounts(read_file(root + "/proc/self/mountinfo").value_or(""));
    // "hierarchy:controllers:group", without controllers for version 2.
    for (const auto& line : split(read_file(root + "/proc/self/cgroup").value_or(""), '\n')) {
        const auto first = line.find(':'), second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos) continue;
        const auto controllers = split(line.substr(first + 1, second - first - 1), ',');
        const bool version_2 = second == first + 1;
        for (const auto& mount : mounted) {
            const bool same = version_2 ? mount.controllers.empty()
                                        : std::find(mount.controllers.begin(), mount.controllers.end(),
                                                    controllers.front()) != mount.controllers.end();
            if (same) climb(root, mount, line.substr(second + 1), limits);
        }
    }
    return limits;
}

}  // namespace lockstep::os
