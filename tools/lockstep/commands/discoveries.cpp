#include "commands/discoveries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "discovery/discovery.hpp"
#include "os/files.hpp"
#include "session/debug_log.hpp"

namespace lockstep {
namespace {

std::optional<Discovery> read_discovery(const SourcePtr& source) {
    Diagnostics ignored;  // whoever wrote it writes it anew with the next build
    return source ? discovery_from_json(source, ignored) : std::nullopt;
}

/// Without the words that select one case.
std::vector<std::string> shared_command(const std::vector<std::string>& command) {
    std::vector<std::string> words;
    for (const auto& word : command) {
        if (!word.starts_with("--gtest_filter=") && word != "--gtest_also_run_disabled_tests") words.push_back(word);
    }
    return words;
}

}  // namespace

void attach_discoveries(const Workspace& workspace, Inventory& inventory) {
    if (workspace.discoveries.empty()) return;
    std::unordered_map<std::string_view, std::size_t> positions;
    for (std::size_t position = 0; position < inventory.tests.size(); ++position)
        positions.emplace(inventory.tests[position].name, position);
    for (const auto& file : workspace.discoveries) {
        const auto source = load_source(file, file);
        const auto discovery = read_discovery(source);
        if (!discovery) {
            debug([&] { return fmt::format("knows of no cases in '{}': it is missing or damaged", file); });
            continue;
        }
        // Marks in the source are meant for the plan.
        for (auto& marker : markers_in_json(source->text())) inventory.markers.push_back(std::move(marker));
        const auto program = inventory.programs.size();
        inventory.programs.push_back({discovery->target, std::string(to_text(discovery->framework)),
                                      discovery->granularity, file,
                                      fmt::format("{}:{}", discovery->list_file, discovery->list_line),
                                      os::hash_text(source->text())});
        for (const auto& found : discovery->cases) {
            const auto position = positions.find(found.name);
            if (position == positions.end()) continue;
            auto& test = inventory.tests[position->second];
            // CTest 3.25 drops DEF_SOURCE_LINE.
            if (!test.source && !found.file.empty()) test.source = found.file;
            test.origin = CaseOrigin{program, found.filter, found.suite, found.file, shared_command(test.command)};
        }
    }
}

std::vector<RestOfDiscovery> rest_of_discoveries(const Schedule& schedule) {
    const auto& inventory = *schedule.inventory;
    std::unordered_map<std::string_view, bool> batched;
    for (const auto& test : schedule.tests) batched[inventory.tests[test.position].name] = test.batch.has_value();
    std::vector<bool> has_batches(inventory.programs.size());
    for (const auto& batch : schedule.batches) has_batches[batch.program] = true;
    std::vector<RestOfDiscovery> rest;
    for (std::size_t program = 0; program < inventory.programs.size(); ++program) {
        if (!has_batches[program]) continue;
        const auto& file = inventory.programs[program].cases_file;
        const auto source = load_source(file, file);
        const auto discovery = read_discovery(source);
        // Cases that run twice, or not at all, would go unnoticed.
        if (!discovery || os::hash_text(source->text()) != inventory.programs[program].cases_hash) {
            throw Refusal(fmt::format("'{}' has changed while the tests were being read: start ctest again", file));
        }
        rest.push_back({program, tests_script(*discovery, [&](const DiscoveredCase& one) {
                            const auto found = batched.find(one.name);
                            return found == batched.end() || !found->second;
                        })});
    }
    return rest;
}

}  // namespace lockstep
