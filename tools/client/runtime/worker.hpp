// Which worker this process belongs to.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/locks.hpp"

namespace lockstep::runtime {

struct WorkerId {
    enum class Learned {
        launcher,        ///< LOCKSTEP_WORKER
        resource_group,  ///< CTest's CTEST_RESOURCE_GROUP_<i>_LOCKSTEP_WORKER
        lock_file,  ///< the first that is free: a test without one of the above, or a debugger with its environment
        none,       ///< outside ctest
    };
    int index = 0;
    Learned learned = Learned::none;
    /// "gw3"; "master" outside ctest.
    [[nodiscard]] std::string name() const {
        return learned == Learned::none ? "master" : "gw" + std::to_string(index);
    }
};

/// Slots that CTest granted of a resource type, over all groups of this test: ids and how many slots of each.
[[nodiscard]] std::vector<std::pair<std::string, int>> granted_slots(const std::string& type);

/// From LOCKSTEP_WORKER, else from CTest; none where neither tells. Throws std::runtime_error for a LOCKSTEP_WORKER
/// that is not gwN.
[[nodiscard]] std::optional<WorkerId> worker_from_environment();
/// The same from CTest alone: LOCKSTEP_WORKER may be of a test around this whole ctest.
[[nodiscard]] std::optional<WorkerId> worker_from_ctest();
/// This process was started by ctest, or with the environment that Lockstep gives a test.
[[nodiscard]] bool in_test_environment();

/// The smallest index that no other process has taken from `path`. It stays this object's until it is destroyed or its
/// process dies.
class WorkerLock {
public:
    explicit WorkerLock(const std::string& path);
    [[nodiscard]] int index() const { return index_; }

private:
    LockFile file_;
    int index_;
};

}  // namespace lockstep::runtime
