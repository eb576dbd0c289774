// The jobs and who does them, in memory: a server that starts again knows none.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "client/job.hpp"

namespace dispatch {

/// What became of a change.
enum class Change { made, no_such_job, no_such_technician, wrong_state };

/// Thread-safe.
class Office {
public:
    static const std::vector<std::string>& technicians();

    /// `customer` has to be one by is_customer().
    Job add(const std::string& customer);
    std::optional<Job> find(int id);
    /// Of a job that is not done.
    Change assign(int id, const std::string& technician);
    /// Of a job that is assigned.
    Change finish(int id);

private:
    std::mutex mutex_;
    std::map<int, Job> jobs_;
};

}  // namespace dispatch
