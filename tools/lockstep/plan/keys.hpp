// The keys of each table of the format: what a value must be, where it goes, and whether it is in effect. One list a
// table serves the plan, profiles and LOCKSTEP_SET, the "did you mean" and the check of the reference page.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.hpp"
#include "plan/reader.hpp"
#include "plan/value.hpp"

namespace lockstep {

/// The most that can be counted of one thing: slots, workers, places.
inline constexpr int most_slots = 65535;

enum class Effect { now, later };

template <class Record>
struct Key {
    std::string_view name;
    Effect effect;
    /// Reads the value into the record. A key that is not in effect is checked and then refused.
    void (*set)(Reader&, Record&, const Member&);
    bool required = false;
    /// May a profile and LOCKSTEP_SET replace it?
    bool replaceable = true;
};

template <class Record>
[[nodiscard]] std::span<const Key<Record>> keys_of();
template <>
std::span<const Key<Defaults>> keys_of();
template <>
std::span<const Key<Run>> keys_of();
template <>
std::span<const Key<Phase>> keys_of();
template <>
std::span<const Key<Verification>> keys_of();
template <>
std::span<const Key<Marker>> keys_of();
template <>
std::span<const Key<Pool>> keys_of();
template <>
std::span<const Key<RateLimit>> keys_of();
template <>
std::span<const Key<RetryRule>> keys_of();
template <>
std::span<const Key<Service>> keys_of();
template <>
std::span<const Key<Readiness>> keys_of();
template <>
std::span<const Key<WorkerHooks>> keys_of();

/// Where a table stands: decides which of its keys must and which may be written.
enum class Level { plan, replacement };

void report_unknown_key(Reader& reader, const Member& member, std::string_view title,
                        const std::vector<std::string>& known);
void report_missing_key(Reader& reader, const Place& place, std::string_view key, std::string_view title);
void report_not_replaceable(Reader& reader, const Member& member);

/// Reads a table into `record`. `title` names it in messages: "[defaults]". Required keys are asked for at level plan.
template <class Record>
void read_table(Reader& reader, Record& record, const Value& table, std::string_view title, Level level) {
    const auto keys = keys_of<Record>();
    for (const Member& member : table.members) {
        const Key<Record>* key = nullptr;
        for (const auto& candidate : keys) {
            if (candidate.name == member.key) key = &candidate;
        }
        if (key == nullptr) {
            std::vector<std::string> known;
            for (const auto& candidate : keys) known.emplace_back(candidate.name);
            report_unknown_key(reader, member, title, known);
        } else if (level == Level::replacement && !key->replaceable) {
            report_not_replaceable(reader, member);
        } else {
            key->set(reader, record, member);
        }
    }
    if (level == Level::replacement) return;
    for (const auto& key : keys) {
        if (key.required && table.find(key.name) == nullptr) report_missing_key(reader, table.place, key.name, title);
    }
}

struct KeyInfo {
    std::string table;  ///< as the reference page writes it: "[[phase]]", "[marker.NAME]"; "" for the top
    std::string key;
    bool in_effect;
};
/// Every key that the format knows, but tables of tables.
[[nodiscard]] std::vector<KeyInfo> all_keys();

}  // namespace lockstep
