// A process costs milliseconds and most cases take less, so several cases of one program may run in one process. To
// ctest that is one test, with one set of properties: so cases go together only where they have all of them in common.
//
// Batches are cut along the program's order, which keeps suites together (their set-up then runs once): a run of cases
// of about equal expected time each. How many: enough that none takes longer than batch_time, and, as far as there is
// something to divide, several for each processor, so that `ctest -j` has pieces left to fill its last gap with.
#include "schedule/batches.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "schedule/launching.hpp"
#include "schedule/names.hpp"

namespace lockstep {
namespace {

/// Of a case that was never measured, where none of its program was. Most unit tests take less.
constexpr double unknown_seconds = 0.001;
/// What divides well over processors.
constexpr std::size_t pieces_a_processor = 4;
/// Less is not worth a process: seconds, and as long as nobody knows these, cases.
constexpr double shortest_piece = 0.05;
constexpr std::size_t fewest_unmeasured = 8;

/// What gtest_discover_tests() and lockstep_discover_tests() put onto each case: the launcher tells skipped ones
/// itself.
constexpr std::string_view skip_expression = "\\[  SKIPPED \\]";

/// Texts that cannot run into each other.
class Key {
public:
    Key& add(std::string_view text) {
        text_.append(std::to_string(text.size())).append(":").append(text);
        return *this;
    }
    Key& add(const std::vector<std::string>& texts) {
        add(std::to_string(texts.size()));
        for (const auto& text : texts) add(text);
        return *this;
    }
    Key& add(const std::vector<Cause>& causes) {
        add(std::to_string(causes.size()));
        for (const auto& cause : causes) add(cause.value);
        return *this;
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    std::string text_;
};

/// All that is the same for the tests of one batch.
std::string key_of(const InventoryTest& own, const ScheduledTest& test, Granularity granularity) {
    Key key;
    key.add(std::to_string(own.origin->program)).add(to_string(granularity));
    key.add(own.origin->command);
    if (granularity == Granularity::suite) key.add(own.origin->suite);
    if (granularity == Granularity::file) key.add(own.origin->file);
    key.add(own.labels).add(own.depends).add(own.resource_lock).add(own.required_files).add(own.fixtures_required);
    key.add(own.environment).add(own.environment_modification).add(own.working_directory).add(own.binary_dir);
    key.add(own.timeout ? fmt::format("{}", *own.timeout) : "");
    key.add(own.processors ? std::to_string(*own.processors) : "").add(own.run_serial ? "1" : "");
    for (const auto& [name, value] : own.other_properties) key.add(name).add(value);
    key.add(test.phase ? std::to_string(*test.phase) : "");
    for (const auto& [marker, place] : test.markers) key.add(std::to_string(marker));
    key.add("services");
    for (const auto& [service, place] : test.services) key.add(std::to_string(service));
    key.add(test.locks).add(test.labels).add(test.fixtures_required).add(test.fixtures_setup);
    for (const auto& demand : test.demands) key.add(demand.type).add(std::to_string(demand.slots));
    key.add("environment");
    for (const auto& entry : test.environment) key.add(entry.name).add(to_string(entry.value));
    key.add(test.timeout ? test.timeout->value : "").add(test.processors ? test.processors->value : "");
    key.add(test.alone ? "1" : "");
    key.add(fmt::format("{}{}{}{}", test.isolate.tmp, test.isolate.home, test.isolate.cwd, test.own_working_directory));
    return key.take();
}

/// Why tests of a granularity other than case stay tests of their own.
class Obstacles {
public:
    explicit Obstacles(const Schedule& schedule) : schedule_(schedule) {
        for (const auto& test : schedule.inventory->tests) {
            ++times_[test.name];
            named_.insert(test.depends.begin(), test.depends.end());
        }
    }
    [[nodiscard]] std::string of(const ScheduledTest& test) const {
        const auto& own = schedule_.inventory->tests[test.position];
        if (const auto& framework = schedule_.inventory->programs[own.origin->program].framework; framework != "gtest")
            return fmt::format("batches are for GoogleTest, and this is a case of {}", framework);
        if (const auto word = odd_argument(*own.origin); !word.empty())
            return fmt::format("its command line holds {}", word);
        if (own.disabled) return "it is disabled";
        if (own.command.empty()) return "its program is not there";
        if (test.launching.needed())
            return fmt::format("it starts through the launcher, for its {}", test.launching.because.front().value);
        if (test.chain_position) return "its phase is a chain";
        if (!test.gated) return "it is a fixture clean-up, or runs after one";
        if (!own.fixtures_setup.empty() || !own.fixtures_cleanup.empty()) return "it is part of a fixture";
        if (named_.contains(own.name)) return "another test DEPENDS on it";
        if (times_.at(own.name) > 1) return "another test has the same name";
        if (own.has_resource_groups) return "it has RESOURCE_GROUPS of its own";
        if (own.makes_resource_spec) return "it makes the resource spec file";
        if (own.will_fail || own.skip_return_code) return "its exit status has a meaning of its own";
        if (own.passes_by_output || std::ranges::any_of(own.skip_expressions, [](const auto& expression) {
                return expression != skip_expression;
            }))
            return "CTest judges it by its output";
        if (own.timeout_after_match) return "it has TIMEOUT_AFTER_MATCH";
        if (own.more_properties) return "it has a property that a batch cannot have";
        return {};
    }

private:
    /// What is meant for one case (XML_OUTPUT_DIR), or stands before what the launcher says in the environment.
    static std::string odd_argument(const CaseOrigin& origin) {
        for (const std::string_view word : origin.command) {
            for (const std::string_view flag :
                 {"--gtest_output=", "--gtest_brief", "--gtest_repeat", "--gtest_fail_fast", "--gtest_flagfile",
                  "--gtest_list_tests", "--gtest_shuffle"}) {
                if (word.starts_with(flag)) return std::string(flag);
            }
        }
        return {};
    }

