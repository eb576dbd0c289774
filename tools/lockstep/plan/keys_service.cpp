// The keys of [service.NAME], its table 'ready', and [worker].
#include "plan/keys.hpp"

namespace lockstep {
namespace {

void put_text(Spanned<std::optional<Template>>& out, Reader& reader, const Member& member) {
    if (auto text = reader.text(member.value, quoted(member.key), Variables::service)) {
        out = {std::move(text->value), text->place};
    }
}

constexpr Key<Readiness> readiness_keys[] = {
    {"url", Effect::now, [](Reader& r, Readiness& ready, const Member& m) { put_text(ready.url, r, m); }},
    {"tcp", Effect::now, [](Reader& r, Readiness& ready, const Member& m) { put_text(ready.tcp, r, m); }},
    {"command", Effect::now,
     [](Reader& r, Readiness& ready, const Member& m) { put(ready.command, m, r.command(m, Variables::service)); }},
    {"within", Effect::now, [](Reader& r, Readiness& ready, const Member& m) { put(ready.within, m, r.duration(m)); }},
};

void set_readiness(Reader& reader, Service& service, const Member& member) {
    const Value& table = member.value;
    if (!reader.is_table(table, quoted(member.key))) return;
    if (table.is_inline) service.ready = {};
    read_table(reader, service.ready, table, "'ready'", Level::plan);
    const int ways = (table.find("url") ? 1 : 0) + (table.find("tcp") ? 1 : 0) + (table.find("command") ? 1 : 0);
    // A profile may write `ready.within` alone; what comes of plan and profile together is checked with the whole plan.
    if (ways > 1) {
        reader.error(table.place, "conflicting-keys", "'ready' has more than one of 'url', 'tcp' and 'command'");
    } else if (ways == 0 && table.is_inline) {
        reader.error(table.place, "missing-key", "'ready' has none of 'url', 'tcp' and 'command'");
    }
}

void set_ports(Reader& reader, Service& service, const Member& member) {
    auto ports = reader.strings(member);
    if (!ports) return;
    service.ports.clear();
    for (auto& port : *ports) {
        if (!is_variable_name(port.value)) {
            reader.error(port.place, "bad-name", fmt::format("'{}' cannot be the name of a port", port.value),
                         "letters, digits and '_': it is used as ${port.NAME}");
        } else if (!service.has_port(port.value)) {
            service.ports.push_back(std::move(port));
        }
    }
}

constexpr Key<Service> service_keys[] = {
    {"tests", Effect::now,
     [](Reader& r, Service& service, const Member& m) {
         if (auto tests = r.testset(m.value, quoted(m.key))) service.tests = std::move(*tests);
     },
     true, false},
    {"mode", Effect::now,
     [](Reader& r, Service& service, const Member& m) {
         put(service.mode, m,
             r.choice<ServiceMode>(m, {{"service", ServiceMode::service}, {"test", ServiceMode::test}}));
     }},
    {"max_parallel", Effect::now,
     [](Reader& r, Service& service, const Member& m) { put(service.max_parallel, m, r.integer(m, 1, most_slots)); }},
    {"start", Effect::now,
     [](Reader& r, Service& service, const Member& m) { put(service.start, m, r.command(m, Variables::service)); }},
    {"ports", Effect::now, set_ports},
    {"ready", Effect::now, set_readiness},
    {"if_unavailable", Effect::now,
     [](Reader& r, Service& service, const Member& m) {
         put(service.if_unavailable, m,
             r.choice<Unavailable>(m, {{"fail", Unavailable::fail}, {"skip", Unavailable::skip}}));
     }},
    {"env", Effect::now,
     [](Reader& r, Service& service, const Member& m) { r.environment(m, Variables::service_env, service.env); }},
    {"isolate", Effect::now,
     [](Reader& r, Service& service, const Member& m) { put(service.isolate, m, r.isolation(m)); }},
};

constexpr Key<WorkerHooks> worker_keys[] = {
    {"setup", Effect::now,
     [](Reader& r, WorkerHooks& hooks, const Member& m) { put(hooks.setup, m, r.command(m, Variables::worker)); }},
    {"teardown", Effect::now,
     [](Reader& r, WorkerHooks& hooks, const Member& m) { put(hooks.teardown, m, r.command(m, Variables::worker)); }},
};

}  // namespace

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
