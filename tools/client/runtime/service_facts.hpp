// What is known of a service that a session started or found: s/<n>/services/<name>, in the form of flat.hpp.
// Written by `lockstep service`, read by the launcher and the client library.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lockstep::runtime {

struct ServiceFacts {
    std::string name;
    enum class State {
        starting,     ///< its program runs, and has not answered yet
        up,           ///< answered when asked for readiness
        down,         ///< not started yet, or stopped
        unavailable,  ///< could not be started, or did not answer: `reason`
    } state = State::down;
    std::string reason;                                    ///< for a person; "" where there is none
    int pid = 0;                                           ///< of the program that was started; 0: none was
    std::uint64_t start = 0;                               ///< of that process: field 22 of /proc/PID/stat
    std::string url;                                       ///< where it answers; "": not said
    std::vector<std::pair<std::string, int>> ports;        ///< by name, in the plan's order
    std::vector<std::pair<std::string, std::string>> env;  ///< what its tests find in their environment

    [[nodiscard]] int port(std::string_view name) const;  ///< 0: no such
};

[[nodiscard]] std::string to_text(const ServiceFacts& facts);
/// None, with `error` saying which line and why, for what to_text did not write.
[[nodiscard]] std::optional<ServiceFacts> service_facts_from_text(std::string_view text, std::string& error);

}  // namespace lockstep::runtime
