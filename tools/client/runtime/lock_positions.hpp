// Private to runtime/: which byte of a lock file means what. Contents and locks are apart: the bytes of locks beyond
// 2^40 never exist.
#pragma once

#include "runtime/locks.hpp"

namespace lockstep::runtime {

// Contents.
constexpr std::uint64_t counter_of_queue(int queue) {
    return static_cast<std::uint64_t>(queue) * 8;
}  // 0-31
constexpr std::uint64_t state_offset = 64;    // of the limiter
constexpr std::uint64_t notes_offset = 4096;  // of the slots' holders
constexpr std::uint64_t note_size = 256;

// Locks.
constexpr std::uint64_t beyond = std::uint64_t{1} << 40;
constexpr Range mutex_of_queue(int queue) {
    return {beyond + static_cast<std::uint64_t>(queue)};
}
constexpr Range head_of_queue(int queue) {
    return {beyond + 16 + static_cast<std::uint64_t>(queue)};
}
constexpr Range state_mutex{beyond + 32};
constexpr Range main_lock{beyond + 33};
constexpr Range all_slots{beyond + 65536, slots_of_a_file};
constexpr Range slot_range(std::size_t slot) {
    return {all_slots.first + slot};
}
constexpr Range held_places{beyond << 1, beyond};          // see Places
constexpr std::uint64_t tickets = std::uint64_t{1} << 56;  // in a queue
constexpr std::uint64_t first_ticket(int queue) {
    return tickets * static_cast<std::uint64_t>(queue + 1);
}

}  // namespace lockstep::runtime
