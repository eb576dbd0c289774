// `lockstep graph`: phases, gates, locks and pools as a Mermaid flowchart. Counts, not tests: a plan of ten phases
// stays readable over 10,000 tests.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "commands/commands.hpp"
#include "commands/holdings.hpp"
#include "commands/table.hpp"
#include "schedule/names.hpp"
#include "text/quote.hpp"
#include "text/utf8.hpp"

namespace lockstep {
namespace {

using Json = nlohmann::ordered_json;

/// Of the locks and pools, those held by most tests are drawn; the rest is counted.
constexpr std::size_t drawn_at_most = 20;

/// Tests that hold something, by phase; the last entry counts those in no phase.
struct Holders {
    std::string name;  ///< of the lock, or the pool's resource type
    const Demand* demand = nullptr;
    std::vector<std::size_t> tests;
    [[nodiscard]] std::size_t total() const {
        std::size_t sum = 0;
        for (const auto count : tests) sum += count;
        return sum;
    }
};

struct Picture {
    std::vector<std::size_t> phase_sizes;  ///< the last entry: in no phase
    std::vector<Holders> locks, pools;
    Holders alone;
};

/// Locks that only say again what a phase's order or a doubled name says already.
bool worth_drawing(const std::string& lock) {
    return !lock.starts_with(names::phase_lock("")) && !lock.starts_with(names::same_name_lock(""));
}

class Painter {
public:
    explicit Painter(const Schedule& schedule) : schedule_(schedule), slots_(schedule.plan->phases.size() + 1) {}

    Picture paint() {
        picture_.phase_sizes.resize(slots_);
        picture_.alone = {"alone", nullptr, std::vector<std::size_t>(slots_)};
        for (std::size_t position = 0; position < schedule_.tests.size(); ++position) {
            const auto& test = schedule_.tests[position];
            const auto phase = test.phase.value_or(slots_ - 1);
            ++picture_.phase_sizes[phase];
            if (runs_alone(schedule_, position)) ++picture_.alone.tests[phase];
            for (const auto& lock : locks_of(schedule_, position)) count(picture_.locks, locks_, lock, nullptr, phase);
            for (const auto& demand : test.demands) count(picture_.pools, pools_, demand.type, &demand, phase);
        }
        for (auto* list : {&picture_.locks, &picture_.pools}) {
            std::ranges::stable_sort(*list, [](const Holders& a, const Holders& b) {
                return a.total() != b.total() ? a.total() > b.total() : a.name < b.name;
            });
        }
        return std::move(picture_);
    }

private:
    using Index = std::map<std::string, std::size_t, std::less<>>;

    void count(std::vector<Holders>& list, Index& index, const std::string& name, const Demand* demand,
               std::size_t phase) const {
        const auto [found, fresh] = index.try_emplace(name, list.size());
        if (fresh) list.push_back({name, demand, std::vector<std::size_t>(slots_)});
        ++list[found->second].tests[phase];
    }

    const Schedule& schedule_;
    std::size_t slots_;
    Picture picture_;
    Index locks_, pools_;
};

/// Controls would change how the text reads wherever it is shown.
std::string label(std::string_view text) {
    return mermaid_label(printable(text, true));
}

std::string capacity(const Schedule& schedule, const Holders& pool) {
    const auto* resource = resource_of(schedule, *pool.demand);
    const auto slots = resource == nullptr ? 0 : resource->ids * resource->slots_each;
    if (const auto group = limited_group(*pool.demand)) return fmt::format("{}\nat most {} at a time", *group, slots);
    if (pool.name == names::memory_type) return fmt::format("memory\n{} MiB", slots);
    return fmt::format("pool {}\n{}", pool.name, counted(static_cast<std::size_t>(slots), "slot"));
}

class Mermaid {
public:
    Mermaid(const Schedule& schedule, const Picture& picture)
        : schedule_(schedule), plan_(*schedule.plan), picture_(picture) {}

    std::string write() {
        out_ = "flowchart LR\n";
        for (std::size_t p = 0; p < plan_.phases.size(); ++p) phase(p);
        const auto free = picture_.phase_sizes.back();
        if (free != 0)
            line("{}[\"{}\"]", node(plan_.phases.size()), label(fmt::format("in no phase\n{}", counted(free, "test"))));
        for (std::size_t p = 0; p < plan_.phases.size(); ++p) gates(p);
        if (picture_.alone.total() != 0) holders("alone", "alone", "{{", "}}", picture_.alone);
        std::vector<const Holders*> locks;
        for (const auto& lock : picture_.locks) {
            if (worth_drawing(lock.name)) locks.push_back(&lock);
        }
        for (std::size_t i = 0; i < std::min(locks.size(), drawn_at_most); ++i) {
            holders(fmt::format("lock{}", i), fmt::format("lock {}", locks[i]->name), "{{", "}}", *locks[i]);
        }
        left_out(locks.size(), "lock");
        for (std::size_t i = 0; i < std::min(picture_.pools.size(), drawn_at_most); ++i) {
            holders(fmt::format("pool{}", i), capacity(schedule_, picture_.pools[i]), "[(", ")]", picture_.pools[i]);
        }
        left_out(picture_.pools.size(), "pool");
        return std::move(out_);
    }

private:
    template <class... Values>
    void line(fmt::format_string<Values...> format, Values&&... values) {
        out_ += "  ";
        fmt::format_to(std::back_inserter(out_), format, std::forward<Values>(values)...);
        out_ += '\n';
    }
    static std::string node(std::size_t phase) { return fmt::format("phase{}", phase); }

