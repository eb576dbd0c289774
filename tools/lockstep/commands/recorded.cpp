#include "commands/recorded.hpp"

#include <fmt/format.h>

#include <utility>

#include "commands/holdings.hpp"
#include "commands/kept.hpp"
#include "commands/listing.hpp"
#include "commands/output.hpp"
#include "commands/resolution.hpp"
#include "commands/verdicts.hpp"
#include "os/files.hpp"
#include "schedule/names.hpp"
#include "text/suggest.hpp"

namespace lockstep {

std::optional<History> recorded_history(const Layout& layout) {
    if (!os::exists(layout.history())) return std::nullopt;
    return History(layout.history(), say);
}

std::optional<RecordedVerdict> recorded_verdict(const TestRecord& last, const std::string& now) {
    if (last.outcome == Outcome::lost) return std::nullopt;
    const bool passed = last.outcome == Outcome::passed || last.outcome == Outcome::skipped;
    // Where neither can be known (a program that is still missing), a failure stands: nothing says that it is mended.
    return RecordedVerdict{passed, now == last.fingerprint && (!now.empty() || !passed)};
}

std::string fingerprint_of(const RunTable::Verification& verification, const std::string& build_dir,
                           const std::string& temp_dir, const std::string& session) {
    std::vector<std::string> command;
    std::vector<std::string> lasting;  // what a session fills in differs each time, and changes nothing
    for (const auto& word : verification.command) {
        command.push_back(word.fill(temp_dir, session));
        lasting.push_back(word.fill("${temp_dir}", "${session}"));
    }
    FileCollector collector(build_dir);
    collector.add_test(command, {}, build_dir, {});
    auto table = collector.take();
    auto identities = identify_all(table);
    return Fingerprints(std::move(table), std::move(identities), [](const auto&, const auto&) { return std::nullopt; })
        .of(0, os::hash_words(lasting));
}

std::optional<PresentTests> present_tests(const Workspace& workspace) {
    Diagnostics diagnostics;
    std::optional<RunTable> table;
    const auto listing = current_listing(workspace, workspace.ctest);
    if (auto plan = load_plan(workspace.plan_path, workspace.plan_name, diagnostics)) {
        auto facts = facts_from_environment(workspace, *plan, diagnostics);
        facts.one_by_one = true;
        auto inventory = read_listing(workspace, listing, diagnostics);
        if (inventory && !diagnostics.has_errors()) {
            const auto resolved = resolve_all(std::move(*plan), std::move(*inventory), facts, diagnostics);
            if (resolved) table = make_run_table(*resolved->schedule, fill_values(workspace), diagnostics);
        }
    }
    if (!table) {
        print_errors(diagnostics, false);
        return std::nullopt;
    }
    const auto folder = workspace.layout.listing(listing.name);
    const auto text = os::read_file(folder + "/files.json");
    auto files = text ? file_table_from_json(*text) : std::nullopt;
    if (!files) throw Refusal(fmt::format("'{}/files.json' is damaged: remove '{}'", folder, folder));
    return PresentTests{std::move(*table), std::move(*files)};
}

Records::Records(const Layout& layout, const PresentTests& present)
    : layout_(layout), table_(present.table), history_(recorded_history(layout)) {
    if (!history_) return;
    last_ = history_->last();
    fingerprints_.emplace(known_fingerprints(present.files, identify_all(present.files), *history_));
}

std::vector<Recorded> Records::of(const std::string& name) {
    std::vector<Recorded> found;
    for (std::size_t position = 0; position < table_.tests.size(); ++position) {
        if (table_.tests[position].name == name) found.push_back(of_test(position));
    }
    for (const auto& phase : table_.phases) {
        if (names::checkpoint(phase.name) != name) continue;
        for (const auto& verification : phase.verifications) found.push_back(of_verification(phase, verification));
    }
    if (found.empty() && last_.contains(name)) {
        auto& gone = found.emplace_back();
        gone.name = name;
        gone.runs = history_->runs(name);
    }
    return found;
}

std::optional<std::string> Records::nearest_to(const std::string& name) const {
    std::vector<std::string> names;
    for (const auto& test : table_.tests) names.push_back(test.name);
    for (const auto& phase : table_.phases) {
        if (!phase.verifications.empty()) names.push_back(names::checkpoint(phase.name));
    }
    for (const auto& [key, record] : last_) {
        if (!names_verification(key)) names.push_back(key);
    }
    return nearest(name, names);
}

Recorded Records::of_test(std::size_t position) {
    const auto& test = table_.tests[position];
    Recorded recorded;
    recorded.name = test.name;
    recorded.number = position + 1;
    if (test.phase) {
        recorded.phase = table_.phases[*test.phase].name;
        recorded.untested_fails = table_.phases[*test.phase].untested_fails;
    }
    if (fingerprints_) recorded.now = fingerprints_->of(position, test.command_hash);
    if (history_) recorded.kept = directory_left(layout_, *history_, test.name);
    JudgedTest judged{test.name, static_cast<std::uint32_t>(position + 1), test.disabled, test.not_built, {}};
    add_recorded(recorded, judged, test.name, test.phase && test.gated);
    return recorded;
}

Recorded Records::of_verification(const RunTable::Phase& phase, const RunTable::Verification& verification) {
    Recorded recorded;
    recorded.name = verification.name;
    recorded.verification = true;
    recorded.phase = phase.name;
    recorded.untested_fails = phase.untested_fails;
    // The directories of session 0 are those that a listing shows: no run's.
    recorded.now = fingerprint_of(verification, table_.build_dir, layout_.temp(0), "");
    JudgedTest judged{verification.name, 0, false, false, {}};
    add_recorded(recorded, judged, verification_key(phase.name, verification.name), true);
    return recorded;
}

void Records::add_recorded(Recorded& recorded, JudgedTest& judged, const std::string& key, bool gated) {
    if (history_) recorded.runs = history_->runs(key);
    const auto last = last_.find(key);
    if (last != last_.end()) judged.recorded = recorded_verdict(last->second, recorded.now);
    if (gated) recorded.standing = stand(judged, LogReading{});
}

}  // namespace lockstep
