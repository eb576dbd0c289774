// A whole batch: processes of its program until each case has a verdict, its records in the journal, its report.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "launcher/batch_output.hpp"
#include "launcher/batch_process.hpp"
#include "launcher/batch_queue.hpp"
#include "launcher/batch_report.hpp"
#include "runtime/journal.hpp"
#include "runtime/session_facts.hpp"

namespace lockstep::launcher {

struct BatchOptions {
    std::string table;    ///< path of the batch table
    std::string name;     ///< of the batch
    bool verify = false;  ///< run cases that failed once more alone
};

/// How long verification may take, of all cases: it goes on the batch's time-out.
inline constexpr std::chrono::seconds longest_verification{30};

/// lockstep-exec batch --table FILE --batch NAME [--verify]; `argv` begins with "batch". None, with `error` set, for
/// any other.
[[nodiscard]] std::optional<BatchOptions> read_batch_options(int argc, char** argv, std::string& error);

class BatchRun {
public:
    /// Without facts there is no session: no journal, and no output that is kept. Throws std::system_error.
    BatchRun(const BatchOptions& options, const runtime::Batch& batch, std::optional<runtime::SessionFacts> facts);

    struct End {
        int status = 0;  ///< 0: each case passed or was skipped; 1
        int signal = 0;  ///< other than 0: this process got it, and is to end by it
    };
    [[nodiscard]] End run();

private:
    struct Process {
        ProcessRun run;
        CaseWatch::Outcome outcome;
        std::vector<CaseResult> results;
        std::uint64_t begin = 0;  ///< of its output
    };
    /// `counts`: its results are those of the cases, and are noted as they come. Ended at `until` at the latest.
    [[nodiscard]] Process run_process_of(const std::vector<std::size_t>& positions, bool counts,
                                         std::optional<CaseWatch::Time> until = {});
    [[nodiscard]] Words words_for(const std::vector<std::size_t>& positions);
    void run_all();
    void verify();
    void verify(Verified& one, const std::vector<std::size_t>& before);
    [[nodiscard]] bool fails(std::size_t position, std::vector<std::size_t> companions);
    [[nodiscard]] std::vector<std::size_t> run_before(std::size_t position) const;
    void note(const std::vector<CaseResult>& results);
    void settle_unrun(const std::vector<std::size_t>& positions, const std::string& reason, std::uint64_t begin);
    void report_left(const ProcessRun& run);
    void write_journal(const std::string& records);
    [[nodiscard]] runtime::JournalRecord record_of(const CaseResult& result) const;

    const BatchOptions& options_;
    const runtime::Batch& batch_;
    std::optional<runtime::SessionFacts> facts_;
    std::string number_;  ///< CTest's, of the batch test; "" where not known
    BatchOutput output_;
    Signals signals_;
    BatchQueue queue_;
    std::vector<CaseResult> results_;
    std::vector<std::vector<std::size_t>> orders_;  ///< in each process, in which cases got their results
    std::vector<Verified> verified_;
    CaseWatch::Time verify_until_;
    std::size_t processes_ = 0;
    int interrupted_ = 0;
    bool journal_lost_ = false;
};

/// `lockstep-exec batch …`: does all of it, and returns the exit status.
[[nodiscard]] int run_batch(int argc, char** argv);

}  // namespace lockstep::launcher
