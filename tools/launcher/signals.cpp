#include "launcher/signals.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>

#include <array>

namespace lockstep::launcher {
namespace {

constexpr std::array waited_for{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGCHLD};

}  // namespace

Signals::Signals() {
    // Where SIGCHLD is ignored, the kernel would throw away how children ended. A reader of our output that is gone
    // shows in write(2).
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    ::sigaction(SIGCHLD, &action, &child_before_);
    action.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &action, &pipe_before_);
    sigset_t mask;
    ::sigemptyset(&mask);
    for (const int signal : waited_for) ::sigaddset(&mask, signal);
    ::sigprocmask(SIG_BLOCK, &mask, &mask_before_);
    file_ = runtime::Descriptor(::signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!file_) runtime::fail("cannot make", "signalfd");
}

Signals::~Signals() {
    restore();
}

std::vector<int> Signals::take() const {
    std::vector<int> signals;
    signalfd_siginfo info;
    while (runtime::retry([&] { return ::read(file_.get(), &info, sizeof info); }) == sizeof info) {
        signals.push_back(static_cast<int>(info.ssi_signo));
    }
    return signals;
}

void Signals::restore() const noexcept {
    ::sigaction(SIGCHLD, &child_before_, nullptr);
    ::sigaction(SIGPIPE, &pipe_before_, nullptr);
    ::sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
}

void end_by(int signal) {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    // The limit does not keep the kernel from handing a core to a program (core_pattern "|…"); this does.
    ::prctl(PR_SET_DUMPABLE, 0);
    ::signal(signal, SIG_DFL);
    sigset_t mask;
    ::sigemptyset(&mask);
    ::sigaddset(&mask, signal);
    ::sigprocmask(SIG_UNBLOCK, &mask, nullptr);
    ::kill(::getpid(), signal);
    ::_exit(128 + signal);
}

}  // namespace lockstep::launcher
