#include "commands/turn.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>
#include <tuple>

#include "commands/output.hpp"
#include "commands/settle.hpp"
#include "os/files.hpp"
#include "os/machine.hpp"
#include "session/debug_log.hpp"
#include "session/waiting.hpp"

namespace lockstep {
namespace {

using namespace std::chrono_literals;
constexpr auto look_again = 50ms, time_to_exit = 2000ms;

/// Whether `other` was opened first, and writes into the log of `self`.
bool has_its_log(const Session& other, const Session& self) {
    return same_log(other, self) && std::tie(other.opened_ns, other.id) < std::tie(self.opened_ns, self.id) &&
           writes_log(other);
}

std::vector<Session> living_sessions(const std::string& state) {
    Layout layout;
    layout.state = state;
    auto sessions = read_sessions(layout);
    std::erase_if(sessions, [](const Session& session) { return liveness(session) != Liveness::alive; });
    return sessions;
}

std::string stopped_text(int pid) {
    return fmt::format("is stopped: `kill -CONT {}` lets it go on", pid);
}

class Turn {
public:
    Turn(const Layout& layout, Session& self, bool alone) : layout_(layout), self_(self), alone_(alone) {}

    void wait() {
        while (const auto holder = take_or_find_holder()) {
            debug([&] { return fmt::format("waits for session {} ({})", holder->number, holder->id); });
            say_waiting(*holder);
            stopped_ = false;
            while (still_in_the_way(*holder)) {
                say_if_stopped(*holder);
                if (waits_for_itself(layout_.state, self_, *holder, living_sessions)) {
                    go_on_beside(*holder);
                    return;
                }
                std::this_thread::sleep_for(look_again);
            }
            wait_for_exit(*holder);
        }
    }

private:
    [[nodiscard]] bool in_the_way(const Session& other) const {
        if (liveness(other) != Liveness::alive) return false;
        return (alone_ && other.holds) || has_its_log(other, self_);
    }

    std::optional<Session> find_holder() {
        for (auto& session : read_sessions(layout_)) {
            // One process may enter several times (ctest -S): then its earlier session is over.
            if (session.number == self_.number || session.ctest == self_.ctest) continue;
            if (in_the_way(session)) return session;
        }
        return std::nullopt;
    }

    /// Without the registry's lock, and reading one file: many may be waiting.
    bool still_in_the_way(const Session& holder) {
        const auto now = read_session(layout_, holder.number);
        return now && now->id == holder.id && in_the_way(*now);
    }

    /// After the last test ctest writes what failed, for --rerun-failed, and how long tests took: our ctest reads both.
    /// Not for long, since one process may go on with other things (ctest -S).
    static void wait_for_exit(const Session& holder) {
        const auto deadline = std::chrono::steady_clock::now() + time_to_exit;
        while (os::alive(holder.ctest) && std::chrono::steady_clock::now() < deadline) {
            std::this_thread::sleep_for(time_to_exit / 50);
        }
    }

    std::optional<Session> take_or_find_holder() {
        const auto lock = lock_registry(layout_);
        auto holder = find_holder();
        self_.holds = alone_ && !holder;
        self_.waits_for = holder ? holder->id : "";
        self_.turn_ns = os::now_ns();
        write_session(layout_, self_);
        if (!holder) debug([&] { return std::string(alone_ ? "holds the build tree" : "need not wait"); });
        return holder;
    }

    void go_on_beside(const Session& holder) {
        say(fmt::format("not waiting for ctest {} in this build tree: it waits for what this ctest was started by",
                        holder.ctest.pid));
        const auto lock = lock_registry(layout_);
        if (same_log(holder, self_)) disown_log(self_);
        // Whoever comes next waits for both, unless this one shares the build tree.
        self_.holds = alone_;
        self_.waits_for.clear();
        self_.turn_ns = os::now_ns();
        write_session(layout_, self_);
    }

    void say_waiting(const Session& holder) const {
        if (!alone_ || !holder.holds) {
            say(
                fmt::format("waiting for {} in this build tree: both have opened one file as their log, which CTest "
                            "3.x does when two start at the same moment",
                            runner_of(holder)));
            return;
        }
        say(fmt::format("waiting for {} in this build tree (sessions = \"share\" in the plan runs both at once)",
                        runner_of(holder)));
    }

    /// Each time that this changes.
    void say_if_stopped(const Session& holder) {
        const bool before = std::exchange(stopped_, os::stopped(holder.ctest));
        if (stopped_ == before) return;
        say(fmt::format("process {} {}", holder.ctest.pid, stopped_ ? stopped_text(holder.ctest.pid) : "goes on"));
    }

    const Layout& layout_;
    Session& self_;
    bool alone_;  ///< also waits for whoever holds the build tree
    bool stopped_ = false;
};

}  // namespace

std::string waiting_for_lock(const std::string& path, int holder) {
    if (holder == 0) return fmt::format("waiting for another process, which holds '{}'", path);
    const auto process = os::identify_process(holder);
    return fmt::format("waiting for process {}, which holds '{}'{}", holder, path,
                       process && os::stopped(*process) ? fmt::format(" and {}", stopped_text(holder)) : "");
}

os::FileLock lock_registry(const Layout& layout) {
    const auto path = layout.lock();
    return os::FileLock(path, [&](int holder) { say(waiting_for_lock(path, holder)); });
}

void wait_for_turn(const Layout& layout, Session& self, bool alone) {
    Turn(layout, self, alone).wait();
}

}  // namespace lockstep
