#include "adoption/first_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "adoption/labels.hpp"
#include "adoption/own_guards.hpp"
#include "adoption/suggestions.hpp"
#include "inventory/roles.hpp"
#include "schedule/schedule.hpp"
#include "text/quote.hpp"
#include "text/words.hpp"

namespace lockstep {
namespace {

class Writer {
public:
    explicit Writer(const Inventory& inventory) : inventory_(inventory), labels_(used_labels(inventory)) {}

    FirstPlan write() {
        write_head();
        write_defaults();
        write_run();
        write_own_guards();
        write_markers();
        write_other_labels();
        write_phases();
        const auto suggestions = suggest_guards(inventory_, labels_, plan_.text);
        for (const auto& suggestion : suggestions) {
            line();
            remark(suggestion.remark);
            for (const auto& text : suggestion.lines) off(text);
        }
        plan_.not_built = stand_ins_for_unbuilt(inventory_);
        return std::move(plan_);
    }

private:
    void line(std::string_view text = {}) { plan_.text.append(text).append("\n"); }
    /// A line that somebody may put into effect.
    void off(std::string_view text) { plan_.text.append("#").append(text).append("\n"); }
    /// A paragraph, broken into lines.
    void remark(std::string_view text) {
        constexpr std::size_t columns = 110;
        while (!text.empty()) {
            const auto end = text.size() <= columns ? text.size() : std::min(text.rfind(' ', columns), text.size());
            line(fmt::format("# {}", text.substr(0, end)));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
    }

    void write_head() {
        remark(fmt::format(
            "A first plan for {}, written by `lockstep init`. It changes nothing: each test runs when and as "
            "it did before. All that ctest shows besides is lockstep.end, a test that notes what a run did.",
            counted(inventory_.tests.size(), "test")));
        line("#");
        remark(
            "Lines that begin with '#' and no blank are suggestions: take the '#' away, of a whole block at a time. "
            "Then "
            "`lockstep check` says whether the plan fits the tests, and `lockstep explain TEST` what holds for one of "
            "them.");
        line("version = 1");
    }

    void write_defaults() {
        line();
        remark(
            "What Lockstep does for every test and every run unless it is told not to, as here. Take a line away to "
            "have "
            "it.");
        line("[defaults]");
        remark("A temporary directory for each test (TMPDIR): empty when it starts, kept if it fails.");
        line("isolate = []");
        remark("LOCKSTEP_TEST, LOCKSTEP_PHASE and LOCKSTEP_MARKERS in the environment of each test.");
        line("context = false");
        if (!labels_.phases.empty()) {
            remark("Phases as labels: the project sets those itself.");
            line("labels = false");
        }
        remark("For the cautious: tests in no phase and with no marker run one at a time. " + who_would_wait());
        off("unmarked = \"serial\"");
        const auto unlimited = std::ranges::count_if(inventory_.tests, [](const auto& test) { return !test.timeout; });
        if (unlimited == 0) return;
        remark(fmt::format("For tests that set no TIMEOUT themselves: {}.",
                           counted(static_cast<std::size_t>(unlimited), "test")));
        off("timeout = \"5m\"");
    }

    /// What `unmarked = "serial"` would hold for.
    std::string who_would_wait() const {
        std::set<std::string_view> markers, phases;
        for (const auto& label : labels_.markers) markers.insert(label.name);
        for (const auto& label : labels_.phases) phases.insert(label.name);
        std::size_t held = 0, marked = 0;
        for (const auto& test : inventory_.tests) {
            const auto among = [&](const auto& names) {
                return std::ranges::any_of(test.labels, [&](const auto& label) { return names.contains(label); });
            };
            const bool has_marker = among(markers);
            if (has_marker) ++marked;
            if (!has_marker && !among(phases)) ++held;
        }
        const auto all = inventory_.tests.size();
        if (held == all) return "As it stands: every test.";
        const auto* elsewhere = marked == 0              ? "are in a phase"
                                : labels_.phases.empty() ? "have a marker below"
                                                         : "are in a phase or have a marker below";
        const auto* advice =
            marked == 0 ? "" : " Take away the tables of labels that do not say what may run side by side.";
        if (held == 0) return fmt::format("As it stands: no test; all {}.{}", elsewhere, advice);
        return fmt::format("As it stands: {} of {}; the others {}.{}", held, counted(all, "test"), elsewhere, advice);
    }

    void write_run() {
        line();
        line("[run]");
        remark("A worker's number for each test, which no other has at the same time.");
        line("workers = 0");
        remark(
            "A second ctest in the build tree waits for the first. Have that once tests must not run at the same time: "
            "locks, pools and the like hold within one ctest, and between two only if one waits.");
        line("sessions = \"share\"");
    }

    void write_own_guards() {
        line();
        const auto guards = describe_own_guards(inventory_);
        if (guards.empty()) {
            remark(
                "What the project guards itself: nothing. No test has RUN_SERIAL, RESOURCE_LOCK, DEPENDS, fixtures, "
                "RESOURCE_GROUPS or PROCESSORS.");
            return;
        }
        remark("What the project guards itself. CTest goes on respecting it; the plan need not repeat it.");
        for (const auto& guard : guards) line("#   " + guard);
    }

    void write_markers() {
        line();
        if (labels_.markers.empty()) {
            remark("The tests have no labels that could be markers.");
            return;
        }
        remark(
            "The project's labels as markers: a test has the markers whose names are among its labels. A marker does "
            "nothing until keys are written below it, such as lock = [\"database\"], alone = true, max_parallel = 4 or "
            "processors = 2. Of single values the marker written last wins, so those of few tests come last.");
        for (const auto& label : labels_.markers) {
            line(fmt::format("[marker.{}]  # {}", toml_key(label.name), counted(label.tests, "test")));
            plan_.markers.push_back(label.name);
            silence_predeclared(label.name);
        }
        if (labels_.left_out.empty()) return;
        remark(fmt::format("And {} of at most {}. Write [marker.NAME] for those of use.",
                           counted(labels_.left_out.size(), "further label"),
                           counted(labels_.left_out.front().tests, "test")));
    }

    /// What Lockstep itself makes of some labels is behaviour too.
    void silence_predeclared(const std::string& label) {
        const auto* marker = predeclared_marker(label);
        if (marker == nullptr) return;
        if (!marker->lock.empty()) {
            remark("Without this line the marker has a lock: its tests run one at a time.");
            line("lock = []");
        }
        if (marker->alone.value) {
            remark("Without this line nothing runs beside a test of the marker.");
            line("alone = false");
        }
    }

    void write_other_labels() {
        constexpr std::size_t shown_at_most = 20;
        if (labels_.others.empty()) return;
        line();
        remark("Labels that cannot name a marker. A marker of another name puts that name onto its tests as a label.");
        std::set<std::string> taken;
        for (std::size_t i = 0; i < std::min(labels_.others.size(), shown_at_most); ++i) {
            const auto& label = labels_.others[i];
            const auto name = free_marker_name(label.name, labels_, taken);
            taken.insert(name);
            off(fmt::format("[marker.{}]  # {}", toml_key(name), counted(label.tests, "test")));
            off(fmt::format("tests = {}", toml_string(exactly("label", label.name))));
        }
        if (labels_.others.size() > shown_at_most)
            remark(fmt::format("And {} more.", labels_.others.size() - shown_at_most));
    }

    /// The labels put their tests into phases, so a plan without them would be refused.
    void write_phases() {
        if (labels_.phases.empty()) return;
        const auto prefix = phase_label("").size();
        line();
        remark(
            "Labels that begin with 'phase:' put tests into phases. Each phase adds a test, checkpoint.NAME, that "
            "fails "
            "if one of its tests did. Without needs = [] each waits for the one above it.");
        for (const auto& label : labels_.phases) {
            line("[[phase]]");
            line("name = " + toml_string(std::string_view(label.name).substr(prefix)));
            line("tests = " + toml_string(exactly("label", label.name)));
            line("needs = []");
        }
    }

    const Inventory& inventory_;
    UsedLabels labels_;
    FirstPlan plan_;
};

}  // namespace

FirstPlan first_plan(const Inventory& inventory) {
    return Writer(inventory).write();
}

}  // namespace lockstep
