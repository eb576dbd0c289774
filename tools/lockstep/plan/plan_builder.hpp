// Values → Plan: which table goes where, for the plan, then a profile, then LOCKSTEP_SET. What names refer to is
// checked when all three have been applied (checks.hpp).
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

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

    /// After everything was read: names of later tables that markers refer to.
    void check_later_references();

    /// False where the table itself could not be read, so that its names say nothing.
    [[nodiscard]] bool pools_known() const { return pools_known_; }
    [[nodiscard]] bool phases_known() const { return phases_known_; }
    [[nodiscard]] bool markers_known() const { return markers_known_; }

private:
    using Index = std::unordered_map<std::string, std::size_t>;
    using Names = std::unordered_map<std::string, Place>;

    void read_section(const Member& section);
    void read_phases(const Member& section);
    void read_markers(const Member& section);
    void read_pools(const Member& section);
    template <class Record>
    void read_later_tables(const Member& section, Names& declared);
    void read_worker(const Member& section, Level level);

    /// A table of a profile or LOCKSTEP_SET. Values go into the plan if `real`, else nowhere.
    void replace_section(const Member& section, bool real, std::string_view title);
    template <class Record>
    void replace_table(const Member& section, Record& record, bool real);
    template <class Record>
    void replace_named(const Member& section, std::vector<Record>& records, const Index& index, bool real);
    template <class Record>
    void replace_later(const Member& section, const Names& declared);
    template <class Map>
    void report_unknown_name(const Member& section, const Member& entry, const Map& declared);

    Plan& plan_;
    Reader reader_;
    Index phase_index_, marker_index_, pool_index_;
    Names rate_limits_, retries_, services_;
    bool pools_known_ = true, phases_known_ = true, markers_known_ = true;
};

/// serial, exclusive, parallel_safe: exist without being declared.
[[nodiscard]] std::vector<Marker> predeclared_markers();

}  // namespace lockstep
