// Values → Plan: which table goes where, for the plan, then a profile, then LOCKSTEP_SET. What names refer to is
// checked when all three have been applied (checks.hpp).
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "plan/checks.hpp"
#include "plan/keys.hpp"
#include "plan/plan.hpp"
#include "plan/reader.hpp"
#include "plan/value.hpp"

namespace lockstep {

class PlanBuilder {
public:
    PlanBuilder(Plan& plan, Diagnostics& diagnostics);

    /// The tables of the file, but `version` and profiles.
    void read_plan(const Value& document);
    /// All profiles are checked; `chosen` (may be null) is applied.
    void read_profiles(const Value& document, const Member* chosen);
    /// One setting of LOCKSTEP_SET.
    void read_override(const Member& setting);

    /// After everything was read: names of rate limits and retry rules that markers refer to.
    void check_references();

    /// Which tables could be read, so that their names say something.
    [[nodiscard]] const CheckScope& known() const { return known_; }

private:
    using Index = std::unordered_map<std::string, std::size_t>;

    void read_section(const Member& section);
    void read_phases(const Member& section);
    void read_markers(const Member& section);
    void read_pools(const Member& section);
    /// Rate limits, retry rules, services.
    template <class Record>
    void read_named(const Member& section, std::vector<Record>& records, Index& index, bool& known);

    /// A table of a profile or LOCKSTEP_SET. Values go into the plan if `real`, else nowhere.
    void replace_section(const Member& section, bool real, std::string_view title);
    template <class Record>
    void replace_table(const Member& section, Record& record, bool real);
    template <class Record>
    void replace_named(const Member& section, std::vector<Record>& records, const Index& index, bool real);
    void report_unknown_name(const Member& section, const Member& entry, const Index& declared);

    Plan& plan_;
    Reader reader_;
    Index phase_index_, marker_index_, pool_index_, rate_limit_index_, retry_index_, service_index_;
    CheckScope known_;
};

/// serial, exclusive, parallel_safe: exist without being declared.
[[nodiscard]] std::vector<Marker> predeclared_markers();

}  // namespace lockstep
