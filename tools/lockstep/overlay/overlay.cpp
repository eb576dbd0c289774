// Cost matters here. For each property key of each call of set_tests_properties, ctest goes through all its tests and
// compares names; a test's record is large, so what costs is fetching them. Hence one call for all tests that get the
// same, with all their names, and for each test one call of one key, ENVIRONMENT, that nobody shares. Calls of their
// own besides are for names that CMake's list rules would let swallow their neighbour.
#include "overlay/overlay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "runtime/launch_table.hpp"
#include "schedule/names.hpp"
#include "text/quote.hpp"

namespace lockstep {
namespace {

/// Seconds that the launcher may take besides what cases may: to end the last one, and to run some alone.
constexpr double longest_ending = 10, longest_verifying = 30;

/// Values of list-valued properties of one test, in one call where they can be.
class Properties {
public:
    /// `value` is literal text.
    void add(const char* key, std::string_view value) {
        if (cmake_list_safe(value)) {
            raw(key, cmake_quoted_inside(cmake_list_element(value)));
        } else {
            alone_.emplace_back(key, cmake_quoted_inside(cmake_list_element(value)));
        }
    }
    /// `value` is already the inside of a quoted argument and holds references that ctest evaluates.
    void raw(const char* key, std::string value) {
        for (auto& [name, values] : together_) {
            if (std::string_view(name) == key) {
                values += ';';
                values += value;
                return;
            }
        }
        together_.emplace_back(key, std::move(value));
    }
    void raw_alone(const char* key, std::string value) { alone_.emplace_back(key, std::move(value)); }

    /// " PROPERTIES …" of the call that holds what can stand together; "" if nothing does.
    [[nodiscard]] std::string together() const {
        if (together_.empty()) return {};
        std::string out = " PROPERTIES";
        for (const auto& [key, value] : together_)
            out.append("\n  ").append(key).append(" \"").append(value).append("\"");
        return out.append(")\n");
    }
    void write_alone(std::string& out, std::string_view name) const {
        for (const auto& [key, value] : alone_) {
            out.append("set_tests_properties(")
                .append(name)
                .append(" PROPERTIES ")
                .append(key)
                .append(" \"")
                .append(value)
                .append("\")\n");
        }
    }
    void write(std::string& out, std::string_view test) const {
        const auto name = cmake_bracket(test);
        if (auto text = together(); !text.empty()) out.append("set_tests_properties(").append(name).append(text);
        write_alone(out, name);
    }

private:
    std::vector<std::pair<const char*, std::string>> together_, alone_;
};

class Writer {
public:
    Writer(const Schedule& schedule, const FillValues& values, const OverlayOptions& options, Diagnostics& diagnostics)
        : schedule_(schedule),
          plan_(*schedule.plan),
          values_(values),
          options_(options),
          diagnostics_(diagnostics),
          temp_list_safe_(cmake_list_safe(options.state)) {}

