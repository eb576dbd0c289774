#include "client/job.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

namespace dispatch {
namespace {

constexpr std::size_t longest_customer = 80;
constexpr std::array<std::string_view, 3> states = {"open", "assigned", "done"};

[[noreturn]] void refuse(const std::string& why) {
    throw std::invalid_argument("not a job: " + why);
}

/// Takes the line "name: value" from the front of `text`.
std::string take(std::string_view& text, std::string_view name) {
    const std::string begin = std::string(name) + ": ";
    const auto end = text.find('\n');
    if (!text.starts_with(begin) || end == std::string_view::npos)
        refuse("'" + std::string(name) + "' is not where it belongs");
    const std::string value(text.substr(begin.size(), end - begin.size()));
    text.remove_prefix(end + 1);
    return value;
}

int id_in(const std::string& digits) {
    int id = 0;
    const char* end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, id);
    if (error != std::errc{} || rest != end || id < 1) refuse("id '" + digits + "'");
    return id;
}

State state_in(const std::string& word) {
    const auto* const found = std::find(states.begin(), states.end(), word);
    if (found == states.end()) refuse("state '" + word + "'");
    return static_cast<State>(found - states.begin());
}

}  // namespace

bool is_customer(std::string_view name) {
    const auto is_control = [](unsigned char c) { return c < ' ' || c == 0x7f; };
    return !name.empty() && name.size() <= longest_customer && std::none_of(name.begin(), name.end(), is_control);
}

std::string to_text(const Job& job) {
    return "id: " + std::to_string(job.id) + "\ncustomer: " + job.customer + "\ntechnician: " + job.technician +
           "\nstate: " + std::string(states.at(static_cast<std::size_t>(job.state))) + "\n";
}

Job parse_job(std::string_view text) {
    Job job;
    job.id = id_in(take(text, "id"));
    job.customer = take(text, "customer");
    job.technician = take(text, "technician");
    job.state = state_in(take(text, "state"));
    if (!text.empty()) refuse("there is more behind it");
    if (!is_customer(job.customer)) refuse("customer '" + job.customer + "'");
    if (job.technician.empty() != (job.state == State::open)) refuse("the state does not go with the technician");
    return job;
}

}  // namespace dispatch
