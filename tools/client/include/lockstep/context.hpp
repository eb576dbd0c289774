// Where this process stands in a run of tests.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace lockstep {
inline namespace v1 {

/// How a worker was learned.
enum class WorkerSource {
    launcher,        ///< LOCKSTEP_WORKER, which lockstep-exec sets
    resource_group,  ///< the worker id that CTest granted
    lock_file,  ///< the first that no other process has, where a test got none: in a debugger, in a run without ids
    none,       ///< outside ctest
};

/// One of the numbered places in which tests run at the same time.
struct Worker {
    int index = 0;     ///< from 0
    std::string name;  ///< "gw3"; "master" outside ctest
    int count = 0;     ///< workers of this session; 0: not known
    WorkerSource source = WorkerSource::none;
};

/// This process's worker. It stays the same until the process ends; from a lock file it is free again then, however the
/// process ends. Thread-safe. Throws Error for a LOCKSTEP_WORKER that is not gwN.
[[nodiscard]] Worker worker();

struct Context {
    std::string test;       ///< name in ctest; "" where not known (`context = false`, outside ctest); of a
                            ///< batch the case's, while one runs and with lockstep/gtest.hpp, else the batch's
    std::string test_case;  ///< of GoogleTest, "Suite.Name", with lockstep/gtest.hpp; else ""
    std::string phase;      ///< "": in none
    std::vector<std::string> markers;  ///< the plan's, then those of LOCKSTEP_MARK that are not among them
    std::string mode;                  ///< "parallel" or "sequential"; "" outside a session
    std::string session;               ///< id, distinct over machines and time; "" outside a session
    int shard = 0, shards = 0;         ///< this one, from 1, and how many; 0: not sharded
    Worker worker;
    int process = 0;  ///< id
    int thread = 0;   ///< id of the calling thread, as the system counts them
    int attempt = 1;  ///< from 1, of a test that is retried
};

/// As of now. Thread-safe. Throws as worker() does, and Error for a session file that cannot be read.
[[nodiscard]] Context context();

/// A directory of this worker: shared by the tests that run on it one after another in this session, and by no other
/// test. Outside a session one of this process, removed when it ends. Thread-safe.
[[nodiscard]] std::filesystem::path worker_dir();

}  // namespace v1
}  // namespace lockstep
