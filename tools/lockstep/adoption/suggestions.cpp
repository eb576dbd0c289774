#include "adoption/suggestions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "schedule/schedule.hpp"
#include "text/quote.hpp"

namespace lockstep {
namespace {

/// What can stand behind the '=' of a matcher.
bool can_be_asked_for(std::string_view text) {
    return !text.empty() && text.find('\0') == std::string_view::npos;
}

std::string tests_line(std::string_view expression) {
    return fmt::format("tests = {}", toml_string(expression));
}

/// Resolves plans over the tests, as a run would.
class Trial {
public:
    Trial(const Inventory& inventory, std::string_view plan)
        : inventory_(inventory), plan_(plan), warnings_alone_(warnings_with({})) {}

    /// True if the plan with `lines` is not refused and says nothing that the plan alone does not say.
    [[nodiscard]] bool goes_well(const std::vector<std::string>& lines) const {
        const auto warnings = warnings_with(lines);
        return warnings && warnings_alone_ && *warnings <= *warnings_alone_;
    }

private:
    [[nodiscard]] std::optional<std::size_t> warnings_with(const std::vector<std::string>& lines) const {
        std::string text(plan_);
        for (const auto& line : lines) text += line + "\n";
        Diagnostics diagnostics;
        const auto plan = read_plan(std::make_shared<const Source>("lockstep.toml", text), {}, diagnostics);
        if (!plan || !resolve(*plan, inventory_, RunFacts{}, diagnostics)) return std::nullopt;
        return diagnostics.warnings();
    }

    const Inventory& inventory_;
    std::string_view plan_;
    std::optional<std::size_t> warnings_alone_;
};

/// Expressions that each mean some tests and not all: what people tell tests apart by comes first.
class Cuts {
public:
    Cuts(const Inventory& inventory, const UsedLabels& labels) : tests_(inventory.tests), labels_(labels) {}

    std::vector<std::string> find() {
        by_label();
        by_group("dir", [](const InventoryTest& test) { return test.dir.value_or(""); });
        by_group("suite", [](const InventoryTest& test) { return test.suite; });
        by_name();
        return std::move(cuts_);
    }

private:
    static constexpr std::size_t tried_at_most = 3;  // labels, directories, suites, names each

    void by_label() {
        constexpr std::array quick_ones = {"unit", "smoke", "quick", "fast"};
        std::vector<std::string> names;
        for (const auto* name : quick_ones) {
            if (labels_.contain(name)) names.emplace_back(name);
        }
        for (const auto* list : {&labels_.markers, &labels_.others}) {
            for (const auto& label : *list) {
                if (label.tests < tests_.size() && std::ranges::find(names, label.name) == names.end())
                    names.push_back(label.name);
            }
        }
        for (std::size_t i = 0; i < std::min(names.size(), tried_at_most); ++i)
            cuts_.push_back(exactly("label", names[i]));
    }

    /// The largest groups of several tests, if each test is in one.
    template <class Group>
    void by_group(std::string_view predicate, const Group& group_of) {
        std::map<std::string, std::size_t, std::less<>> groups;
        for (const auto& test : tests_) ++groups[group_of(test)];
        if (groups.size() < 2 || groups.contains("")) return;
        std::vector<std::pair<std::string, std::size_t>> by_size(groups.begin(), groups.end());
        std::ranges::stable_sort(by_size, [](const auto& a, const auto& b) { return a.second > b.second; });
        for (std::size_t i = 0; i < std::min(by_size.size(), tried_at_most); ++i) {
            const auto& [name, size] = by_size[i];
            if (size > 1 && can_be_asked_for(name)) cuts_.push_back(exactly(predicate, name));
        }
    }

    void by_name() {
        for (std::size_t i = 0; i < std::min(tests_.size(), tried_at_most); ++i) {
            if (can_be_asked_for(tests_[i].name)) cuts_.push_back(exactly("name", tests_[i].name));
        }
    }

    const std::vector<InventoryTest>& tests_;
    const UsedLabels& labels_;
    std::vector<std::string> cuts_;
};

bool is_part_of_a_fixture(const InventoryTest& test) {
    return !test.fixtures_setup.empty() || !test.fixtures_cleanup.empty();
}

class Suggester {
public:
    Suggester(const Inventory& inventory, const UsedLabels& labels, std::string_view plan)
        : inventory_(inventory), labels_(labels), trial_(inventory, plan) {}

