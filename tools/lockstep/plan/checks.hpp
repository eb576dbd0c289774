// Checks of a whole plan: what names refer to, circles, demands above what there is.
#pragma once

#include "plan/plan.hpp"

namespace lockstep {

/// Fills in the default of `needs`: the phase above.
void fill_in_needs(Plan& plan);

/// false: the table could not be read, its names are not checked.
struct CheckScope {
    bool phases = true, markers = true, pools = true, rate_limits = true, retries = true, services = true;
};
void check_plan(const Plan& plan, const CheckScope& scope, Diagnostics& diagnostics);

/// Warns ("share-with-lock") where two ctests in one build tree run side by side, though the plan has guards, which
/// hold within each only.
void warn_of_sharing(const Plan& plan, Diagnostics& diagnostics);

[[nodiscard]] std::set<std::string> environment_names_of(const Plan& plan);

}  // namespace lockstep
