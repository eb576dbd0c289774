// The keys of [marker.NAME].
#include "plan/keys.hpp"

namespace lockstep {
namespace {

constexpr int most_processors = 4096;

void set_tests(Reader& reader, Marker& marker, const Member& member) {
    marker.tests = reader.testset(member.value, quoted(member.key));
}

void set_use(Reader& reader, Marker& marker, const Member& member) {
    if (!reader.is_table(member.value, quoted(member.key))) return;
    if (member.value.is_inline) marker.use.clear();
    for (const Member& pool : member.value.members) {
        const auto slots = reader.integer(pool, 1, most_slots);
        // The place is the key's: that is where the pool is named. Kept without a number, so that its name is checked.
        marker.use[pool.key] = {slots.value_or(0), pool.place};
    }
}

void set_rate_limit(Reader& reader, Marker& marker, const Member& member) {
    put(marker.rate_limit, member, reader.string(member));
    if (marker.rate_limit.value)
        reader.references.push_back({Reference::Kind::rate_limit, *marker.rate_limit.value, member.value.place});
}

void set_retry(Reader& reader, Marker& marker, const Member& member) {
    put(marker.retry, member, reader.string(member));
    if (marker.retry.value)
        reader.references.push_back({Reference::Kind::retry, *marker.retry.value, member.value.place});
}

constexpr Key<Marker> marker_keys[] = {
    {"tests", Effect::now, set_tests, false, false},
    {"lock", Effect::now,
     [](Reader& r, Marker& marker, const Member& m) {
         if (auto locks = r.names(m)) marker.lock = std::move(*locks);
     }},
    {"alone", Effect::now, [](Reader& r, Marker& marker, const Member& m) { put(marker.alone, m, r.boolean(m)); }},
    {"processors", Effect::now,
     [](Reader& r, Marker& marker, const Member& m) { put(marker.processors, m, r.integer(m, 1, most_processors)); }},
    {"memory", Effect::now, [](Reader& r, Marker& marker, const Member& m) { put(marker.memory, m, r.size(m)); }},
    {"max_parallel", Effect::now,
     [](Reader& r, Marker& marker, const Member& m) { put(marker.max_parallel, m, r.integer(m, 1, most_slots)); }},
    {"use", Effect::now, set_use},
    {"timeout", Effect::now, [](Reader& r, Marker& marker, const Member& m) { put(marker.timeout, m, r.duration(m)); }},
    {"env", Effect::now,
     [](Reader& r, Marker& marker, const Member& m) { r.environment(m, Variables::marker, marker.env); }},
    {"labels", Effect::now,
     [](Reader& r, Marker& marker, const Member& m) {
         if (auto labels = r.names(m)) marker.labels = std::move(*labels);
     }},
    {"isolate", Effect::now,
     [](Reader& r, Marker& marker, const Member& m) { put(marker.isolate, m, r.isolation(m)); }},
    {"rate_limit", Effect::now, set_rate_limit},
    {"retry", Effect::now, set_retry},
    {"setup", Effect::now,
     [](Reader& r, Marker& marker, const Member& m) { put(marker.setup, m, r.command(m, Variables::marker)); }},
    {"cleanup", Effect::now,
     [](Reader& r, Marker& marker, const Member& m) { put(marker.cleanup, m, r.command(m, Variables::marker)); }},
    {"granularity", Effect::now,
     [](Reader& r, Marker& marker, const Member& m) { put(marker.granularity, m, r.granularity(m)); }},
};

}  // namespace

template <>
std::span<const Key<Marker>> keys_of() {
    return marker_keys;
}

}  // namespace lockstep