    std::vector<Suggestion> suggest() {
        if (labels_.phases.empty()) suggest_phases();
        if (const auto some = some_tests(); !some.empty()) {
            if (!labels_.contain("serial")) suggest_serial(some);
            suggest_pool(some);
            suggest_isolation(some);
        }
        return std::move(suggestions_);
    }

private:
    bool add(Suggestion suggestion) {
        if (!trial_.goes_well(suggestion.lines)) return false;
        suggestions_.push_back(std::move(suggestion));
        return true;
    }

    void suggest_phases() {
        const auto apart = without_fixture_tests();
        for (const auto& cut : Cuts(inventory_, labels_).find()) {
            const auto added = add({"Phases: nothing of the second starts before all of the first has passed.",
                                    {"[[phase]]", "name = \"first\"", tests_line(cut + apart), "[[phase]]",
                                     "name = \"second\"", tests_line(fmt::format("all() - {}{}", cut, apart))}});
            if (added) return;
        }
    }

    /// Tests that set fixtures up or clean them up run when their fixtures say: in a phase they could be late.
    std::string without_fixture_tests() const {
        constexpr std::size_t named_at_most = 8;
        std::set<std::string_view> names;
        for (const auto& test : inventory_.tests) {
            if (is_part_of_a_fixture(test) && can_be_asked_for(test.name)) names.insert(test.name);
        }
        std::string text;
        if (names.size() > named_at_most) return text;
        for (const auto name : names) text += " - " + exactly("name", name);
        return text;
    }

    /// Two tests, or one, that nothing says may or may not run beside others.
    std::string some_tests() const {
        std::string text;
        std::set<std::string_view> names;
        for (const auto& test : inventory_.tests) {
            if (test.run_serial || is_part_of_a_fixture(test) || !can_be_asked_for(test.name)) continue;
            if (std::ranges::find(test.labels, "parallel_safe") != test.labels.end()) continue;
            if (!names.insert(test.name).second) continue;
            text += (text.empty() ? "" : " | ") + exactly("name", test.name);
            if (names.size() == 2) break;
        }
        return text;
    }

    void suggest_serial(const std::string& some) {
        add(
            {"Tests that must not run at the same time as each other. This marker has lock = [\"serial\"] without "
             "saying "
             "so; one of another name takes a lock of its own: lock = [\"database\"].",
             {"[marker.serial]", tests_line(some)}});
    }

    void suggest_pool(const std::string& some) {
        if (std::ranges::any_of(inventory_.tests, [](const auto& test) { return test.has_resource_groups; })) {
            suggestions_.push_back(
                {"Some tests have RESOURCE_GROUPS. A [pool] beside them needs the project's resource spec file by "
                 "name, "
                 "resource_spec = \"FILE\" in [run]: pools are merged into it.",
                 {}});
            return;
        }
        add({"Something of which there are only so many: connections, licences, devices.",
             {"[pool.connection]", "slots = 4", marker_header("connected"), tests_line(some),
              "use = { connection = 1 }"}});
    }

    void suggest_isolation(const std::string& some) {
        add({"Directories of their own for tests that leave files behind: any of \"tmp\", \"home\" and \"cwd\".",
             {marker_header("isolated"), tests_line(some), "isolate = [\"tmp\", \"home\"]"}});
    }

    std::string marker_header(std::string_view name) const {
        return fmt::format("[marker.{}]", toml_key(free_marker_name(name, labels_)));
    }

    const Inventory& inventory_;
    const UsedLabels& labels_;
    Trial trial_;
    std::vector<Suggestion> suggestions_;
};

}  // namespace

std::vector<Suggestion> suggest_guards(const Inventory& inventory, const UsedLabels& labels, std::string_view plan) {
    return Suggester(inventory, labels, plan).suggest();
}

std::string exactly(std::string_view predicate, std::string_view text) {
    return fmt::format("{}(={})", predicate, testset_text(text));
}

}  // namespace lockstep
