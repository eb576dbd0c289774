#include "commands/settle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "commands/debts.hpp"
#include "commands/drafts.hpp"
#include "commands/kept.hpp"
#include "commands/resolution.hpp"
#include "commands/verdicts.hpp"
#include "os/files.hpp"
#include "os/machine.hpp"
#include "services/services.hpp"
#include "session/debug_log.hpp"
#include "text/quote.hpp"

namespace lockstep {
namespace {

using namespace std::chrono_literals;

constexpr auto patience_with_orphans = 5s;

/// It stayed in the group that a test starts in: ctest's, or the one that a launcher made for it.
bool is_of_test(const os::ProcessId& process, const Session& session) {
    const int group = os::process_group_of(process.pid);
    if (group == session.process_group) return true;
    return os::environment_of(process.pid, "LOCKSTEP_GROUP") == std::to_string(group);
}

/// Processes that a dead ctest's tests left. Those that stayed in its process group are its tests: they are ended. What
/// made itself a daemon did so on purpose: it is named. Returns whether any is still there.
bool handle_orphans(const Session& session, bool end_them, const Report& report) {
    const auto find = [&] { return os::processes_with_environment("LOCKSTEP_SESSION", session.id); };
    auto processes = find();
    std::set<int> known;  // process ids
    while (end_them) {
        std::vector<os::ProcessId> to_end;
        for (const auto& process : processes) {
            if (!known.insert(process.pid).second) continue;
            const auto words = os::command_line_of(process.pid);
            const auto name = words.empty() ? std::string("?") : shell_command(words);
            if (is_of_test(process, session)) {
                report(fmt::format("ending process {} that the interrupted ctest {} left running: {}", process.pid,
                                   session.ctest.pid, name));
                to_end.push_back(process);
            } else {
                report(
                    fmt::format("process {} of the interrupted ctest {} has made itself a daemon and is left alone: {}",
                                process.pid, session.ctest.pid, name));
            }
        }
        if (to_end.empty()) break;
        os::end_processes(to_end, patience_with_orphans);
        processes = find();  // also what those have started while they were being ended
    }
    return std::ranges::any_of(processes, os::alive);
}

/// Servers that were started for the session's tests. They have left ctest's process group on purpose, and are not
/// meant to outlive it.
void end_services_of(const Layout& layout, const Session& session, const Report& report) {
    if (!os::exists(layout.session(session.number) + "/services")) return;  // it started none
    lockstep::end_services(layout.session(session.number), session.id, [&](const os::ProcessId& process) {
        report(fmt::format("ending process {} of service '{}' that ctest {} left running", process.pid,
                           os::environment_of(process.pid, service_variable).value_or("?"), session.ctest.pid));
    });
}

bool over(const Session& session, const os::ProcessId& ctest) {
    // One process may enter several times (ctest -S): then its earlier session is over. One that ended is over wherever
    // it ran; one of elsewhere that did not cannot be told from a living one.
    const auto now = liveness(session);
    return session.ctest == ctest || now == Liveness::dead || (now == Liveness::elsewhere && session.ended);
}

}  // namespace

void settle_session(const Layout& layout, Session session, const Report& report) {
    debug([&] {
        return fmt::format("settles session {} ({}) of ctest {}, which {}", session.number, session.id,
                           session.ctest.pid, session.ended ? "has come to its end" : "was interrupted");
    });
    // A process group of elsewhere is a number that means nothing here.
    const bool here = liveness(session) != Liveness::elsewhere;
    const bool end_them = !session.ended && here;
    // Before the others, which a start of a service is one of, and after them: it may still have started one.
    if (here) end_services_of(layout, session, report);
    const bool left = handle_orphans(session, end_them, report);
    if (end_them) end_services_of(layout, session, report);
    const auto table = session.graph.empty() ? std::nullopt : read_run_table(layout, session.graph);
    if (!table && !session.graph.empty() && !session.settled) {
        report(fmt::format("'{}/run.json' is missing or damaged: what the interrupted ctest {} ran cannot be told",
                           layout.graph(session.graph), session.ctest.pid));
    }
    if (table) {
        History history(layout.history(), report);
        if (!session.settled && session.began) {
            const auto text = read_log(layout, session);
            const auto journal = read_journal(layout, session);
            const auto log = text ? read_session_log(layout, *table, session, *text, journal) : LogReading{};
            if (!text)
                report(fmt::format("the log of the interrupted ctest {} is lost: what it ran counts as never run",
                                   session.ctest.pid));
            if (log.counted != 0)
                report(
                    fmt::format("the interrupted ctest {} counted other tests than are known: what it ran counts as "
                                "never run",
                                session.ctest.pid));
            record_session(layout, session, *table, text ? &log : nullptr, journal, false, history, report);
            note_debts_of_interrupted(layout, session, *table, text ? &log : nullptr, history);
            note_debts_of_journal(session, journal, history);
            note_directories_to_keep(layout, session, *table, log);
            // From here on whoever comes next has only the directories left to do.
            write_session(layout, session);
        }
        keep_noted_directories(layout, session, *table, history);
    }
    if (left) {
        session.settled = true;
        session.ended = true;
        session.processes_left = true;
        write_session(layout, session);
    } else {
        remove_session(layout, session.number);
    }
}

void sweep(const Layout& layout) {
    os::remove_abandoned_temporaries(layout.state);
    sweep_drafts(layout);
}

std::string runner_of(const Session& session) {
    const bool our_own = os::executable_of(session.ctest.pid) == os::own_executable();
    return fmt::format("{} {}", our_own ? "`lockstep cleanup`, process" : "ctest", session.ctest.pid);
}

std::string foreign_session(const Layout& layout, const Session& session) {
    std::vector<std::string> command{"lockstep", "cleanup", "--force", "--build-dir", layout.build_dir};
    if (!session.configuration.empty()) command.insert(command.end(), {"--config", session.configuration});
    if (session.other_version) {
        return fmt::format(
            "session {} of this build tree is of another version of Lockstep, and whether it still runs cannot "
            "be told. If no ctest does, remove it with\n  {}",
            session.number, shell_command(command));
    }
    return fmt::format(
        "session {} of this build tree is of process {} on '{}', in another container or on another "
        "machine: whether it still runs cannot be told from here. If it does not, settle it with\n  {}",
        session.number, session.ctest.pid, session.host, shell_command(command));
}

void settle_each(const Layout& layout, const std::function<bool(const Session&)>& left_over, const Report& report,
                 const std::function<void(const Session&)>& settled) {
    sweep(layout);
    std::set<int> done;  // numbers of those that keep their folder
    for (bool again = true; again;) {
        again = false;
        for (const auto& session : read_sessions(layout)) {
            if (done.contains(session.number)) continue;
            if (session.ctest.pid == 0) {
                remove_session(layout, session.number);
            } else if (left_over(session)) {
                settle_session(layout, session, report);
                done.insert(session.number);
                again = true;
                if (settled) settled(session);
            }
        }
    }
}

void settle_dead_sessions(const Layout& layout, const Session& self, const Report& report) {
    settle_each(
        layout, [&](const Session& session) { return session.number != self.number && over(session, self.ctest); },
        report);
}

void release_settled_sessions(const Layout& layout, const os::ProcessId& ctest, const Report& report) {
    for (const auto& session : read_sessions(layout)) {
        if (session.ctest.pid != 0 && session.settled && over(session, ctest)) settle_session(layout, session, report);
    }
}

}  // namespace lockstep
