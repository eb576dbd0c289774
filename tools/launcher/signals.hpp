// Signals while a program runs: they come through a descriptor, so that none is missed and nothing runs in a handler.
#pragma once

#include <signal.h>

#include <vector>

#include "runtime/descriptor.hpp"

namespace lockstep::launcher {

/// From now until destroyed, what ends or stops a program waits in descriptor(). Before and after that it ends this
/// process at once, as it would any program: what is owed by then is in the journal.
class Signals {
public:
    Signals();
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    [[nodiscard]] int descriptor() const { return file_.get(); }
    /// Numbers of those that came.
    [[nodiscard]] std::vector<int> take() const;
    /// What a child calls before it becomes another program, which then finds everything as this process did.
    void restore() const noexcept;

private:
    sigset_t mask_before_;
    struct sigaction child_before_, pipe_before_;
    runtime::Descriptor file_;
};

/// Ends this process by that signal, without a core of its own.
[[noreturn]] void end_by(int signal);

}  // namespace lockstep::launcher
