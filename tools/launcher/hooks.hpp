// Commands of the plan around a test: set-up and clean-up of markers, set-up of a worker. And what they owe.
#pragma once

#include <string>

#include "launcher/context.hpp"
#include "launcher/supervise.hpp"

namespace lockstep::launcher {

struct HookRun {
    bool succeeded = false;
    std::string text;  ///< else what to say: the command, its place in the plan, how it ended, what it printed last
};

/// Runs it in a process group of its own, its stdin empty. Throws Interrupted.
[[nodiscard]] HookRun run_hook(const Context& context, const runtime::Hook& hook,
                               std::optional<Milliseconds> timeout = {});

/// Notes in the journal that the command has to be run, whatever becomes of this process, until it is paid. Throws
/// std::system_error: then nothing may be done that it would have to undo.
void owe(const Context& context, const runtime::Hook& hook, const std::string& id, const char* kind);
void pay(const Context& context, const std::string& id);

/// The clean-ups of a kind's markers, owed from the beginning until each has succeeded.
class MarkerCleanups {
public:
    explicit MarkerCleanups(const Context& context);
    /// One after another; those that do not succeed stay owed, and that is said.
    void run();

private:
    [[nodiscard]] std::string id(std::size_t position) const;
    const Context& context_;
    std::string own_;  ///< distinct among all launches of a session
};

/// The set-ups of a kind's markers, in order. Throws Unfit with the output of one that does not succeed.
void run_setups(const Context& context);

}  // namespace lockstep::launcher
