#include "commands/case_times.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "os/files.hpp"
#include "text/lines.hpp"

namespace lockstep {
namespace {

/// Durations differ from run to run: less than this is not worth other batches.
constexpr double uneven_factor = 1.5;
constexpr double uneven_seconds = 0.25;

bool uneven(double expected, double measured) {
    const double more = std::max(expected, measured), less = std::min(expected, measured);
    return more > uneven_factor * less && more - less > uneven_seconds;
}

/// Seconds that the cases of a batch took; none where not all of them ran.
std::optional<double> measured(const RunTable::Batch& batch, const LogReading& log) {
    double sum = 0;
    for (const auto position : batch.cases) {
        const auto* entry = log.find(static_cast<std::uint32_t>(position + 1));
        if (entry == nullptr || entry->verdict != LogVerdict::passed) return std::nullopt;
        sum += entry->seconds;
    }
    return sum;
}

}  // namespace

std::string to_text(const CaseTimes& times) {
    std::string text;
    for (const auto& [name, seconds] : times) text += fmt::format("{:.6f} {}\n", seconds, name);
    return text;
}

CaseTimes case_times_from_text(std::string_view text) {
    CaseTimes times;
    while (!text.empty()) {
        const auto line = take_line(text);
        const auto space = line.find(' ');
        if (space == std::string_view::npos) continue;
        const double seconds = std::strtod(std::string(line.substr(0, space)).c_str(), nullptr);
        if (std::isfinite(seconds) && seconds >= 0) times.emplace_hint(times.end(), line.substr(space + 1), seconds);
    }
    return times;
}

void renew_case_times(const Layout& layout, const RunTable& table, const LogReading& log, const History& history) {
    if (table.batches.empty()) return;
    const auto times = case_times_from_text(os::read_file(layout.case_times()).value_or(""));
    const bool stale = std::ranges::any_of(table.batches, [&](const RunTable::Batch& batch) {
        const auto seconds = measured(batch, log);
        if (!seconds) return false;
        return uneven(batch.expected, *seconds) || std::ranges::any_of(batch.cases, [&](std::size_t position) {
                   return !times.contains(table.tests[position].name);
               });
    });
    if (!stale) return;
    CaseTimes renewed;
    const auto durations = history.durations();
    for (const auto& batch : table.batches) {
        for (const auto position : batch.cases) {
            const auto found = durations.find(table.tests[position].name);
            if (found != durations.end()) renewed.insert(*found);
        }
    }
    // Of a run that left tests out, what was known of those stays known.
    renewed.insert(times.begin(), times.end());
    os::write_file(layout.case_times(), to_text(renewed));
}

}  // namespace lockstep
