// What became of the cases that one process of a GoogleTest program was asked to run, told from what it prints and from
// how it ends. Pure: bytes and times go in, results come out.
//
// A case may print what GoogleTest prints: logs, another program's run, its own program's. So:
// - A case begins with its RUN line, if it was asked for, has not begun before, and none is under way.
// - Of the result lines of a case, up to the next one's beginning, the last counts. So its result is passed on when the
//   next case begins or the process has ended, and not before.
// - A second RUN line of the case under way, or the heading of a program's run, begins an imitation, in which nothing
//   begins. It ends with the footer of such a run, or with a result of the case that the imitation did not begin.
// - A result line, with its time, of a case that others have followed: one of these cases prints lines of others, and
// it
//   cannot be told which. Their results are withdrawn, and they are to run alone, where there are no others.
// - Whoever ends the process while a case is under way is that case. After its result it still is, unless the program's
//   run is over and its status is what the results make it, or another suite, or a case nobody asked for, had begun.
// - Where the set-up of a suite or of the program fails, GoogleTest reports cases as skipped that were not run: those
// are
//   told by the list at the program's end, or by its status.
// Not told: a case that prints exactly what would come next, its own result and the beginning of the next included, and
// then never prints its real result.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "launcher/batch_lines.hpp"
#include "launcher/batch_result.hpp"
#include "runtime/batch_table.hpp"

namespace lockstep::launcher {

/// How a process of the program ended.
struct ProcessEnd {
    int status = 0;              ///< as of waitpid(2)
    bool timed_out = false;      ///< it was ended because deadline() was over
    bool parent_killed = false;  ///< it killed its parent's process group
    int interrupted = 0;         ///< this process got that signal and passed it on
};

/// Private to CaseWatch, and outside of it only for clang 14: what is known of a case that began last.
struct CurrentCase {
    std::size_t position = 0;
    std::chrono::steady_clock::time_point began, ended;
    bool has_result = false;
    CaseResult result;
    std::string skip_reason;
    bool in_skip_reason = false;
};

class CaseWatch {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// `asked`: positions in batch.cases. `position`: of the first byte in the output of the batch.
    CaseWatch(const runtime::Batch& batch, const std::vector<std::size_t>& asked, std::uint64_t position, Time now);
    CaseWatch(const CaseWatch&) = delete;
    CaseWatch& operator=(const CaseWatch&) = delete;

    void take(std::string_view piece, Time now);
    /// Those that stand since the last call. Of two results of one case the later counts.
    [[nodiscard]] std::vector<CaseResult> take_results();
    /// When to end the process because a time-out of a case is over; none: never. The clock of a case begins with its
    /// RUN line; what comes before the first case, and after the result of each, has as long again.
    [[nodiscard]] std::optional<Time> deadline() const;
    /// That time is over: nothing that still comes counts.
    void stop_listening() { listening_ = false; }

    struct Outcome {
        std::vector<std::size_t> settled;   ///< their results are final
        std::vector<std::size_t> doubtful;  ///< begun, and to be run alone
        std::string suite;                  ///< where the process ended in the set-up of a suite: which; else ""
        std::string reason;                 ///< where no case has begun: why, in words
    };
    /// The process has ended, and all it printed was taken. take_results() has the last ones then.
    [[nodiscard]] Outcome finish(const ProcessEnd& end, Time now);

private:
    struct Case {
        bool begun = false, doubtful = false;
    };

    void on(const Line& line);
    void on_run(const Line& line);
    void on_result(const Line& line);
    void on_plain(const Line& line);
    void begin(std::size_t position, const Line& line);
    void set_result(const Line& line);
    void stand();
    void doubt(std::size_t first_done, const Line& line);
    void end_current(const ProcessEnd& end, Outcome& outcome);
    [[nodiscard]] bool is_over(const ProcessEnd& end, Outcome& outcome) const;
    void skip_all();
    void blame_failed_set_ups(const ProcessEnd& end);
    [[nodiscard]] std::vector<CaseResult*> results_of_all();
    void revise(CaseResult& result, Verdict verdict, std::string detail);
    [[nodiscard]] bool names(const Line& line, std::string_view filter) const;
    [[nodiscard]] std::string reason_of(const ProcessEnd& end) const;
    [[nodiscard]] bool was_asked_and_has_not_begun(std::string_view suite) const;

    const runtime::Batch& batch_;
    std::vector<std::size_t> asked_;
    std::unordered_map<std::string_view, std::size_t> positions_;  ///< of the filters asked for
    std::unordered_map<std::size_t, Case> cases_;
    std::uint64_t first_byte_;
    Lines lines_;
    Time now_, idle_since_;
    std::optional<CurrentCase> current_;
    std::vector<CaseResult> done_, results_;
    std::string suite_, stranger_;
    std::vector<std::string> failed_suites_;
    std::string running_;  ///< what follows "Running " in the program's first heading
    bool imitated_ = false, imitation_began_it_ = false;
    bool any_begun_ = false, any_failed_ = false, program_ended_ = false, listening_ = true;
};

/// "Suite" of "Suite.Case".
[[nodiscard]] inline std::string_view suite_of(std::string_view filter) {
    return filter.substr(0, filter.find('.'));
}

}  // namespace lockstep::launcher
