// Which worker a launched test is, and the set-up of [worker].
//
// The id is CTest's, unless this worker's set-up did not succeed in this session, or CTest gave none: then the first
// spare one that is free. Spare ids follow the session's own, and are held by a lock while the test runs. A session
// without ids takes them where the client library does in tests that have no launcher. Whether a set-up was done is an
// empty file in the session's folder.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "launcher/context.hpp"
#include "runtime/locks.hpp"
#include "runtime/worker.hpp"

namespace lockstep::launcher {

class Worker {
public:
    /// Chooses an id, and lets `values` and `variables` know it.
    explicit Worker(Context& context);

    /// Once a worker and session. The tear-down is owed before it. A set-up that does not succeed is tried once more;
    /// then it throws Unfit with the output, and the worker is not used again in this session.
    void set_up();

private:
    [[nodiscard]] std::string mark(int index, const char* state) const;
    [[nodiscard]] bool is_marked(int index, const char* state) const;
    [[nodiscard]] int choose();
    [[nodiscard]] int first_free();

    Context& context_;
    std::string folder_;
    std::unique_ptr<runtime::LockFile> locks_;  ///< byte N: worker N is in use
    std::vector<std::unique_ptr<runtime::WorkerLock>> taken_;
    int index_ = 0;
};

}  // namespace lockstep::launcher
