// The suite that `lockstep validate` runs: small tests that note what they were given, and hold it until the log shows
// that ctest would have broken the guard if it could. For that ctest has to have looked through its queue: it does
// whenever it starts a test, and tests of the role `outsider` come last in its queue. So what was not started when an
// outsider was, ctest has held back.
// Texts and tables only; commands/validate.cpp writes them and runs ctest, commands/probe.cpp is what each test runs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lockstep::validation {

enum class Role {
    crowd,     ///< as many as ctest runs at once, and two more
    lock,      ///< share a lock
    pool,      ///< take slots of a pool
    limit,     ///< of a marker with max_parallel
    beside,    ///< in the phase of the lonely tests: its start tells that this phase has come
    alone,     ///< run alone
    outsider,  ///< in no phase, under no guard; one at a time by a RESOURCE_LOCK of CTest itself
    failing,   ///< fails
    kept,      ///< of the phase after that
    served,    ///< asks a service
};

struct SuiteTest {
    std::string name;
    Role role = Role::outsider;
    int phase = 0;  ///< 1, 2, …: in that order; 0: in none
    int slots = 0;  ///< of the pool
};

struct Suite {
    int jobs = 0;                  ///< of ctest's -j
    std::vector<SuiteTest> tests;  ///< in the order of the test file

    /// Null if there is no test of that name.
    [[nodiscard]] const SuiteTest* find(std::string_view name) const;
};

inline constexpr int fewest_jobs = 3;    ///< two tests that fill the pool, and one beside them
inline constexpr int most_jobs = 64;     ///< each test reads what all others wrote: more get in each other's way
inline constexpr int pool_slots = 2;     ///< there are
inline constexpr int limit_at_once = 2;  ///< max_parallel

/// Every guard but gates; all its tests pass. `jobs`: from fewest_jobs to most_jobs.
[[nodiscard]] Suite guards_suite(int jobs);
/// A phase that fails, and one that needs it.
[[nodiscard]] Suite gate_suite(int jobs);

/// A service and the tests that ask it.
[[nodiscard]] Suite service_suite(int jobs);

/// lockstep.toml of a suite, whose service is `program` too.
[[nodiscard]] std::string plan_text(const Suite& suite, const std::string& program);

/// In the environment of tests of the role `served`: what they ask.
inline constexpr const char* server_variable = "SERVER_URL";
/// What the service runs as a test's name: this, and its port behind it.
inline constexpr std::string_view server_name = "serve-";
/// Where the service of a suite in `folder` notes its port.
[[nodiscard]] std::string port_file(const std::string& folder);

/// CTestTestfile.cmake of a suite in `folder`, whose tests run `program`. Includes lockstep/open.cmake, and ends with
/// the directory lockstep/closing.
[[nodiscard]] std::string test_file_text(const Suite& suite, const std::string& folder, const std::string& program);

/// Where the tests of a suite in `folder` write their log.
[[nodiscard]] std::string log_file(const std::string& folder);

}  // namespace lockstep::validation
