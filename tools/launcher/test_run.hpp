// A whole test: its attempts, with all the waiting before and between them.
#pragma once

#include <memory>

#include "launcher/attempt.hpp"
#include "launcher/give_up.hpp"
#include "launcher/limits.hpp"
#include "launcher/stagger.hpp"

namespace lockstep::launcher {

/// How this process is to end.
struct End {
    int status = 0;
    int signal = 0;       ///< other than 0: by this signal, and not with a status
    int interrupted = 0;  ///< the signal that this process got and passed on while the test ran; 0: none
};

class TestRun {
public:
    explicit TestRun(const Context& context);
    [[nodiscard]] End run();

private:
    /// Until the next attempt may begin. Returns how long that took, in seconds.
    [[nodiscard]] double wait();
    void announce() const;
    [[nodiscard]] AttemptRun attempt(int number);
    [[nodiscard]] End end_of(const AttemptRun& run) const;
    void record(int number, const AttemptRun& run, double waited, long long began_ns, bool retried) const;
    /// After an attempt that is followed by another.
    void prepare_next(int number, const AttemptRun& run, const std::string& reason);

    const Context& context_;
    const runtime::LaunchKind& kind_;
    const runtime::RetryRule* rule_ = nullptr;  ///< none: a single attempt
    int attempts_ = 1;
    Patterns patterns_;
    Limits limits_;
    Stagger stagger_;
    std::unique_ptr<GivingUp> giving_up_;
};

}  // namespace lockstep::launcher
