// What a batch prints for ctest, which keeps the first 1 KiB of a passed test's output and 300 KiB of a failed one's:
// the sum first, then what the failing cases printed, then the slowest cases. Pure.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "launcher/batch_result.hpp"
#include "runtime/batch_table.hpp"

namespace lockstep::launcher {

/// What a case that failed alone, or did not, has to do with others (batch_verify.hpp).
struct Verified {
    std::size_t position = 0;
    bool passes_alone = false;
    std::vector<std::size_t> companions;  ///< the smallest set found with which it fails; empty: none was found
    std::string remark;                   ///< why the search found none, or ended early
};

struct BatchReport {
    const runtime::Batch& batch;
    std::vector<CaseResult> results;  ///< one for each case, in the order of the batch
    std::vector<Verified> verified;
    std::string kept;  ///< where the whole output is; "": nowhere
    double seconds = 0;
    std::size_t processes = 0;
    /// Bytes of the batch's output.
    std::function<std::string(std::uint64_t begin, std::uint64_t end)> read;
};

[[nodiscard]] std::string text_of(const BatchReport& report);
/// "A.b (crashed: signal 6 (Aborted))"
[[nodiscard]] std::string title_of(const std::string& name, const CaseResult& result);

}  // namespace lockstep::launcher
