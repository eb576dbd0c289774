// CLOCK_BOOTTIME: the same for all processes of a machine, never set back, counting while the machine sleeps.
#pragma once

#include <cstdint>

namespace lockstep::runtime {

[[nodiscard]] std::int64_t boot_time_ns();    ///< since the machine was started
void sleep_until_boot_time(std::int64_t ns);  ///< at once where that has passed

}  // namespace lockstep::runtime
