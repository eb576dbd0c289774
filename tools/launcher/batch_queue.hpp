// Which cases of a batch the next process runs: all that are left, and alone what has to be found out about. Pure.
//
// A process of the program is useful if a case began in it. After one that was not (a crash before the first case, a
// flag it does not know), one case is tried alone: the first of the suite in whose set-up the process ended, else the
// first that is left. If that begins, the rest runs alone too, since together it does not. If it does not begin either,
// its suite is given up; two suites given up one after the other, and all that is left is. So a program that does the
// same each time is started anew no more often than it has cases.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "launcher/batch_watch.hpp"
#include "runtime/batch_table.hpp"

namespace lockstep::launcher {

class BatchQueue {
public:
    BatchQueue(const runtime::Batch& batch, std::vector<std::size_t> positions);

    /// For the next process; empty: there is nothing left.
    [[nodiscard]] const std::vector<std::size_t>& next();
    /// What became of them. Returns those that are not tried again and have no result.
    [[nodiscard]] std::vector<std::size_t> ended(const CaseWatch::Outcome& outcome);
    /// All that is to be run still.
    [[nodiscard]] std::vector<std::size_t> left() const;
    void leave_out(const std::vector<std::size_t>& positions) { remove(positions); }

private:
    [[nodiscard]] std::size_t first_of(const std::string& suite) const;
    void remove(const std::vector<std::size_t>& positions);
    [[nodiscard]] std::vector<std::size_t> give_up();

    const runtime::Batch& batch_;
    std::vector<std::size_t> left_;     ///< to be run together
    std::deque<std::size_t> doubtful_;  ///< to be run alone, in the end
    std::vector<std::size_t> running_;
    std::string next_suite_;  ///< a case of it is to be tried alone
    bool try_alone_ = false, after_useless_ = false, all_alone_ = false;
    int given_up_ = 0;
    std::size_t cases_, processes_ = 0;
};

}  // namespace lockstep::launcher
