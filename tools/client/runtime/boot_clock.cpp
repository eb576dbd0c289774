#include "runtime/boot_clock.hpp"

#include <cerrno>
#include <ctime>

namespace lockstep::runtime {
namespace {

constexpr std::int64_t second = 1'000'000'000;

}  // namespace

std::int64_t boot_time_ns() {
    struct timespec time {};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return time.tv_sec * second + time.tv_nsec;
}

void sleep_until_boot_time(std::int64_t ns) {
    const struct timespec time { ns / second, ns % second };
    while (::clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &time, nullptr) == EINTR) {
    }
}

}  // namespace lockstep::runtime
