// The tables of which nothing is in effect yet: rate limits, retry rules, services, worker hooks. They are refused as a
// whole by plan_builder.cpp; their keys are checked all the same, so that no typo waits for the day they are accepted.
#include "plan/keys.hpp"

namespace lockstep {
namespace {

template <class Record>
void check_positive(Reader& reader, Record&, const Member& member) {
    reader.integer(member, 1, most_slots);
}

template <class Record>
void check_duration(Reader& reader, Record&, const Member& member) {
    reader.duration(member);
}

template <class Record>
void check_command(Reader& reader, Record&, const Member& member) {
    reader.command(member, Variables::later);
}

template <class Record>
void check_text(Reader& reader, Record&, const Member& member) {
    reader.text(member.value, quoted(member.key), Variables::later);
}

constexpr Key<RateLimit> rate_limit_keys[] = {
    {"rate", Effect::later, [](Reader& r, RateLimit&, const Member& m) { r.rate(m); }},
    {"burst", Effect::later, check_positive<RateLimit>},
    {"max_concurrent", Effect::later, check_positive<RateLimit>},
    {"adapt", Effect::later, [](Reader& r, RateLimit&, const Member& m) { r.boolean(m); }},
    {"scope", Effect::later,
     [](Reader& r, RateLimit&, const Member& m) {
         r.choice<bool>(m, {{"build", true}, {"machine", false}});
     }},
};

constexpr Key<Retry> retry_keys[] = {
    {"attempts", Effect::later, [](Reader& r, Retry&, const Member& m) { r.integer(m, 1, 100); }},
    {"on_exit", Effect::later,
     [](Reader& r, Retry&, const Member& m) {
         if (!r.is_array(m.value, quoted(m.key), "an array of exit statuses")) return;
         for (const Value& item : m.value.items) r.integer(item, entry_of(m), 0, 255);
     }},
    {"on_output", Effect::later, [](Reader& r, Retry&, const Member& m) { r.strings(m); }},
    {"backoff", Effect::later, check_duration<Retry>},
    {"max_backoff", Effect::later, check_duration<Retry>},
    {"give_up_after", Effect::later, [](Reader& r, Retry&, const Member& m) { r.share(m); }},
};

constexpr Key<Readiness> readiness_keys[] = {
    {"url", Effect::later, check_text<Readiness>},
    {"tcp", Effect::later, check_text<Readiness>},
    {"command", Effect::later, check_command<Readiness>},
    {"within", Effect::later, check_duration<Readiness>},
};

void check_readiness(Reader& reader, Service&, const Member& member) {
    const Value& table = member.value;
    if (!reader.is_table(table, quoted(member.key))) return;
    Readiness readiness;
    read_table(reader, readiness, table, "'ready'", Level::plan);
    const int ways = (table.find("url") ? 1 : 0) + (table.find("tcp") ? 1 : 0) + (table.find("command") ? 1 : 0);
    // A profile may write `ready.within` alone.
    if (ways > 1) {
        reader.error(table.place, "conflicting-keys", "'ready' has more than one of 'url', 'tcp' and 'command'");
    } else if (ways == 0 && table.is_inline) {
        reader.error(table.place, "missing-key", "'ready' has none of 'url', 'tcp' and 'command'");
    }
}

void check_ports(Reader& reader, Service&, const Member& member) {
    const auto ports = reader.strings(member);
    if (!ports) return;
    for (const auto& port : *ports) {
        if (is_variable_name(port.value)) continue;
        reader.error(port.place, "bad-name", fmt::format("'{}' cannot be the name of a port", port.value),
                     "letters, digits and '_': it is used as ${port.NAME}");
    }
}

constexpr Key<Service> service_keys[] = {
    {"tests", Effect::later, [](Reader& r, Service&, const Member& m) { (void)r.testset(m.value, quoted(m.key)); },
     true, false},
    {"mode", Effect::later,
     [](Reader& r, Service&, const Member& m) {
         r.choice<bool>(m, {{"service", true}, {"test", false}});
     }},
    {"max_parallel", Effect::later, check_positive<Service>},
    {"start", Effect::later, check_command<Service>},
    {"ports", Effect::later, check_ports},
    {"ready", Effect::later, check_readiness},
    {"if_unavailable", Effect::later,
     [](Reader& r, Service&, const Member& m) {
         r.choice<bool>(m, {{"fail", true}, {"skip", false}});
     }},
    {"env", Effect::later,
     [](Reader& r, Service&, const Member& m) {
         EnvironmentMap unused;
         r.environment(m, Variables::later, unused);
     }},
    {"isolate", Effect::later, [](Reader& r, Service&, const Member& m) { r.isolation(m); }},
};

constexpr Key<WorkerHooks> worker_keys[] = {
    {"setup", Effect::later, check_command<WorkerHooks>},
    {"teardown", Effect::later, check_command<WorkerHooks>},
};

}  // namespace

template <>
std::span<const Key<RateLimit>> keys_of() {
    return rate_limit_keys;
}
template <>
std::span<const Key<Retry>> keys_of() {
    return retry_keys;
}
template <>
std::span<const Key<Readiness>> keys_of() {
    return readiness_keys;
}
template <>
std::span<const Key<Service>> keys_of() {
    return service_keys;
}
template <>
std::span<const Key<WorkerHooks>> keys_of() {
    return worker_keys;
}

}  // namespace lockstep
