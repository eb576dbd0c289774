// What all tables share, and the small tables: defaults, run, pools.
#include "plan/keys.hpp"

#include <fmt/ranges.h>

namespace lockstep {
namespace {

constexpr Key<Defaults> defaults_keys[] = {
    {"isolate", Effect::now, [](Reader& r, Defaults& d, const Member& m) { put(d.isolate, m, r.isolation(m)); }},
    {"context", Effect::now, [](Reader& r, Defaults& d, const Member& m) { put(d.context, m, r.boolean(m)); }},
    {"timeout", Effect::now, [](Reader& r, Defaults& d, const Member& m) { put(d.timeout, m, r.duration(m)); }},
    {"unmarked", Effect::now,
     [](Reader& r, Defaults& d, const Member& m) {
         put(d.unmarked, m, r.choice<Unmarked>(m, {{"parallel", Unmarked::parallel}, {"serial", Unmarked::serial}}));
     }},
    {"labels", Effect::now, [](Reader& r, Defaults& d, const Member& m) { put(d.labels, m, r.boolean(m)); }},
    {"granularity", Effect::now,
     [](Reader& r, Defaults& d, const Member& m) { put(d.granularity, m, r.granularity(m)); }},
    {"batch_time", Effect::now, [](Reader& r, Defaults& d, const Member& m) { put(d.batch_time, m, r.duration(m)); }},
    {"verify_batch", Effect::now,
     [](Reader& r, Defaults& d, const Member& m) { put(d.verify_batch, m, r.boolean(m)); }},
};

constexpr Key<Run> run_keys[] = {
    {"workers", Effect::now,
     [](Reader& r, Run& run, const Member& m) { put(run.workers, m, r.integer(m, 0, most_slots)); }},
    {"resource_spec", Effect::now, [](Reader& r, Run& run, const Member& m) { put(run.resource_spec, m, r.line(m)); }},
    {"sessions", Effect::now,
     [](Reader& r, Run& run, const Member& m) {
         put(run.sessions, m, r.choice<Sessions>(m, {{"wait", Sessions::wait}, {"share", Sessions::share}}));
     }},
    {"measure", Effect::now, [](Reader& r, Run& run, const Member& m) { put(run.measure, m, r.boolean(m)); }},
    {"jobs", Effect::later,
     [](Reader& r, Run&, const Member& m) {
         if (m.value.kind == Value::Kind::integer) {
             if (r.integer(m, 0, most_slots)) r.later(m, false);
         } else if (m.value.kind != Value::Kind::string) {
             r.wrong_type(m.value, quoted(m.key), "\"auto\" or an integer");
         } else if (m.value.text != "auto") {
             r.error(m.value.place, "unknown-value", fmt::format("unknown value '{}' of 'jobs'", m.value.text),
                     "\"auto\" or an integer");
         }
     }},
    {"deadline", Effect::later,
     [](Reader& r, Run&, const Member& m) {
         if (r.duration(m)) r.later(m, false);
     }},
};

constexpr Key<Pool> pool_keys[] = {
    {"slots", Effect::now,
     [](Reader& r, Pool& pool, const Member& m) { put(pool.slots, m, r.integer(m, 1, most_slots)); }, true},
};

template <class Record>
void list(std::vector<KeyInfo>& out, const char* table) {
    for (const auto& key : keys_of<Record>()) out.push_back({table, std::string(key.name), key.effect == Effect::now});
}

}  // namespace

template <>
std::span<const Key<Defaults>> keys_of() {
    return defaults_keys;
}
template <>
std::span<const Key<Run>> keys_of() {
    return run_keys;
}
template <>
std::span<const Key<Pool>> keys_of() {
    return pool_keys;
}

void report_unknown_key(Reader& reader, const Member& member, std::string_view title,
                        const std::vector<std::string>& known) {
    reader.error(member.place, "unknown-key", fmt::format("unknown key '{}' in {}", member.key, title),
                 suggestion(member.key, known, fmt::format("its keys are: {}", fmt::join(known, ", "))));
}

void report_missing_key(Reader& reader, const Place& place, std::string_view key, std::string_view title) {
    reader.error(place, "missing-key", fmt::format("{} has no '{}'", title, key));
}

void report_not_replaceable(Reader& reader, const Member& member) {
    reader.error(member.place, "not-overridable", fmt::format("'{}' cannot be replaced", member.key),
                 "a profile and LOCKSTEP_SET replace values, but neither names nor which tests a table is about");
}

std::vector<KeyInfo> all_keys() {
    std::vector<KeyInfo> result{{"", "version", true}};
    list<Defaults>(result, "[defaults]");
    list<Run>(result, "[run]");
    list<Phase>(result, "[[phase]]");
    list<Verification>(result, "[[phase.checkpoint]]");
    list<Marker>(result, "[marker.NAME]");
    list<Pool>(result, "[pool.NAME]");
    list<RateLimit>(result, "[rate_limit.NAME]");
    list<RetryRule>(result, "[retry.NAME]");
    list<Service>(result, "[service.NAME]");
    list<Readiness>(result, "[service.NAME.ready]");
    list<WorkerHooks>(result, "[worker]");
    return result;
}

}  // namespace lockstep
