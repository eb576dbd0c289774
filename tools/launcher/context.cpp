#include "launcher/context.hpp"

namespace lockstep::launcher {

int failure_status(const runtime::LaunchKind& kind, int preferred) {
    if (kind.will_fail) return 0;
    return kind.skip_status == preferred ? preferred + 1 : preferred;
}

}  // namespace lockstep::launcher
