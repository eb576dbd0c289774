// One attempt of a test: the program itself, and what becomes of its output.
#pragma once

#include <functional>
#include <string>

#include "launcher/context.hpp"
#include "launcher/patterns.hpp"
#include "launcher/retry.hpp"
#include "launcher/supervise.hpp"

namespace lockstep::launcher {

struct AttemptOptions {
    int number = 1;                       ///< from 1
    std::optional<Milliseconds> timeout;  ///< none: CTest sees to it
    bool withhold = false;                ///< its output goes to a file until it is known whether it counts
    Variables variables;                  ///< besides the context's
    std::function<void()> started;        ///< called when the program runs
};

struct AttemptRun {
    Ended ended;
    Outcome outcome;
    std::string withheld;  ///< the file with its output; "" where it was passed on
};

[[nodiscard]] AttemptRun run_attempt(const Context& context, const Patterns& patterns, const AttemptOptions& options);

/// Passes on what was withheld from an attempt that counts after all, and removes the file.
void pass_on_withheld(const std::string& path);

}  // namespace lockstep::launcher