    void phase(std::size_t p) {
        const auto& phase = plan_.phases[p];
        const auto order =
            phase.order.value == Order::parallel ? std::string() : fmt::format(", {}", to_string(phase.order.value));
        line("{}[\"{}\"]", node(p),
             label(fmt::format("{}\n{}{}", phase.name.value, counted(picture_.phase_sizes[p], "test"), order)));
    }

    void gates(std::size_t p) {
        for (const auto& [needed, gate] : schedule_.phases[p].needs) {
            const char* arrow = gate == Gate::strict  ? "==>"
                                : gate == Gate::order ? "-.->"
                                : gate == Gate::none  ? "-.-"
                                                      : "-->";
            line("{} {}|{}| {}", node(needed), arrow, to_string(gate), node(p));
        }
    }

    void holders(const std::string& id, const std::string& text, std::string_view open, std::string_view close,
                 const Holders& holders) {
        line("{}{}\"{}\"{}", id, open, label(text), close);
        for (std::size_t p = 0; p < holders.tests.size(); ++p) {
            if (holders.tests[p] != 0) line("{} ---|{}| {}", node(p), counted(holders.tests[p], "test"), id);
        }
    }

    void left_out(std::size_t count, const char* noun) {
        if (count > drawn_at_most) line("more_{}s[\"and {} more\"]", noun, counted(count - drawn_at_most, noun));
    }

    const Schedule& schedule_;
    const Plan& plan_;
    const Picture& picture_;
    std::string out_;
};

Json held_by(const Schedule& schedule, const Holders& holders) {
    auto list = Json::array();
    for (std::size_t p = 0; p < holders.tests.size(); ++p) {
        if (holders.tests[p] == 0) continue;
        const bool in_phase = p < schedule.plan->phases.size();
        list.push_back(
            {{"phase", in_phase ? Json(schedule.plan->phases[p].name.value) : Json()}, {"tests", holders.tests[p]}});
    }
    return list;
}

Json json_of(const Schedule& schedule, const Picture& picture) {
    const auto& plan = *schedule.plan;
    auto phases = Json::array(), edges = Json::array(), locks = Json::array(), pools = Json::array();
    for (std::size_t p = 0; p < plan.phases.size(); ++p) {
        const auto& phase = plan.phases[p];
        phases.push_back({{"name", phase.name.value},
                          {"from", phase.place.brief()},
                          {"order", to_string(phase.order.value)},
                          {"tests", picture.phase_sizes[p]}});
        for (const auto& [needed, gate] : schedule.phases[p].needs) {
            edges.push_back(
                {{"phase", phase.name.value}, {"needs", plan.phases[needed].name.value}, {"gate", to_string(gate)}});
        }
    }
    for (const auto& lock : picture.locks) locks.push_back({{"name", lock.name}, {"held_by", held_by(schedule, lock)}});
    for (const auto& pool : picture.pools) {
        const auto* resource = resource_of(schedule, *pool.demand);
        pools.push_back({{"type", pool.name},
                         {"for", pool.demand->shown},
                         {"slots", resource == nullptr ? 0 : resource->ids * resource->slots_each},
                         {"held_by", held_by(schedule, pool)}});
    }
    return {{"version", 1},
            {"phases", std::move(phases)},
            {"tests_in_no_phase", picture.phase_sizes.back()},
            {"edges", std::move(edges)},
            {"alone", held_by(schedule, picture.alone)},
            {"locks", std::move(locks)},
            {"pools", std::move(pools)}};
}

}  // namespace

int graph_command(const CommonOptions& options) {
    Diagnostics diagnostics;
    const auto resolved = resolve_inputs(options, diagnostics);
    print_errors(diagnostics, options.diagnostics_json);
    if (!resolved) return 1;
    const auto& schedule = *resolved->schedule;
    const auto picture = Painter(schedule).paint();
    if (options.json) {
        fmt::print("{}\n", json_of(schedule, picture).dump(1, ' ', false, Json::error_handler_t::replace));
    } else {
        fmt::print("{}", Mermaid(schedule, picture).write());
    }
    return 0;
}

}  // namespace lockstep
