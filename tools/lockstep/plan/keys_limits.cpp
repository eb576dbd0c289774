// The keys of [rate_limit.NAME] and [retry.NAME].
#include "plan/keys.hpp"

namespace lockstep {
namespace {

constexpr int most_attempts = 100;
constexpr int largest_status = 255;

void set_on_exit(Reader& reader, RetryRule& rule, const Member& member) {
    if (!reader.is_array(member.value, quoted(member.key), "an array of exit statuses")) return;
    rule.on_exit.clear();
    for (const Value& item : member.value.items) {
        if (const auto status = reader.integer(item, entry_of(member), 0, largest_status))
            rule.on_exit.push_back({*status, item.place});
    }
}

constexpr Key<RateLimit> rate_limit_keys[] = {
    {"rate", Effect::now, [](Reader& r, RateLimit& limit, const Member& m) { put(limit.rate, m, r.rate(m)); }},
    {"burst", Effect::now,
     [](Reader& r, RateLimit& limit, const Member& m) { put(limit.burst, m, r.integer(m, 1, most_slots)); }},
    {"max_concurrent", Effect::now,
     [](Reader& r, RateLimit& limit, const Member& m) { put(limit.max_concurrent, m, r.integer(m, 1, most_slots)); }},
    {"adapt", Effect::now, [](Reader& r, RateLimit& limit, const Member& m) { put(limit.adapt, m, r.boolean(m)); }},
    {"scope", Effect::now,
     [](Reader& r, RateLimit& limit, const Member& m) {
         put(limit.scope, m, r.choice<Scope>(m, {{"build", Scope::build}, {"machine", Scope::machine}}));
     }},
};

constexpr Key<RetryRule> retry_keys[] = {
    {"attempts", Effect::now,
     [](Reader& r, RetryRule& rule, const Member& m) { put(rule.attempts, m, r.integer(m, 1, most_attempts)); }},
    {"on_exit", Effect::now, set_on_exit},
    {"on_output", Effect::now,
     [](Reader& r, RetryRule& rule, const Member& m) {
         if (auto patterns = r.patterns(m)) rule.on_output = std::move(*patterns);
     }},
    {"backoff", Effect::now, [](Reader& r, RetryRule& rule, const Member& m) { put(rule.backoff, m, r.duration(m)); }},
    {"max_backoff", Effect::now,
     [](Reader& r, RetryRule& rule, const Member& m) { put(rule.max_backoff, m, r.duration(m)); }},
    {"give_up_after", Effect::now,
     [](Reader& r, RetryRule& rule, const Member& m) { put(rule.give_up_after, m, r.share(m)); }},
};

}  // namespace

template <>
std::span<const Key<RateLimit>> keys_of() {
    return rate_limit_keys;
}
template <>
std::span<const Key<RetryRule>> keys_of() {
    return retry_keys;
}

}  // namespace lockstep
