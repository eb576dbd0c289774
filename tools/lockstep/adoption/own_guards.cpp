#include "adoption/own_guards.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

#include "text/words.hpp"

namespace lockstep {
namespace {

using Names = std::vector<std::string>;

std::string counted_and_listed(const Names& names) {
    return counted(names.size(), "test") + ": " + listed(names);
}

/// Locks, fixtures or chains described at most; the rest are counted.
constexpr std::size_t described_at_most = 20;

class Describer {
public:
    explicit Describer(const Inventory& inventory) : tests_(inventory.tests) {}

    std::vector<std::string> describe() {
        run_serial();
        resource_locks();
        dependencies();
        fixtures();
        resource_groups();
        processors();
        return std::move(lines_);
    }

private:
    void run_serial() {
        Names alone;
        for (const auto& test : tests_) {
            if (test.run_serial) alone.push_back(test.name);
        }
        if (!alone.empty()) lines_.push_back("RUN_SERIAL, nothing runs beside them: " + counted_and_listed(alone));
    }

    void resource_locks() {
        std::map<std::string, Names> holders;
        for (const auto& test : tests_) {
            for (const auto& lock : test.resource_lock) {
                auto& names = holders[lock];
                if (names.empty() || names.back() != test.name) names.push_back(test.name);
            }
        }
        std::vector<std::string> entries;
        for (const auto& [lock, names] : holders) {
            entries.push_back(fmt::format("{}: {}", named(lock), counted_and_listed(names)));
        }
        add_entries("RESOURCE_LOCK, one at a time:", "lock", entries);
    }

    void dependencies() {
        find_predecessors();
        std::vector<std::string> entries;
        for (std::size_t t = 0; t < tests_.size(); ++t) {
            if (predecessors_[t].empty()) continue;
            if (!only_link_to(t)) {
                Names names;
                for (const auto p : predecessors_[t]) names.push_back(tests_[p].name);
                entries.push_back(fmt::format("{} after {}", named(tests_[t].name), listed(names)));
            } else if (!only_link_to(predecessors_[t].front())) {
                entries.push_back(listed(chain_from(predecessors_[t].front()), ", then "));
            }
        }
        add_entries("DEPENDS, one after another:", "chain", entries);
    }

    /// A DEPENDS on a test that is not there orders nothing; of several of one name CTest takes the first.
    void find_predecessors() {
        std::unordered_map<std::string_view, std::size_t> position;
        for (std::size_t t = 0; t < tests_.size(); ++t) position.try_emplace(tests_[t].name, t);
        predecessors_.resize(tests_.size());
        successors_.resize(tests_.size());
        for (std::size_t t = 0; t < tests_.size(); ++t) {
            for (const auto& name : tests_[t].depends) {
                const auto found = position.find(name);
                if (found == position.end() || found->second == t) continue;
                auto& known = predecessors_[t];
                if (std::ranges::find(known, found->second) != known.end()) continue;
                known.push_back(found->second);
                successors_[found->second].push_back(t);
            }
        }
    }

    /// True if `t` waits for one test, and is all that waits for it: a link of a chain.
    bool only_link_to(std::size_t t) const {
        return predecessors_[t].size() == 1 && successors_[predecessors_[t].front()].size() == 1;
    }

    Names chain_from(std::size_t head) const {
        Names names{tests_[head].name};
        for (auto t = head; successors_[t].size() == 1 && only_link_to(successors_[t].front());) {
            t = successors_[t].front();
            names.push_back(tests_[t].name);
        }
        return names;
    }

    void fixtures() {
        struct Fixture {
            Names set_up, required, clean_up;
        };
        std::map<std::string, Fixture> all;
        for (const auto& test : tests_) {
            for (const auto& fixture : test.fixtures_setup) all[fixture].set_up.push_back(test.name);
            for (const auto& fixture : test.fixtures_required) all[fixture].required.push_back(test.name);
            for (const auto& fixture : test.fixtures_cleanup) all[fixture].clean_up.push_back(test.name);
        }
        std::vector<std::string> entries;
        for (const auto& [name, fixture] : all) {
            std::string entry = named(name) + ":";
            const auto add = [&](const char* what, const Names& names) {
                if (!names.empty())
                    entry += fmt::format("{} {} {}", entry.ends_with(':') ? "" : ";", what, listed(names));
            };
            add("set up by", fixture.set_up);
            add("required by", fixture.required);
            add("cleaned up by", fixture.clean_up);
            entries.push_back(std::move(entry));
        }
        add_entries("Fixtures:", "fixture", entries);
    }

    void resource_groups() {
        Names names;
        for (const auto& test : tests_) {
            if (test.has_resource_groups) names.push_back(test.name);
        }
        if (!names.empty())
            lines_.push_back("RESOURCE_GROUPS, in effect where there is a resource spec file: " +
                             counted_and_listed(names));
    }

    void processors() {
        std::map<int, Names> by_number;
        for (const auto& test : tests_) {
            if (test.processors) by_number[*test.processors].push_back(test.name);
        }
        std::vector<std::string> entries;
        for (const auto& [number, names] : by_number) {
            entries.push_back(fmt::format("{}: {}", number, counted_and_listed(names)));
        }
        add_entries("PROCESSORS, that many places of ctest's -j:", "number", entries);
    }

    void add_entries(const char* heading, const char* noun, const std::vector<std::string>& entries) {
        if (entries.empty()) return;
        lines_.emplace_back(heading);
        for (std::size_t i = 0; i < std::min(entries.size(), described_at_most); ++i)
            lines_.push_back("  " + entries[i]);
        if (const auto more = entries.size() - std::min(entries.size(), described_at_most); more != 0)
            lines_.push_back(fmt::format("  and {}", counted(more, fmt::format("more {}", noun))));
    }

    const std::vector<InventoryTest>& tests_;
    std::vector<std::vector<std::size_t>> predecessors_, successors_;
    std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> describe_own_guards(const Inventory& inventory) {
    return Describer(inventory).describe();
}

}  // namespace lockstep
