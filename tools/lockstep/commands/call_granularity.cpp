#include "commands/call_granularity.hpp"

#include <algorithm>

#include "commands/case_times.hpp"
#include "commands/output.hpp"
#include "commands/resolution.hpp"
#include "os/files.hpp"
#include "text/lines.hpp"

namespace lockstep {
namespace {

/// The name that ^name$ means, written as people and ctest write such expressions.
std::string literal(std::string_view regex) {
    if (regex.starts_with('^')) regex.remove_prefix(1);
    if (regex.ends_with('$')) regex.remove_suffix(1);
    std::string text;
    for (std::size_t i = 0; i < regex.size(); ++i) {
        if (regex.substr(i).starts_with("[.]")) {
            text += '.';
            i += 2;
        } else if (regex[i] != '\\') {
            text += regex[i];
        }
    }
    return text;
}

std::optional<RunTable> table_of_last_run(const Layout& layout) {
    const auto graph = os::read_file(layout.last_run());
    return graph ? read_run_table(layout, *graph) : std::nullopt;
}

bool names_last_batch(const Layout& layout, const Invocation& invocation) {
    if (!invocation.include_regex) return false;
    const auto name = literal(*invocation.include_regex);
    const auto has = [&](const char* part) { return name.find(part) != std::string::npos; };
    if (!has(".batch.") && !has(".suite.") && !has(".file.")) return false;  // most calls end here, and read nothing
    const auto table = table_of_last_run(layout);
    return table &&
           std::ranges::any_of(table->batches, [&](const auto& batch) { return table->name_of(batch.index) == name; });
}

/// As the run before had it; none: nothing is known of it.
bool restore(const Layout& layout, RunFacts& facts) {
    const auto graph = os::read_file(layout.last_run());
    const auto before = graph ? os::read_file(layout.graph(*graph) + "/granularity.txt") : std::nullopt;
    if (!before) return false;
    std::string_view text = *before;
    facts.granularity = granularity_from(take_line(text));
    facts.case_seconds = case_times_from_text(text);
    return true;
}

}  // namespace

void choose_granularity(const Workspace& workspace, const Invocation& invocation, RunFacts& facts) {
    if (workspace.discoveries.empty()) return;
    if (invocation.memcheck) {
        if (facts.granularity && facts.granularity != Granularity::single)
            say("under a memory checker each case runs in a process of its own: it would see the launcher of a batch");
        facts.granularity = Granularity::single;
        return;
    }
    if (invocation.rerun_failed && restore(workspace.layout, facts)) return;
    if (facts.granularity) return;
    const bool for_ide = invocation.listing && invocation.json;
    if (!invocation.names_tests && !for_ide && facts.debugged.empty()) return;
    if (names_last_batch(workspace.layout, invocation) && restore(workspace.layout, facts)) return;
    facts.granularity = Granularity::single;
}

void refuse_other_numbers(const Layout& layout, const Invocation& invocation, const RunTable& table) {
    if (!invocation.rerun_failed) return;
    const auto before = table_of_last_run(layout);
    if (!before || (before->batches.empty() && table.batches.empty())) return;
    const bool same =
        std::ranges::equal(before->tests, table.tests, {}, &RunTable::Test::name, &RunTable::Test::name) &&
        before->generated == table.generated &&
        std::ranges::equal(before->batches, table.batches, {}, &RunTable::Batch::cases, &RunTable::Batch::cases);
    if (same) return;
    throw Refusal(
        "--rerun-failed goes by the numbers of the run before, and tests have other numbers since cases have come, "
        "gone or "
        "changed: run ctest without it, or name the cases with -R");
}

void note_last_run(const Layout& layout, const std::string& graph) {
    os::write_file(layout.last_run(), graph);
}

}  // namespace lockstep
