// What the journal of a session says, put together: of each test what its launcher measured, and what is still owed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

/// One test in one session, all its attempts together.
struct LaunchedTest {
    int attempts = 0;              ///< the most of one start; `ctest --repeat` starts a test several times
    double cpu_seconds = 0;        ///< user and system
    std::uint64_t peak_bytes = 0;  ///< of the attempt that needed most
    double waited_seconds = 0;     ///< for limits and staggered starts
    std::string rule;              ///< that had it tried again; "": it was not
};

/// A case that ran in a batch.
struct BatchedCase {
    std::string batch;    ///< name of its batch
    std::string verdict;  ///< passed, failed, skipped, crashed, timed_out, exited, not_run
    double seconds = 0;
};

/// A command that was to be run and was not, or did not succeed.
struct OwedCommand {
    std::string id;    ///< within the session
    std::string kind;  ///< "cleanup", "worker", "on_cleanup"
    std::string name;  ///< test or worker that owes it
    std::vector<std::string> command;
    std::string working_directory;
    std::vector<std::string> environment;  ///< NAME=value
};

/// Something that a test said it made and did not say it removed.
struct LeftData {
    std::string kind, name;
    std::string test;  ///< ctest's number, or its name where it is known
};

struct SessionJournal {
    std::map<std::size_t, LaunchedTest> tests;              ///< by ctest's number
    std::map<std::string, BatchedCase, std::less<>> cases;  ///< by name; the last word on each
    std::vector<OwedCommand> owed;                          ///< in the order in which they were noted
    std::vector<LeftData> data;
    std::size_t calls = 0, calls_retried = 0;  ///< of with_retry() in tests
    std::size_t workers_failed = 0;            ///< set-ups of workers that did not succeed
    std::size_t damaged = 0;                   ///< records that cannot be read
};

/// `text` is all of the journal. Linear.
[[nodiscard]] SessionJournal read_session_journal(std::string_view text);

}  // namespace lockstep
