#include "runtime/limiter.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstddef>
#include <ctime>
#include <string_view>

#include "runtime/boot_clock.hpp"
#include "runtime/lock_positions.hpp"
#include "runtime/names.hpp"

namespace lockstep::runtime {

namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr double longest_interval = 1e9 * 86400 * 366;  // a grant a year: sums stay far from the end of 64 bits
constexpr std::uint64_t format = 0x31306b62746b6c;      // "lktbk01"

int burst_of(const Rate& rate) {
    return std::max(rate.burst, 1);
}

std::int64_t interval_of(const Rate& rate, std::uint32_t sixteenths) {
    const double interval = 1e9 * 16 / (rate.per_second * sixteenths);
    // A grant every nanosecond is more than this can make; a burst of the longest fits into 64 bits with room to spare.
    const double longest = std::min(longest_interval, 1e18 / burst_of(rate));
    return static_cast<std::int64_t>(std::ceil(std::clamp(interval, 1.0, longest)));
}

// What lies in the file. The sum tells a note that a crash of the machine tore: then nothing was granted yet.
struct Stored {
    std::uint64_t format;
    Bucket bucket;
    std::uint64_t sum;
    [[nodiscard]] std::uint64_t check() const {
        return fnv1a({reinterpret_cast<const char*>(this), offsetof(Stored, sum)});
    }
};
static_assert(sizeof(Stored) == sizeof(Bucket) + 16 && state_offset + sizeof(Stored) <= notes_offset);

Bucket load(const LockFile& file) {
    Stored stored{};
    file.read(state_offset, &stored, sizeof stored);
    const bool sound = stored.format == format && stored.sum == stored.check() && stored.bucket.sixteenths >= 1 &&
                       stored.bucket.sixteenths <= 16 && stored.bucket.interval >= 0;
    return sound ? stored.bucket : Bucket{};
}

void store(const LockFile& file, const Bucket& bucket) {
    Stored stored{format, bucket, 0};
    stored.sum = stored.check();
    file.write(state_offset, &stored, sizeof stored);
}

}  // namespace

Rate Rate::one_every(std::chrono::nanoseconds interval) {
    return {interval.count() > 0 ? 1e9 / static_cast<double>(interval.count()) : 0, 1, false};
}

void Bucket::set(const Rate& rate, std::int64_t now) {
    if (!rate.adapt) {
        sixteenths = 16;
        grants_in_step = 0;
    }
    const auto wanted = interval_of(rate, sixteenths);
    // As doubles: a damaged or foreign note must not overflow.
    const double ahead = static_cast<double>(tat) - static_cast<double>(now);
    const double spent =
        interval > 0 ? std::clamp(ahead / static_cast<double>(interval), 0.0, 1.0 * burst_of(rate)) : 0;
    if (wanted != interval || spent >= burst_of(rate))
        tat = now + static_cast<std::int64_t>(std::ceil(spent * static_cast<double>(wanted)));
    interval = wanted;
}

std::int64_t Bucket::due(const Rate& rate) const {
    return tat - interval * (burst_of(rate) - 1);
}

void Bucket::grant(const Rate& rate, std::int64_t now) {
    tat = std::max(tat, now) + interval;
    ++granted;
    if (sixteenths == 16 || ++grants_in_step < Limiter::grants_per_step) return;
    grants_in_step = 0;
    ++sixteenths;
    set(rate, now);
}

void Bucket::penalise(const Rate& rate, std::int64_t now) {
    set(rate, now);
    if (!rate.adapt) return;
    sixteenths = std::max(sixteenths / 2, 1U);
    grants_in_step = 0;
    set(rate, now);
}

std::optional<Grant> Limiter::acquire(const Rate& rate, const Deadline& deadline) {
    const auto came = boot_time_ns();
    if (rate.per_second <= 0) return Grant{came, {}};
    Turn turn(file_, 0);
    if (!turn.wait(deadline)) return std::nullopt;
    for (;;) {
        std::int64_t due = 0;
        std::int64_t now = 0;
        {
            const ScopedLock lock(file_, state_mutex);
            auto bucket = load(file_);
            now = boot_time_ns();
            bucket.set(rate, now);
            due = bucket.due(rate);
            if (due <= now) {
                bucket.grant(rate, now);
                store(file_, bucket);
                return Grant{now, std::chrono::nanoseconds(now - came)};
            }
            store(file_, bucket);  // what set() reckoned counts from this moment, and not anew at the next look
        }
        if (deadline && std::chrono::steady_clock::now() + std::chrono::nanoseconds(due - now) > *deadline)
            return std::nullopt;
        // Looks again now and then: penalise() may have put it off.
        sleep_until_boot_time(std::min(due, now + second));
    }
}

void Limiter::penalise(const Rate& rate) {
    if (rate.per_second <= 0 || !rate.adapt) return;
    const ScopedLock lock(file_, state_mutex);
    auto bucket = load(file_);
    bucket.penalise(rate, boot_time_ns());
    store(file_, bucket);
}

LimiterState Limiter::look(const Rate& rate) {
    Bucket bucket;
    {
        const ScopedLock lock(file_, state_mutex);
        bucket = load(file_);
    }
    LimiterState state{bucket.granted, static_cast<int>(bucket.sixteenths), Turn::length(file_, 0), {}};
    if (rate.per_second <= 0) return state;
    const auto now = boot_time_ns();
    bucket.set(rate, now);
    state.sixteenths = static_cast<int>(bucket.sixteenths);
    state.until_next = std::chrono::nanoseconds(std::max<std::int64_t>(bucket.due(rate) - now, 0));
    return state;
}

}  // namespace lockstep::runtime
