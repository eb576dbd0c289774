// The services of a test: their ports and variables, which are known only since they run.
#pragma once

#include "launcher/context.hpp"

namespace lockstep::launcher {

/// Lets `values.port` find ports of services, and adds the variables of the kind's services. Throws Unfit or Skipped
/// where one of those is not up.
void add_services(Context& context);

}  // namespace lockstep::launcher