    const Schedule& schedule_;
    std::unordered_map<std::string_view, int> times_;
    std::unordered_set<std::string_view> named_;
};

class Former {
public:
    Former(Schedule& schedule, const RunFacts& facts)
        : schedule_(schedule), plan_(*schedule.plan), tests_(schedule.inventory->tests), facts_(facts) {}

    void run() {
        std::vector<std::vector<std::size_t>> groups;  // positions; in the order of their first
        std::vector<Granularity> granularities;
        std::unordered_map<std::string, std::size_t> group_of;
        for (const auto& test : schedule_.tests) {
            const auto& how = schedule_.granularities[test.position];
            if (how.granularity == Granularity::single || !how.obstacle.empty()) continue;
            const auto [found, fresh] =
                group_of.try_emplace(key_of(tests_[test.position], test, how.granularity), groups.size());
            if (fresh) {
                groups.emplace_back();
                granularities.push_back(how.granularity);
            }
            groups[found->second].push_back(test.position);
        }
        expect();
        for (const auto& test : tests_) taken_.insert(test.name);
        for (std::size_t g = 0; g < groups.size(); ++g) cut(groups[g], granularities[g]);
        wait_for_batches();
        add_generated();
    }

private:
    /// Seconds of each case: as measured, else the mean of what its program's cases took.
    void expect() {
        std::vector<double> sums(schedule_.inventory->programs.size());
        std::vector<std::size_t> counts(sums.size());
        expected_.resize(tests_.size());
        known_.resize(tests_.size());
        for (std::size_t position = 0; position < tests_.size(); ++position) {
            const auto& own = tests_[position];
            const auto found = own.origin ? facts_.case_seconds.find(own.name) : facts_.case_seconds.end();
            if (found == facts_.case_seconds.end()) continue;
            expected_[position] = found->second;
            known_[position] = true;
            sums[own.origin->program] += found->second;
            ++counts[own.origin->program];
        }
        for (std::size_t position = 0; position < tests_.size(); ++position) {
            if (known_[position] || !tests_[position].origin) continue;
            const auto program = tests_[position].origin->program;
            expected_[position] =
                counts[program] == 0 ? unknown_seconds : sums[program] / static_cast<double>(counts[program]);
        }
    }

    std::size_t pieces(const std::vector<std::size_t>& cases, double total) const {
        const auto count = [](double number) { return static_cast<std::size_t>(std::ceil(number)); };
        const double longest = std::max(std::chrono::duration<double>(plan_.defaults.batch_time.value).count(), 1e-3);
        const auto spread = pieces_a_processor * static_cast<std::size_t>(std::max(facts_.processors, 1));
        const bool measured = std::ranges::all_of(cases, [&](std::size_t position) { return known_[position]; });
        const auto worth =
            measured ? static_cast<std::size_t>(total / shortest_piece) : cases.size() / fewest_unmeasured;
        return std::clamp(std::max(count(total / longest), std::min(spread, worth)), std::size_t{1}, cases.size());
    }

    void cut(const std::vector<std::size_t>& cases, Granularity granularity) {
        double total = 0;
        for (const auto position : cases) total += expected_[position];
        const auto number = granularity == Granularity::batch ? pieces(cases, total) : 1;
        // Each piece takes what is nearest to its share of what is left, and leaves a case for each one after it.
        std::size_t at = 0;
        for (std::size_t piece = 0; piece < number; ++piece) {
            const auto after = number - piece - 1;
            const double share = total / static_cast<double>(number - piece);
            std::vector<std::size_t> taken{cases[at]};
            double sum = expected_[cases[at++]];
            while (at + after < cases.size() && (after == 0 || sum + expected_[cases[at]] / 2 <= share)) {
                sum += expected_[cases[at]];
                taken.push_back(cases[at++]);
            }
            total -= sum;
            add(std::move(taken), granularity, sum);
        }
    }

