#include "server/office.hpp"

#include <algorithm>

namespace dispatch {

const std::vector<std::string>& Office::technicians() {
    static const std::vector<std::string> names = {"anna", "ben", "chloe", "dev", "emma", "finn"};
    return names;
}

Job Office::add(const std::string& customer) {
    const std::lock_guard lock(mutex_);
    Job job;
    job.id = static_cast<int>(jobs_.size()) + 1;
    job.customer = customer;
    return jobs_[job.id] = job;
}

std::optional<Job> Office::find(int id) {
    const std::lock_guard lock(mutex_);
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) return std::nullopt;
    return found->second;
}

Change Office::assign(int id, const std::string& technician) {
    const std::lock_guard lock(mutex_);
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) return Change::no_such_job;
    if (std::ranges::count(technicians(), technician) == 0) return Change::no_such_technician;
    if (found->second.state == State::done) return Change::wrong_state;
    found->second.technician = technician;
    found->second.state = State::assigned;
    return Change::made;
}

Change Office::finish(int id) {
    const std::lock_guard lock(mutex_);
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) return Change::no_such_job;
    if (found->second.state != State::assigned) return Change::wrong_state;
    found->second.state = State::done;
    return Change::made;
}

}  // namespace dispatch