    std::optional<std::string> write() {
        out_.reserve(schedule_.tests.size() * 400 + 4096);
        out_ += fmt::format(
            "# Made by Lockstep {} from {}; made anew when that changes, so do not edit.\n"
            "# Read by ctest after all tests: adds to the properties they have. LOCKSTEP_DISABLE=1 leaves all of it "
            "out.\n"
            "cmake_policy(VERSION 3.25)\n",
            options_.version, comment(plan_.source->name()));
        find_twins();
        for (const auto& test : schedule_.tests) sort_test(test);
        write_groups();
        if (!own_.empty())
            out_.append("\n# What each test has of its own: its temp directory, its context.\n").append(own_);
        out_ += "\n# Tests that Lockstep adds.\n";
        for (std::size_t g = 0; g < schedule_.generated.size(); ++g) write_generated(g);
        if (failed_) return std::nullopt;
        return std::move(out_);
    }

private:
    static std::string comment(std::string_view text) {
        std::string line(text);
        std::ranges::replace_if(
            line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
        return line;
    }
    static std::string temp(std::size_t number) { return fmt::format("${{_lockstep_temp}}/{}", number); }

    /// "phase core (lockstep.toml:12), marker serial (lockstep.toml:30)"
    std::string origin(const ScheduledTest& test) const {
        std::string text;
        const auto add = [&](const std::string& what, const Place& place) {
            text += text.empty() ? "" : ", ";
            text += place.known() ? fmt::format("{} ({})", what, place.brief()) : what;
        };
        if (test.phase) add(fmt::format("phase {}", plan_.phases[*test.phase].name.value), test.phase_place);
        for (const auto& [index, place] : test.markers)
            add(fmt::format("marker {}", plan_.markers[index].name.value), place);
        return text.empty() ? "no phase, no marker" : comment(text);
    }

    /// Sorts what a test gets into what it shares with others and what is its own.
    void sort_test(const ScheduledTest& test) {
        if (test.batch) return;  // what it gets, its batch gets
        const auto& own = schedule_.inventory->tests[test.position];
        const auto number = test.position + 1;
        Properties shared;
        add_shared(shared, test);
        if (const auto group = resource_group(test); !group.empty()) shared.raw("RESOURCE_GROUPS", group);
        write_time_out(shared, test);
        if (auto text = shared.together(); !text.empty()) {
            const auto [group, fresh] = group_of_.try_emplace(origin(test) + "\n" + text, groups_.size());
            if (fresh) groups_.push_back({origin(test), std::move(text), {}});
            groups_[group->second].tests.push_back(test.position);
        }
        Properties single;
        write_environment(single, test, own, own.name, number);
        if (test.own_working_directory) single.raw("WORKING_DIRECTORY", temp(number));
        single.write(own_, own.name);
        shared.write_alone(own_, cmake_bracket(own.name));
    }

    /// What markers, phases and services put onto a test.
    void add_shared(Properties& shared, const ScheduledTest& test) const {
        for (const auto& f : test.fixtures_required) shared.add("FIXTURES_REQUIRED", f.value);
        for (const auto& f : test.fixtures_setup) shared.add("FIXTURES_SETUP", f.value);
        for (const auto& label : test.labels) shared.add("LABELS", label.value);
        for (const auto& lock : test.locks) shared.add("RESOURCE_LOCK", lock.value);
        if (skips_without_service(test)) {
            // Added to the project's own.
            shared.raw("SKIP_REGULAR_EXPRESSION", cmake_quoted_inside(ctest_regex(runtime::skip_line)));
        }
        if (test.processors) shared.raw("PROCESSORS", test.processors->value);
        if (test.alone) shared.raw("RUN_SERIAL", "TRUE");
    }

    /// What the project put onto each case of a batch.
    static void add_own(Properties& properties, const InventoryTest& own, bool alone) {
        const auto add_all = [&](const char* key, const std::vector<std::string>& values) {
            for (const auto& value : values) properties.add(key, value);
        };
        add_all("LABELS", own.labels);
        add_all("DEPENDS", own.depends);
        add_all("RESOURCE_LOCK", own.resource_lock);
        add_all("REQUIRED_FILES", own.required_files);
        add_all("FIXTURES_REQUIRED", own.fixtures_required);
        add_all("ENVIRONMENT", own.environment);
        add_all("ENVIRONMENT_MODIFICATION", own.environment_modification);
        if (own.processors) properties.raw("PROCESSORS", std::to_string(*own.processors));
        if (own.run_serial && !alone) properties.raw("RUN_SERIAL", "TRUE");
        for (const auto& [name, value] : own.other_properties) properties.raw(name.c_str(), cmake_quoted_inside(value));
        if (!own.added_file.empty()) {
            properties.raw("_BACKTRACE_TRIPLES",
                           fmt::format("{};{};lockstep_discover_tests",
                                       cmake_quoted_inside(cmake_list_element(own.added_file)), own.added_line));
        }
    }

    void write_batch(const GeneratedTest& generated, std::size_t number) {
        const auto& batch = schedule_.batches[*generated.batch];
        const auto& test = schedule_.tests[batch.cases.front()];
        const auto& own = schedule_.inventory->tests[test.position];
        Properties properties;
        add_own(properties, own, test.alone.has_value());
        add_shared(properties, test);
        if (const auto group = resource_group(test.demands); !group.empty()) properties.raw("RESOURCE_GROUPS", group);
        // The launcher ends a case that takes too long; ctest's own time-out is for a launcher that hangs. 0 is none.
        const double rest = (plan_.defaults.verify_batch.value ? longest_verifying : 0) + longest_ending;
        if (batch.timeout > 0) {
            properties.raw("TIMEOUT",
                           fmt::format("{}", batch.timeout * static_cast<double>(batch.cases.size()) + rest));
        } else if (own.timeout) {
            properties.raw("TIMEOUT", "0");
        }
        const auto has_cost = [](const auto& property) { return property.first == "COST"; };
        // What ctest remembers of a batch may be of other cases.
        if (std::ranges::none_of(own.other_properties, has_cost))
            properties.raw("COST", fmt::format("{:.3f}", batch.expected));
        write_environment(properties, test, own, generated.name, number);
        properties.raw(
            "WORKING_DIRECTORY",
            test.own_working_directory
                ? temp(number)
                : cmake_quoted_inside(own.working_directory.empty() ? own.binary_dir : own.working_directory));
        properties.write(out_, generated.name);
    }

    /// The time that a launched test may wait before its last attempt begins must not count. CTest's clock starts with
    /// the launcher, and TIMEOUT_AFTER_MATCH starts it anew, once, when the launcher prints its line.
    static void write_time_out(Properties& shared, const ScheduledTest& test) {
        if (const auto& timeout = test.launching.timeout) {
            constexpr std::int64_t day = 24 * 60 * 60;
            shared.raw("TIMEOUT", fmt::format("{}", std::max(day, timeout->count() / 1000 + 1)));
            shared.raw("TIMEOUT_AFTER_MATCH",
                       fmt::format("{}.{:03};{}", timeout->count() / 1000, timeout->count() % 1000,
                                   cmake_quoted_inside(ctest_regex(runtime::begin_line))));
        } else if (test.timeout) {
            shared.raw("TIMEOUT", test.timeout->value);
        }
    }

    bool skips_without_service(const ScheduledTest& test) const {
        return std::ranges::any_of(test.launching.services, [&](std::size_t s) {
            return plan_.services[s].if_unavailable.value == Unavailable::skip;
        });
    }

    void write_groups() {
        for (const auto& group : groups_) {
            out_ += fmt::format("\n# {} test{}: {}\nset_tests_properties(", group.tests.size(),
                                group.tests.size() == 1 ? "" : "s", group.origin);
            for (const auto position : group.tests)
                out_.append("\n  ").append(cmake_bracket(schedule_.inventory->tests[position].name));
            out_.append("\n ").append(group.properties);
        }
    }

    void write_environment(Properties& properties, const ScheduledTest& test, const InventoryTest& own,
                           const std::string& name_of_test, std::size_t number) {
        const auto is_own = [&](std::string_view name) {
            return std::ranges::any_of(own.environment, [&](const auto& entry) {
                return entry.size() > name.size() && entry[name.size()] == '=' && entry.starts_with(name);
            });
        };
        const auto literal = [&](std::string_view name, std::string_view value) {
            if (!is_own(name)) properties.add("ENVIRONMENT", fmt::format("{}={}", name, value));
        };
        const auto path = [&](std::string_view name, const std::string& value) {
            if (!is_own(name)) add_variable(properties, fmt::format("{}={}", name, value), true);
        };
        if (plan_.defaults.context.value) {
            literal("LOCKSTEP_TEST", name_of_test);
            literal("LOCKSTEP_PHASE", test.phase ? plan_.phases[*test.phase].name.value : "");
            std::string markers;
            for (const auto& [index, place] : test.markers) {
                markers += (markers.empty() ? "" : ",") + plan_.markers[index].name.value;
            }
            literal("LOCKSTEP_MARKERS", markers);
        }
        if (test.isolate.tmp) {
            const auto directory = temp(number);
            for (const auto* name : {"LOCKSTEP_TEMP_DIR", "TMPDIR", "TMP", "TEMP"}) path(name, directory);
        }
        if (test.isolate.home) {
            const auto home = temp(number) + "/home";
            path("HOME", home);
            path("XDG_CONFIG_HOME", home + "/.config");
            path("XDG_CACHE_HOME", home + "/.cache");
            path("XDG_DATA_HOME", home + "/.local/share");
        }
        for (const auto& entry : test.environment) {
            if (needs_launcher(entry.value)) continue;  // the launcher's matter
            bool safe = true;
            auto value = argument({entry.value, entry.place}, number, &safe);
            add_variable(properties, fmt::format("{}={}", entry.name, value), safe);
        }
    }

    void add_variable(Properties& properties, std::string text, bool list_safe) const {
        // What stands alone is read last and wins, so then all stand alone, in their order.
        if (list_safe && temp_list_safe_) {
            properties.raw("ENVIRONMENT", std::move(text));
        } else {
            properties.raw_alone("ENVIRONMENT", std::move(text));
        }
    }

    /// A template as the inside of a quoted argument; as an element of a list if `list_safe` is asked for.
    std::string argument(const Spanned<Template>& word, std::size_t number, bool* list_safe) {
        const auto open = fill_in(word, values_, diagnostics_);
        if (!open) {
            failed_ = true;
            return {};
        }
        std::string text;
        for (const auto& part : open->parts) {
            switch (part.kind) {
                case OpenWord::Part::Kind::text:
                    if (list_safe != nullptr) *list_safe = *list_safe && cmake_list_safe(part.text);
                    text += cmake_quoted_inside(list_safe != nullptr ? cmake_list_element(part.text) : part.text);
                    break;
                case OpenWord::Part::Kind::temp_dir:
                    text += temp(number);
                    break;
                case OpenWord::Part::Kind::session:
                    text += "$ENV{LOCKSTEP_SESSION}";
                    break;
            }
        }
        return text;
    }

    void find_twins() {
        std::unordered_map<std::string_view, std::size_t> first;
        for (const auto& test : schedule_.tests) {
            const std::string_view name = schedule_.inventory->tests[test.position].name;
            const auto [found, fresh] = first.try_emplace(name, test.position);
            if (fresh) continue;
            auto& twins = twins_[name];
            if (twins.empty()) twins.push_back(found->second);
            twins.push_back(test.position);
        }
    }

    /// What the test and those of its name demand together: ctest appends one group more at each mention of a name, to
    /// all tests of that name, so that the first alone has to mention all that they need.
    std::vector<Demand> demands_of_name(const ScheduledTest& test, const std::vector<std::size_t>& twins) const {
        auto demands = test.demands;
        for (const auto position : twins) {
            for (const auto& demand : schedule_.tests[position].demands) {
                const auto same = std::ranges::find(demands, demand.type, &Demand::type);
                if (same == demands.end()) {
                    demands.push_back(demand);
                } else {
                    same->slots = std::max(same->slots, demand.slots);
                }
            }
        }
        return demands;
    }

    std::string resource_group(const ScheduledTest& test) const {
        const auto twins = twins_.find(schedule_.inventory->tests[test.position].name);
        if (twins == twins_.end()) return resource_group(test.demands);
        if (twins->second.front() != test.position) return {};
        return resource_group(demands_of_name(test, twins->second));
    }

    std::string resource_group(const std::vector<Demand>& demands) const {
        std::string group;
        const auto add = [&](std::string_view type, int slots) {
            group += fmt::format("{}{}:{}", group.empty() ? "" : ",", type, slots);
        };
        if (schedule_.worker_ids) add(names::worker_type, 1);
        for (const auto& demand : demands) {
            if (demand.counter) {
                add(demand.type, demand.slots);
            } else {
                // One slot each: ids of a pool have a name of their own and one slot.
                for (int i = 0; i < demand.slots; ++i) add(demand.type, 1);
            }
        }
        return group;
    }

    /// Seconds. A default that is meant for the project's tests (ctest --timeout) must not cut these off: a start tells
    /// why a service does not come up when its own time is over, and the others clear away what tests have left.
    std::optional<std::int64_t> longest(const GeneratedTest& test) const {
        constexpr std::int64_t day = 24 * 3600, for_the_rest = 30;
        switch (test.kind) {
            case GeneratedKind::service_start: {
                const auto within = plan_.services[*test.service].ready.within.value;
                return std::chrono::ceil<std::chrono::seconds>(within).count() + for_the_rest;
            }
            case GeneratedKind::service_stop:
            case GeneratedKind::end:
                return day;
            default:
                return std::nullopt;
        }
    }

    void write_generated(std::size_t g) {
        const auto& test = schedule_.generated[g];
        const auto number = schedule_.tests.size() + g + 1;
        out_ += fmt::format("\n# {}: {}{}\n", number, comment(test.why),
                            test.place.known() ? fmt::format(" ({})", comment(test.place.brief())) : "");
        // Not what a project's test files may have made of add_test(): that may leave tests out, or rename them.
        out_ += fmt::format("cmake_language(CALL ${{_lockstep_add_test}} {}", cmake_bracket(test.name));
        for (const auto& word : command_of(test, number)) out_.append(" \"").append(word).append("\"");
        out_ += ")\n";
        if (test.batch) {
            write_batch(test, number);
            return;
        }
        Properties properties;
        for (const auto& f : test.fixtures_required) properties.add("FIXTURES_REQUIRED", f);
        for (const auto& f : test.fixtures_setup) properties.add("FIXTURES_SETUP", f);
        for (const auto& f : test.fixtures_cleanup) properties.add("FIXTURES_CLEANUP", f);
        for (const auto& label : test.labels) properties.add("LABELS", label);
        for (const auto& lock : test.locks) properties.add("RESOURCE_LOCK", lock);
        for (const auto& name : test.depends) properties.add("DEPENDS", name);
        if (const auto seconds = longest(test)) properties.raw("TIMEOUT", std::to_string(*seconds));
        if (test.place.known()) {
            // CTest's own property for backtraces: a click in an IDE leads to the plan's line.
            properties.raw("_BACKTRACE_TRIPLES",
                           fmt::format("{};{};lockstep", cmake_quoted_inside(cmake_list_element(options_.plan_file)),
                                       test.place.line));
        }
        properties.write(out_, test.name);
    }

    /// Words, each as the inside of a quoted argument.
    std::vector<std::string> command_of(const GeneratedTest& test, std::size_t number) {
        if (test.kind == GeneratedKind::cleanup) {
            std::vector<std::string> words;
            for (const auto& word : *plan_.phases[*test.phase].cleanup.value)
                words.push_back(argument(word, number, nullptr));
            return words;
        }
        std::vector<std::string> words{test.batch ? options_.launcher : options_.tool};
        const auto add = [&](std::initializer_list<std::string> more) { words.insert(words.end(), more); };
        if (test.batch) {
            add({"batch", "--table", options_.batch_table, "--batch", test.name});
            if (plan_.defaults.verify_batch.value) add({"--verify"});
        } else if (test.kind == GeneratedKind::end) {
            add({"end", "--state", options_.state});
        } else if (test.service) {
            // They find the run in LOCKSTEP_SESSION_FILE, as tests do.
            const auto& name = plan_.services[*test.service].name.value;
            if (test.kind == GeneratedKind::service_start) {
                add({"service", "start", "--", name, std::to_string(number)});
            } else {
                add({"service", "stop", "--", name});
            }
        } else {
            add({"checkpoint", "--state", options_.state, "--graph", options_.graph, "--phase",
                 plan_.phases[*test.phase].name.value});
            // Order and barrier wait, and have nothing to judge themselves.
            if (test.kind != GeneratedKind::checkpoint) add({"--only-wait"});
        }
        for (auto& word : words) word = cmake_quoted_inside(word);
        return words;
    }

    const Schedule& schedule_;
    const Plan& plan_;
    const FillValues& values_;
    const OverlayOptions& options_;
    Diagnostics& diagnostics_;
    bool temp_list_safe_;  ///< false: a build tree with a lone square bracket in its path
    /// Tests that get the same for the same reason.
    struct Group {
        std::string origin, properties;
        std::vector<std::size_t> tests;
    };
    std::vector<Group> groups_;
    std::unordered_map<std::string, std::size_t> group_of_;
    std::unordered_map<std::string_view, std::vector<std::size_t>> twins_;  ///< positions, of names that several have
    std::string own_;                                                       ///< calls for one test each
    std::string out_;
    bool failed_ = false;
};

}  // namespace

std::optional<std::string> overlay_script(const Schedule& schedule, const FillValues& values,
                                          const OverlayOptions& options, Diagnostics& diagnostics) {
    return Writer(schedule, values, options, diagnostics).write();
}

}  // namespace lockstep
