#include "overlay/run_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "inventory/roles.hpp"
#include "os/files.hpp"
#include "schedule/names.hpp"

namespace lockstep {
namespace {

using nlohmann::json;

json command_to_json(const OpenCommand& command) {
    auto words = json::array();
    for (const auto& word : command) {
        auto parts = json::array();
        for (const auto& part : word.parts) {
            switch (part.kind) {
                case OpenWord::Part::Kind::text:
                    parts.push_back(part.text);
                    break;
                case OpenWord::Part::Kind::temp_dir:
                    parts.push_back(1);
                    break;
                case OpenWord::Part::Kind::session:
                    parts.push_back(2);
                    break;
            }
        }
        words.push_back(std::move(parts));
    }
    return words;
}

OpenCommand command_from_json(const json& words) {
    OpenCommand command;
    for (const auto& parts : words) {
        OpenWord word;
        for (const auto& part : parts) {
            if (part.is_string()) {
                word.parts.push_back({OpenWord::Part::Kind::text, part.get<std::string>()});
            } else {
                word.parts.push_back(
                    {part.get<int>() == 1 ? OpenWord::Part::Kind::temp_dir : OpenWord::Part::Kind::session, {}});
            }
        }
        command.push_back(std::move(word));
    }
    return command;
}

std::optional<OpenCommand> fill_in_all(const Command& command, const FillValues& values, Diagnostics& diagnostics) {
    OpenCommand words;
    for (const auto& word : command) {
        auto open = fill_in(word, values, diagnostics);
        if (!open) return std::nullopt;
        words.push_back(std::move(*open));
    }
    return words;
}

/// CTest's numbers of the generated tests that the tests of phase `p` wait for.
std::vector<std::size_t> gates_of(const Schedule& schedule, const RunTable& table, std::size_t p) {
    std::vector<std::size_t> numbers;
    for (const auto& [needed, gate] : schedule.phases[p].needs) {
        if (gate == Gate::none) continue;
        const auto& name = schedule.plan->phases[needed].name.value;
        const auto number = table.generated_index(gate == Gate::order ? names::order(name) : names::checkpoint(name));
        if (number) numbers.push_back(*number);
    }
    return numbers;
}

bool needs_directory(const ScheduledTest& test) {
    return test.isolate.tmp || test.isolate.home || test.own_working_directory;
}

/// "" where the command is not known, since its program is not there: such a test is never unchanged.
std::string hash_of_command(const std::vector<std::string>& command) {
    return command.empty() ? "" : os::hash_words(command);
}

}  // namespace

bool uses_temp_dir(const OpenCommand& command) {
    return std::ranges::any_of(command, [](const OpenWord& word) {
        return std::ranges::find(word.parts, OpenWord::Part::Kind::temp_dir, &OpenWord::Part::kind) != word.parts.end();
    });
}

std::string OpenWord::fill(const std::string& temp_dir, const std::string& session) const {
    std::string text;
    for (const auto& part : parts) {
        text += part.kind == Part::Kind::text ? part.text : part.kind == Part::Kind::temp_dir ? temp_dir : session;
    }
    return text;
}

std::string_view RunTable::name_of(std::size_t index) const {
    if (index == 0 || index > tests.size() + generated.size()) return {};
    return index <= tests.size() ? std::string_view(tests[index - 1].name)
                                 : std::string_view(generated[index - 1 - tests.size()]);
}

std::optional<std::size_t> RunTable::generated_index(std::string_view name) const {
    const auto found = std::ranges::find(generated, name);
    if (found == generated.end()) return std::nullopt;
    return tests.size() + static_cast<std::size_t>(found - generated.begin()) + 1;
}

const RunTable::Batch* RunTable::batch_at(std::size_t index) const {
    // The first of what is generated, in their order.
    const auto first = tests.size() + 1;
    return index < first || index - first >= batches.size() ? nullptr : &batches[index - first];
}

bool RunTable::has_temp(std::size_t index) const {
    if (index != 0 && index <= tests.size()) return tests[index - 1].temp;
    const auto* batch = batch_at(index);
    return batch != nullptr && batch->temp;
}

std::vector<bool> RunTable::in_batches() const {
    std::vector<bool> inside(tests.size());
    for (const auto& batch : batches) {
        for (const auto position : batch.cases) inside[position] = true;
    }
    return inside;
}

std::optional<std::size_t> RunTable::phase_index(std::string_view name) const {
    const auto found = std::ranges::find(phases, name, &Phase::name);
    if (found == phases.end()) return std::nullopt;
    return static_cast<std::size_t>(found - phases.begin());
}

std::optional<runtime::OpenText> open_text(const Spanned<Template>& text, const FillValues& values,
                                           const std::function<std::size_t(std::string_view)>& service_of,
                                           Diagnostics& diagnostics) {
    using Kind = Template::Part::Kind;
    using Open = runtime::OpenText::Part::Kind;
    runtime::OpenText open;
    const auto known = [&](const std::string& value) { open.parts.push_back({Open::text, value, 0}); };
    const auto later = [&](Open kind) { open.parts.push_back({kind, {}, 0}); };
    for (const auto& part : text.value.parts) {
        switch (part.kind) {
            case Kind::text:
                known(part.text);
                break;
            case Kind::build_dir:
                known(values.build_dir);
                break;
            case Kind::source_dir:
                known(values.source_dir);
                break;
            case Kind::temp_dir:
                later(Open::temp_dir);
                break;
            case Kind::session:
                later(Open::session);
                break;
            case Kind::worker:
                later(Open::worker);
                break;
            case Kind::worker_dir:
                later(Open::worker_dir);
                break;
            case Kind::port:
                open.parts.push_back({Open::port, part.text, service_of(part.text)});
                break;
            case Kind::environment: {
                auto value = values.environment(part.text);
                // As in a shell, ':-' stands in for an empty value too.
                if (part.fallback && (!value || value->empty())) value = part.fallback;
                if (!value) {
                    diagnostics.error(
                        text.place, "unset-variable", fmt::format("environment variable '{}' is not set", part.text),
                        fmt::format("set it, or write a value for when it is not: ${{env:{}:-value}}", part.text));
                    return std::nullopt;
                }
                known(*value);
                break;
            }
        }
    }
    return open;
}

std::optional<OpenWord> fill_in(const Spanned<Template>& word, const FillValues& values, Diagnostics& diagnostics) {
    using Open = runtime::OpenText::Part::Kind;
    const auto no_port = [](std::string_view) -> std::size_t { return 0; };
    auto open = open_text(word, values, no_port, diagnostics);
    if (!open) return std::nullopt;
    OpenWord result;
    for (auto& part : open->parts) {
        const auto kind = part.kind == Open::text       ? OpenWord::Part::Kind::text
                          : part.kind == Open::temp_dir ? OpenWord::Part::Kind::temp_dir
                                                        : OpenWord::Part::Kind::session;
        result.parts.push_back({kind, std::move(part.text)});
    }
    return result;
}

std::optional<RunTable> make_run_table(const Schedule& schedule, const FillValues& values, Diagnostics& diagnostics) {
    const auto& plan = *schedule.plan;
    RunTable table;
    table.build_dir = values.build_dir;
    table.tests.reserve(schedule.tests.size());
    for (std::size_t position = 0; position < schedule.tests.size(); ++position) {
        const auto& own = schedule.inventory->tests[position];
        const auto& test = schedule.tests[position];
        // A case in a batch has that one's.
        const bool temp = !test.batch && needs_directory(test);
        table.tests.push_back({own.name, test.phase, own.disabled, stands_in_for_unbuilt(own), test.gated, temp,
                               temp && test.isolate.home, hash_of_command(own.command)});
    }
    for (const auto& batch : schedule.batches) {
        const auto& test = schedule.tests[batch.cases.front()];
        table.batches.push_back({table.tests.size() + batch.generated + 1, batch.cases, batch.expected,
                                 needs_directory(test), test.isolate.home});
    }
    for (const auto& test : schedule.generated) table.generated.push_back(test.name);
    table.spec_maker = schedule.spec_maker;
    bool fine = true;
    for (std::size_t p = 0; p < plan.phases.size(); ++p) {
        const auto& phase = plan.phases[p];
        RunTable::Phase entry;
        entry.name = phase.name.value;
        entry.place = phase.place.brief();
        entry.tests = schedule.phases[p].tests;
        entry.judges = schedule.phases[p].judges;
        entry.waits_for = gates_of(schedule, table, p);
        entry.needed_by = schedule.phases[p].needed_by;
        entry.untested_fails = phase.untested.value == Untested::fail;
        entry.optional = phase.optional.value;
        for (const auto& verification : phase.checkpoint) {
            auto command = fill_in_all(verification.command.value, values, diagnostics);
            fine = fine && command;
            if (command)
                entry.verifications.push_back(
                    {verification.name.value, std::move(*command), verification.command.place.brief()});
        }
        if (phase.cleanup.value) {
            entry.cleanup = fill_in_all(*phase.cleanup.value, values, diagnostics);
            fine = fine && entry.cleanup;
        }
        table.phases.push_back(std::move(entry));
    }
    if (!fine) return std::nullopt;
    return table;
}

std::string to_json(const RunTable& table) {
    json j;
    j["version"] = 1;
    j["build_dir"] = table.build_dir;
    auto& tests = j["tests"] = json::array();
    for (const auto& t : table.tests) {
        const int flags =
            (t.disabled ? 1 : 0) | (t.not_built ? 2 : 0) | (t.gated ? 4 : 0) | (t.temp ? 8 : 0) | (t.home ? 16 : 0);
        tests.push_back(json::array({t.name, t.phase ? static_cast<int>(*t.phase) : -1, flags, t.command_hash}));
    }
    j["generated"] = table.generated;
    for (const auto& b : table.batches)
        j["batches"].push_back(json::array({b.index, b.expected, (b.temp ? 1 : 0) | (b.home ? 2 : 0), b.cases}));
    j["spec_maker"] = table.spec_maker;
    auto& phases = j["phases"] = json::array();
    for (const auto& p : table.phases) {
        json phase{{"name", p.name},
                   {"place", p.place},
                   {"tests", p.tests},
                   {"judges", p.judges},
                   {"waits_for", p.waits_for},
                   {"needed_by", p.needed_by},
                   {"untested_fails", p.untested_fails},
                   {"optional", p.optional}};
        auto& verifications = phase["verifications"] = json::array();
        for (const auto& v : p.verifications) {
            verifications.push_back({{"name", v.name}, {"command", command_to_json(v.command)}, {"place", v.place}});
        }
        if (p.cleanup) phase["cleanup"] = command_to_json(*p.cleanup);
        phases.push_back(std::move(phase));
    }
    return j.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

namespace {

/// Positions are followed without another look, so a file that is not whole must not get past its reader.
bool consistent(const RunTable& table) {
    const auto below = [](std::size_t limit) { return [limit](std::size_t position) { return position < limit; }; };
    const auto tests = below(table.tests.size()), phases = below(table.phases.size());
    const auto generated = [&](std::size_t number) {
        return number > table.tests.size() && number <= table.tests.size() + table.generated.size();
    };
    const auto batches_fit = [&] {
        for (std::size_t b = 0; b < table.batches.size(); ++b) {
            const auto& batch = table.batches[b];
            if (batch.index != table.tests.size() + b + 1 || !generated(batch.index) || batch.cases.empty() ||
                !std::ranges::all_of(batch.cases, tests))
                return false;
        }
        return true;
    };
    return batches_fit() &&
           std::ranges::all_of(table.tests, [&](const auto& test) { return !test.phase || phases(*test.phase); }) &&
           std::ranges::all_of(table.phases, [&](const auto& phase) {
               return std::ranges::all_of(phase.tests, tests) && std::ranges::all_of(phase.judges, phases) &&
                      std::ranges::all_of(phase.needed_by, phases) && std::ranges::all_of(phase.waits_for, generated);
           });
}

}  // namespace

std::optional<RunTable> run_table_from_json(const std::string& text) {
    const auto j = json::parse(text, nullptr, false);
    if (!j.is_object()) return std::nullopt;
    try {
        if (j.at("version") != 1) return std::nullopt;
        RunTable table;
        table.build_dir = j.at("build_dir").get<std::string>();
        for (const auto& t : j.at("tests")) {
            const auto phase = t.at(1).get<int>();
            const auto flags = t.at(2).get<int>();
            table.tests.push_back({t.at(0).get<std::string>(),
                                   phase < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(phase)),
                                   (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0, (flags & 8) != 0,
                                   (flags & 16) != 0, t.at(3).get<std::string>()});
        }
        table.generated = j.at("generated").get<std::vector<std::string>>();
        for (const auto& b : j.value("batches", json::array())) {
            const auto flags = b.at(2).get<int>();
            table.batches.push_back({b.at(0).get<std::size_t>(), b.at(3).get<std::vector<std::size_t>>(),
                                     b.at(1).get<double>(), (flags & 1) != 0, (flags & 2) != 0});
        }
        table.spec_maker = j.at("spec_maker").get<std::string>();
        for (const auto& p : j.at("phases")) {
            RunTable::Phase phase;
            phase.name = p.at("name").get<std::string>();
            phase.place = p.at("place").get<std::string>();
            phase.tests = p.at("tests").get<std::vector<std::size_t>>();
            phase.judges = p.at("judges").get<std::vector<std::size_t>>();
            phase.waits_for = p.at("waits_for").get<std::vector<std::size_t>>();
            phase.needed_by = p.at("needed_by").get<std::vector<std::size_t>>();
            phase.untested_fails = p.at("untested_fails").get<bool>();
            phase.optional = p.at("optional").get<bool>();
            for (const auto& v : p.at("verifications")) {
                phase.verifications.push_back({v.at("name").get<std::string>(), command_from_json(v.at("command")),
                                               v.at("place").get<std::string>()});
            }
            if (p.contains("cleanup")) phase.cleanup = command_from_json(p.at("cleanup"));
            table.phases.push_back(std::move(phase));
        }
        if (!consistent(table)) return std::nullopt;
        return table;
    } catch (const json::exception&) {
        return std::nullopt;
    }
}

}  // namespace lockstep
