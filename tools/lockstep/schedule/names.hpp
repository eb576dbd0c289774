// Names that Lockstep gives to what it adds: tests, fixtures, locks, labels, resource types.
#pragma once

#include <string>
#include <string_view>

namespace lockstep::names {

inline constexpr std::string_view own_label = "lockstep";
inline constexpr std::string_view end_test = "lockstep.end";
/// Required by everything; its clean-up is lockstep.end, so that the end comes last in every selection.
inline constexpr std::string_view session_fixture = "lockstep.session";
inline constexpr std::string_view unmarked_lock = "lockstep.unmarked";
inline constexpr std::string_view sequential_lock = "lockstep.sequential";
inline constexpr std::string_view worker_type = "lockstep_worker";
inline constexpr std::string_view memory_type = "lockstep_memory";

inline std::string join(std::string_view prefix, std::string_view name) {
    return std::string(prefix) + std::string(name);
}
inline std::string checkpoint(std::string_view phase) {
    return join("checkpoint.", phase);
}
inline std::string barrier(std::string_view phase) {
    return join("barrier.", phase);
}
inline std::string order(std::string_view phase) {
    return join("order.", phase);
}
inline std::string cleanup(std::string_view phase) {
    return join("cleanup.", phase);
}
inline std::string service_start(std::string_view service) {
    return join("service.", service) + ".start";
}
inline std::string service_stop(std::string_view service) {
    return join("service.", service) + ".stop";
}

// Fixtures.
/// Also the lock of a service whose tests run one after another.
inline std::string service(std::string_view service) {
    return join("service.", service);
}
inline std::string passed_fixture(std::string_view phase) {
    return join("lockstep.phase.", phase);
}
inline std::string barrier_fixture(std::string_view phase) {
    return join("lockstep.barrier.", phase);
}
inline std::string strict_fixture(std::string_view phase) {
    return join("lockstep.strict.", phase);
}
inline std::string order_fixture(std::string_view phase) {
    return join("lockstep.order.", phase);
}
inline std::string use_fixture(std::string_view phase) {
    return join("lockstep.use.", phase);
}
inline std::string chain_fixture(std::string_view phase, std::size_t position) {
    return join("lockstep.chain.", phase) + "." + std::to_string(position);
}

// Locks.
inline std::string phase_lock(std::string_view phase) {
    return join("lockstep.phase.", phase);
}
inline std::string same_name_lock(std::string_view test) {
    return join("lockstep.same-name.", test);
}

}  // namespace lockstep::names