    void add(std::vector<std::size_t> cases, Granularity granularity, double expected) {
        // One that would be alone is itself, and keeps its name.
        if (cases.size() == 1) return;
        const auto& first = tests_[cases.front()];
        Batch batch;
        batch.program = first.origin->program;
        batch.granularity = granularity;
        batch.expected = expected;
        const auto& test = schedule_.tests[cases.front()];
        batch.timeout = first.timeout        ? *first.timeout
                        : test.timeout_value ? std::chrono::duration<double>(*test.timeout_value).count()
                                             : facts_.default_timeout;
        for (const auto position : cases) schedule_.tests[position].batch = schedule_.batches.size();
        batch.cases = std::move(cases);
        names_.push_back(name_of(batch));
        schedule_.batches.push_back(std::move(batch));
    }

    std::string name_of(const Batch& batch) {
        const auto& program = schedule_.inventory->programs[batch.program];
        const auto& origin = *tests_[batch.cases.front()].origin;
        const auto file = origin.file.substr(origin.file.rfind('/') + 1);
        const auto stem = batch.granularity == Granularity::batch
                              ? fmt::format("{}.batch", program.target)
                              : fmt::format("{}.{}.{}", program.target, to_string(batch.granularity),
                                            batch.granularity == Granularity::suite ? origin.suite : file);
        // Of a suite or file whose cases do not all agree there is more than one.
        auto& number = numbers_[stem];
        while (true) {
            ++number;
            auto name =
                number == 1 && batch.granularity != Granularity::batch ? stem : fmt::format("{}.{}", stem, number);
            if (taken_.insert(name).second) return name;
        }
    }

    /// Generated tests that wait for cases wait for what runs them.
    void wait_for_batches() {
        if (schedule_.batches.empty()) return;
        std::unordered_map<std::string_view, std::size_t> batch_of;
        for (const auto& test : schedule_.tests) {
            if (test.batch) batch_of.emplace(tests_[test.position].name, *test.batch);
        }
        for (auto& generated : schedule_.generated) {
            std::vector<std::string> depends;
            std::vector<bool> there(schedule_.batches.size());
            for (auto& name : generated.depends) {
                const auto found = batch_of.find(name);
                if (found == batch_of.end()) {
                    depends.push_back(std::move(name));
                } else if (!there[found->second]) {
                    there[found->second] = true;
                    depends.push_back(names_[found->second]);
                }
            }
            generated.depends = std::move(depends);
        }
    }

    /// Before those that are there already: they stand where their cases would.
    void add_generated() {
        std::vector<GeneratedTest> all;
        all.reserve(schedule_.batches.size() + schedule_.generated.size());
        for (std::size_t b = 0; b < schedule_.batches.size(); ++b) {
            auto& batch = schedule_.batches[b];
            batch.generated = b;
            GeneratedTest test;
            test.name = names_[b];
            test.kind = GeneratedKind::batch;
            test.batch = b;
            test.why =
                fmt::format("{} cases of {}", batch.cases.size(), schedule_.inventory->programs[batch.program].target);
            all.push_back(std::move(test));
        }
        std::ranges::move(schedule_.generated, std::back_inserter(all));
        schedule_.generated = std::move(all);
    }

    Schedule& schedule_;
    const Plan& plan_;
    const std::vector<InventoryTest>& tests_;
    const RunFacts& facts_;
    std::vector<double> expected_;  ///< seconds, by position
    std::vector<bool> known_;
    std::vector<std::string> names_;  ///< by batch
    std::unordered_set<std::string> taken_;
    std::map<std::string, int> numbers_;
};

CaseGranularity granularity_of(const Schedule& schedule, const ScheduledTest& test, const RunFacts& facts) {
    const auto& plan = *schedule.plan;
    const auto& own = schedule.inventory->tests[test.position];
    if (!own.origin) return {};
    if (facts.granularity) return {*facts.granularity, {"LOCKSTEP_GRANULARITY", {}}, {}};
    const auto& program = schedule.inventory->programs[own.origin->program];
    if (const auto given = granularity_from(program.granularity))
        return {*given, {"lockstep_discover_tests() at " + program.place, {}}, {}};
    CaseGranularity result{plan.defaults.granularity.value, {"defaults", plan.defaults.granularity.place}, {}};
    for (const auto& [index, by] : test.markers) {
        const auto& marker = plan.markers[index];
        if (!marker.granularity.value) continue;
        result = {
            *marker.granularity.value, {fmt::format("marker {}", marker.name.value), marker.granularity.place}, {}};
    }
    return result;
}

}  // namespace

void form_batches(Schedule& schedule, const RunFacts& facts) {
    if (schedule.inventory->programs.empty()) return;
    const Obstacles obstacles(schedule);
    for (const auto& test : schedule.tests) {
        auto& how = schedule.granularities.emplace_back(granularity_of(schedule, test, facts));
        if (how.granularity != Granularity::single) how.obstacle = obstacles.of(test);
    }
    if (!facts.one_by_one) Former(schedule, facts).run();
}

}  // namespace lockstep
