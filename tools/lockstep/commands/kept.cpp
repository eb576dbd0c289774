#include "commands/kept.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/resolution.hpp"
#include "os/files.hpp"

namespace lockstep {
namespace {

using nlohmann::json;

std::string keep_list(const Layout& layout, const Session& session) {
    return layout.session(session.number) + "/keep.json";
}
bool bad(LogVerdict verdict) {
    return verdict == LogVerdict::failed || verdict == LogVerdict::unknown;
}

/// Indices of tests and batches with directories worth keeping.
std::vector<std::size_t> failed_with_directory(const RunTable& table, const LogReading& log) {
    std::vector<std::size_t> indices;
    for (const auto& entry : log.entries) {
        if (bad(entry.verdict) && table.has_temp(entry.index)) indices.push_back(entry.index);
    }
    return indices;
}

/// What the list names, with something in it. A list that cannot be read names nothing.
struct ListedDirectories {
    std::vector<std::string> paths, tests;
};
ListedDirectories listed_directories(const Layout& layout, const Session& session, const RunTable& table) {
    ListedDirectories listed;
    const auto text = os::read_file(keep_list(layout, session));
    if (!text) return listed;
    for (const auto& entry : json::parse(*text, nullptr, false)) {
        if (!entry.is_number_unsigned() || !table.has_temp(entry.get<std::size_t>())) continue;
        const auto index = entry.get<std::size_t>();
        auto directory = layout.temp(session.number, index);
        if (!os::exists(directory) || os::is_empty_directory(directory)) continue;
        listed.paths.push_back(std::move(directory));
        listed.tests.emplace_back(table.name_of(index));
    }
    return listed;
}

}  // namespace

void note_directories_to_keep(const Layout& layout, const Session& session, const RunTable& table,
                              const LogReading& log) {
    const auto indices = failed_with_directory(table, log);
    if (!indices.empty()) os::write_file(keep_list(layout, session), json(indices).dump() + "\n");
}

void keep_noted_directories(const Layout& layout, const Session& session, const RunTable& table, History& history) {
    const auto listed = listed_directories(layout, session, table);
    if (listed.paths.empty()) return;
    const os::FileLock lock(layout.kept_lock());
    os::make_directories(layout.kept());
    const auto numbers = history.keep(listed.tests);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto to = fmt::format("{}/{}", layout.kept(), numbers[i]);
        os::remove_tree(to);
        os::move_tree(listed.paths[i], to);
    }
}

void drop_kept_of_passed(const Layout& layout, const RunTable& table, const LogReading& log, History& history) {
    if (history.kept().empty()) return;
    // Until the numbers are forgotten, and may be another's: `end` is not under the registry's lock.
    const os::FileLock lock(layout.kept_lock());
    const auto kept = history.kept();
    std::vector<std::string> passed;
    for (const auto& entry : log.entries) {
        if (entry.verdict != LogVerdict::passed && entry.verdict != LogVerdict::skipped) continue;
        const auto found = kept.find(std::string(table.name_of(entry.index)));
        if (found == kept.end()) continue;
        os::remove_tree(fmt::format("{}/{}", layout.kept(), found->second));
        passed.push_back(found->first);
    }
    history.forget_kept(passed);
}

void tidy_temp_directories(const Layout& layout, const Session& session, const RunTable& table, const LogReading& log,
                           const Report& report) {
    note_directories_to_keep(layout, session, table, log);
    for (const auto& entry : log.entries) {
        if (!table.has_temp(entry.index) || entry.verdict == LogVerdict::not_run || bad(entry.verdict)) continue;
        try {
            os::make_empty_directory(layout.temp(session.number, entry.index));
        } catch (const std::exception& error) {  // a test made it somebody else's: the others are emptied all the same
            report(fmt::format("warning: {}", error.what()));
        }
    }
}

std::string directory_left(const Layout& layout, const History& history, const std::string& test) {
    for (const auto& session : read_sessions(layout)) {
        const auto table = session.ended ? read_run_table(layout, session.graph) : std::nullopt;
        if (!table) continue;
        const auto listed = listed_directories(layout, session, *table);
        const auto found = std::ranges::find(listed.tests, test);
        if (found != listed.tests.end()) return listed.paths[static_cast<std::size_t>(found - listed.tests.begin())];
    }
    const auto kept = history.kept();
    const auto found = kept.find(test);
    return found == kept.end() ? "" : fmt::format("{}/{}", layout.kept(), found->second);
}

}  // namespace lockstep
