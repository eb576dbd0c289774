// What became of one case of a batch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lockstep::launcher {

enum class Verdict { passed, failed, skipped, crashed, timed_out, exited, not_run };

/// "passed", "timed_out": as the journal has it.
[[nodiscard]] std::string_view text_of(Verdict verdict);
[[nodiscard]] inline bool is_good(Verdict verdict) {
    return verdict == Verdict::passed || verdict == Verdict::skipped;
}

struct CaseResult {
    std::size_t position = 0;  ///< in Batch::cases
    Verdict verdict = Verdict::not_run;
    double seconds = 0;
    std::string detail;                ///< "signal 6 (Aborted)", the reason of a skip; "" where there is no more to say
    std::uint64_t begin = 0, end = 0;  ///< where its output lies in that of the batch
};

}  // namespace lockstep::launcher
