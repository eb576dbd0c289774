// Where things are below B/lockstep. Short names on purpose: tests put sockets below their temp directory, and a Unix
// socket's path holds 107 bytes.
//
//   open.cmake close.cmake guard.cmake project.json   written when the project is configured
//   inventory.json schedule.json overlay.cmake        of the last resolution, for readers
//   i/<hash>/        what ctest listed, and the files that each test is made of
//   g/<hash>/        all that follows from one set of inputs: runs at the same time may differ in their switches
//   s/<n>/           a session
//   t/<n>/<test>/    temp directories of session n; 0: what a listing shows
//   kept/<k>/        what failed tests left
//   history.db       verdicts, durations, what is owed
//   case-times       what batches are cut by
//   last-run         the graph of the last run
//   validate/        suites of `lockstep validate`, while they run and if a guard does not hold
// A multi-config build tree has one such set a configuration, below B/lockstep/<configuration>/.
#pragma once

#include <string>

namespace lockstep {

struct Layout {
    std::string build_dir;  ///< absolute
    std::string state;      ///< B/lockstep, or B/lockstep/<configuration>

    [[nodiscard]] std::string sessions() const { return state + "/s"; }
    [[nodiscard]] std::string session(int number) const { return sessions() + "/" + std::to_string(number); }
    [[nodiscard]] std::string debug_log(int number) const { return session(number) + "/debug.log"; }
    /// Numbers of the tests that `ctest -E` took away, a line each; there in such runs only.
    [[nodiscard]] std::string dropped(int number) const { return session(number) + "/dropped"; }
    [[nodiscard]] std::string temps() const { return state + "/t"; }
    [[nodiscard]] std::string temp(int session) const { return temps() + "/" + std::to_string(session); }
    /// Of the test that is `number` to ctest, from 1.
    [[nodiscard]] std::string temp(int session, std::size_t number) const {
        return temp(session) + "/" + std::to_string(number);
    }
    /// For the processes of a run (runtime/session_facts.hpp).
    [[nodiscard]] std::string facts(int number) const { return session(number) + "/session.txt"; }
    /// What launched tests and the client library note (runtime/journal.hpp).
    [[nodiscard]] std::string journal(int number) const { return session(number) + "/journal"; }
    [[nodiscard]] std::string kept() const { return state + "/kept"; }
    [[nodiscard]] std::string graphs() const { return state + "/g"; }
    [[nodiscard]] std::string graph(const std::string& hash) const { return graphs() + "/" + hash; }
    [[nodiscard]] std::string launch_table(const std::string& hash) const { return graph(hash) + "/launch.txt"; }
    [[nodiscard]] std::string launch_script(const std::string& hash) const { return graph(hash) + "/launch.cmake"; }
    [[nodiscard]] std::string history() const { return state + "/history.db"; }
    [[nodiscard]] std::string case_times() const { return state + "/case-times"; }
    /// The graph of the last run: what the numbers in ctest's list of failed tests are of.
    [[nodiscard]] std::string last_run() const { return state + "/last-run"; }
    [[nodiscard]] std::string batch_table(const std::string& hash) const { return graph(hash) + "/batches.txt"; }
    [[nodiscard]] std::string lock() const { return state + "/lock"; }
    [[nodiscard]] std::string kept_lock() const { return state + "/kept.lock"; }  ///< for what is in kept/
    [[nodiscard]] std::string debts_lock() const { return state + "/debts.lock"; }
    [[nodiscard]] std::string listings() const { return state + "/i"; }
    [[nodiscard]] std::string listing(const std::string& name) const { return listings() + "/" + name; }
};

}  // namespace lockstep
