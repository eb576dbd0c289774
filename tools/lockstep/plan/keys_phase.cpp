// The keys of [[phase]] and [[phase.checkpoint]].
#include <unordered_map>

#include "plan/keys.hpp"

namespace lockstep {
namespace {

void set_tests(Reader& reader, Phase& phase, const Member& member) {
    const Value& value = member.value;
    if (value.kind == Value::Kind::string) {
        if (auto expression = reader.testset(value, quoted(member.key))) phase.tests.push_back(std::move(*expression));
        return;
    }
    if (!reader.is_array(value, quoted(member.key), "a test-set expression or an array of them")) return;
    if (value.items.empty()) {
        reader.error(value.place, "out-of-range", "'tests' holds no expression",
                     "write \"none()\" for a phase without tests");
    }
    for (const Value& item : value.items) {
        if (auto expression = reader.testset(item, entry_of(member))) phase.tests.push_back(std::move(*expression));
    }
}

void set_needs(Reader& reader, Phase& phase, const Member& member) {
    auto needs = reader.names(member);
    if (!needs) return;
    phase.needs = std::move(*needs);
    phase.needs_written = true;
}

void set_checkpoint(Reader& reader, Phase& phase, const Member& member) {
    if (!reader.is_array(member.value, quoted(member.key), "an array of tables, [[phase.checkpoint]]")) return;
    phase.checkpoint.clear();
    std::unordered_map<std::string, Place> first;
    for (const Value& item : member.value.items) {
        if (!reader.is_table(item, entry_of(member))) continue;
        Verification verification;
        read_table(reader, verification, item, "[[phase.checkpoint]]", Level::plan);
        const auto& name = verification.name;
        if (name.place.known()) {
            const auto [entry, is_new] = first.emplace(name.value, name.place);
            if (!is_new) {
                reader.diagnostics().report(
                    {.message = fmt::format("the verification '{}' is written twice in one phase", name.value),
                     .code = "duplicate-name",
                     .place = name.place,
                     .notes = {{"first written here", entry->second}}});
            }
        }
        phase.checkpoint.push_back(std::move(verification));
    }
}

constexpr Key<Verification> verification_keys[] = {
    {"name", Effect::now, [](Reader& r, Verification& v, const Member& m) { put(v.name, m, r.line(m)); }, true},
    {"command", Effect::now,
     [](Reader& r, Verification& v, const Member& m) { put(v.command, m, r.command(m, Variables::phase)); }, true},
};

constexpr Key<Phase> phase_keys[] = {
    {"name", Effect::now,
     [](Reader& r, Phase& phase, const Member& m) {
         put(phase.name, m, r.string(m));
         if (phase.name.place.known()) r.check_name("phase", phase.name.value, phase.name.place);
     },
     true, false},
    {"tests", Effect::now, set_tests, true, false},
    {"order", Effect::now,
     [](Reader& r, Phase& phase, const Member& m) {
         put(phase.order, m,
             r.choice<Order>(
                 m, {{"parallel", Order::parallel}, {"sequential", Order::sequential}, {"chain", Order::chain}}));
     }},
    {"needs", Effect::now, set_needs},
    {"gate", Effect::now,
     [](Reader& r, Phase& phase, const Member& m) {
         put(phase.gate, m,
             r.choice<Gate>(m, {{"recorded", Gate::recorded},
                                {"strict", Gate::strict},
                                {"order", Gate::order},
                                {"none", Gate::none}}));
     }},
    {"untested", Effect::now,
     [](Reader& r, Phase& phase, const Member& m) {
         put(phase.untested, m, r.choice<Untested>(m, {{"pass", Untested::pass}, {"fail", Untested::fail}}));
     }},
    {"optional", Effect::now, [](Reader& r, Phase& phase, const Member& m) { put(phase.optional, m, r.boolean(m)); }},
    {"max_parallel", Effect::now,
     [](Reader& r, Phase& phase, const Member& m) { put(phase.max_parallel, m, r.integer(m, 1, most_slots)); }},
    {"checkpoint", Effect::now, set_checkpoint},
    {"cleanup", Effect::now,
     [](Reader& r, Phase& phase, const Member& m) { put(phase.cleanup, m, r.command(m, Variables::phase)); }},
    {"fixtures", Effect::now,
     [](Reader& r, Phase& phase, const Member& m) {
         if (auto fixtures = r.names(m)) phase.fixtures = std::move(*fixtures);
     }},
    {"stagger", Effect::now, [](Reader& r, Phase& phase, const Member& m) { put(phase.stagger, m, r.duration(m)); }},
    {"budget", Effect::later,
     [](Reader& r, Phase&, const Member& m) {
         if (r.duration(m)) r.later(m, false);
     }},
};

}  // namespace

template <>
std::span<const Key<Phase>> keys_of() {
    return phase_keys;
}
template <>
std::span<const Key<Verification>> keys_of() {
    return verification_keys;
}

}  // namespace lockstep
