// A job: a visit that a technician makes to a customer. As text it is one "name: value" a line.
#pragma once

#include <string>
#include <string_view>

namespace dispatch {

enum class State { open, assigned, done };

struct Job {
    int id = 0;
    std::string customer;
    std::string technician;  ///< "" while the job is open
    State state = State::open;

    bool operator==(const Job&) const = default;
};

/// Neither empty nor longer than 80 bytes, and without control characters.
bool is_customer(std::string_view name);

std::string to_text(const Job& job);

/// The opposite of to_text(). Throws std::invalid_argument for anything that it does not write.
Job parse_job(std::string_view text);

}  // namespace dispatch
