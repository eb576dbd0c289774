// `lockstep cleanup`: what the next run of ctest would do before its tests, now. Runs that live are left alone; what
// tests left in their directories is counted, and removed on request only, since somebody may be looking at it.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/commands.hpp"
#include "commands/debts.hpp"
#include "commands/output.hpp"
#include "commands/recorded.hpp"
#include "commands/settle.hpp"
#include "commands/table.hpp"
#include "commands/turn.hpp"
#include "os/files.hpp"
#include "os/processes.hpp"
#include "text/quote.hpp"

namespace lockstep {
namespace {

using Json = nlohmann::ordered_json;

struct Result {
    std::vector<Session> settled;
    std::vector<Session> running, elsewhere;  ///< left alone
    std::vector<Session> with_processes;      ///< over, but what its tests started is not
    std::size_t paid = 0, owed = 0;
    std::size_t directories = 0;  ///< of tests, with something in them
    os::Usage in_them;
    bool removed = false;
};

std::vector<os::ProcessId> processes_of(const Session& session) {
    return os::processes_with_environment("LOCKSTEP_SESSION", session.id);
}

void name_processes(const Session& session) {
    for (const auto& process : processes_of(session)) {
        say(fmt::format("process {} of ctest {} still runs: {}", process.pid, session.ctest.pid,
                        shell_command(os::command_line_of(process.pid))));
    }
}

/// Nothing is owed, and `lockstep summary` tells of it until the next run.
bool needs_nothing(const Session& session) {
    return session.ended && !session.processes_left;
}

bool is_left_over(const Session& session, bool force) {
    if (needs_nothing(session)) return false;
    switch (liveness(session)) {
        case Liveness::dead:
            return true;
        case Liveness::alive:
            return false;
        case Liveness::elsewhere:
            // The processes of a container can be seen from the machine that it is on: then it lives.
            return session.ended || (force && processes_of(session).empty());
    }
    return false;
}

/// Call under the registry's lock.
void settle_sessions(const Layout& layout, bool force, Result& result) {
    settle_each(
        layout, [&](const Session& session) { return is_left_over(session, force); }, say,
        [&](const Session& session) {
            if (!session.settled) result.settled.push_back(session);
            if (!os::exists(layout.session(session.number))) return;
            if (session.processes_left) name_processes(session);  // the first time, settling does
            result.with_processes.push_back(session);
        });
    for (const auto& session : read_sessions(layout)) {
        if (session.ctest.pid == 0 || needs_nothing(session)) continue;
        const auto now = liveness(session);
        if (now == Liveness::alive) result.running.push_back(session);
        if (now != Liveness::elsewhere || session.ended) continue;
        if (force) name_processes(session);
        result.elsewhere.push_back(session);
    }
}

/// While it lives, runs that begin wait: as a session of our own, which they see, name and have no end of if we die.
class Hold {
public:
    /// Call under the registry's lock.
    explicit Hold(const Layout& layout) : layout_(layout) {
        auto session = open_session(layout, *os::identify_process(os::own_process()));
        session.recorded = false;
        session.settled = true;
        session.holds = true;
        write_session(layout, session);
        number_ = session.number;
    }
    ~Hold() {
        try {
            const auto lock = lock_registry(layout_);
            remove_session(layout_, number_);
        } catch (const std::exception&) {  // a dead session, for the next run to remove
        }
    }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

private:
    const Layout& layout_;
    int number_ = 0;
};

std::size_t count_debts(const Layout& layout) {
    const auto history = recorded_history(layout);
    return history ? history->debts().size() : 0;
}

/// Not beside a run that lives: it may be using what a clean-up removes.
void settle_and_pay(const Layout& layout, bool force, Result& result) {
    std::optional<Hold> hold;
    {
        const auto lock = lock_registry(layout);
        settle_sessions(layout, force, result);
        result.owed = count_debts(layout);
        if (result.owed == 0 || !result.running.empty() || !result.elsewhere.empty()) return;
        hold.emplace(layout);
    }
    pay_debts(layout, say);
    const auto before = std::exchange(result.owed, count_debts(layout));
    result.paid = before - std::min(before, result.owed);
}

/// Numbers of sessions that may still use their directories.
std::vector<int> numbers_in_use(const Layout& layout) {
    std::vector<int> numbers{0};  // what a listing shows, for those who start a test by hand
    for (const auto& session : read_sessions(layout)) {
        const auto now = liveness(session);
        const bool over = session.ended ? !session.processes_left && now != Liveness::alive : now == Liveness::dead;
        if (!over) numbers.push_back(session.number);
    }
    return numbers;
}

/// Counts what tests left, in kept/ and in the directories of runs that are over; removes it if `remove`.
void look_at_directories(const Layout& layout, bool remove, Result& result) {
    const auto lock = lock_registry(layout);
    const auto count = [&](const std::string& folder) {
        for (const auto& name : os::list_directory(folder)) {
            const auto usage = os::usage(folder + "/" + name);
            if (usage.files == 0) continue;
            ++result.directories;
            result.in_them.files += usage.files;
            result.in_them.bytes += usage.bytes;
        }
    };
    count(layout.kept());
    if (remove) {
        os::remove_tree(layout.kept());
        if (auto history = recorded_history(layout)) {
            std::vector<std::string> tests;
            for (const auto& [test, number] : history->kept()) tests.push_back(test);
            history->forget_kept(tests);
        }
    }
    const auto in_use = numbers_in_use(layout);
    for (const auto& number : os::list_directory(layout.temps())) {
        const auto used = [&](int session) { return number == std::to_string(session); };
        if (std::ranges::any_of(in_use, used)) continue;
        const auto folder = layout.temps() + "/" + number;
        const auto before = result.directories;
        count(folder);
        if (remove || result.directories == before) os::remove_tree(folder);
    }
    result.removed = remove;
}

std::string size_of(std::uint64_t bytes) {
    if (bytes < 1024) return counted(bytes, "byte");
    double size = static_cast<double>(bytes) / 1024;
    for (const auto* unit : {"KiB", "MiB", "GiB"}) {
        if (size < 1024) return fmt::format("{:.1f} {}", size, unit);
        size /= 1024;
    }
    return fmt::format("{:.1f} TiB", size);
}

void print_text(const Layout& layout, const Result& result) {
    for (const auto& session : result.settled) {
        fmt::print("session {} is settled: ctest {} was interrupted\n", session.number, session.ctest.pid);
    }
    if (result.paid != 0) fmt::print("{} paid\n", counted(result.paid, "clean-up"));
    if (result.owed != 0) fmt::print("{} still owed\n", counted(result.owed, "clean-up"));
    if (result.settled.empty() && result.paid + result.owed == 0)
        fmt::print("{}\n", result.elsewhere.empty() ? "nothing was left to settle" : "nothing was settled");
    if (result.directories == 0) return;
    const auto what =
        fmt::format("what tests left in {} ({})",
                    result.directories == 1 ? "1 directory" : fmt::format("{} directories", result.directories),
                    size_of(result.in_them.bytes));
    if (result.removed) {
        fmt::print("removed: {}\n", what);
    } else {
        fmt::print("not removed: {} below '{}' and '{}'; `lockstep cleanup --kept` removes it\n", what, layout.kept(),
                   layout.temps());
    }
}

Json json_of(const Session& session) {
    return {{"id", session.id}, {"number", session.number}, {"process", session.ctest.pid}, {"host", session.host}};
}

Json json_of(const Result& result) {
    auto settled = Json::array(), left = Json::array();
    for (const auto& session : result.settled) settled.push_back(json_of(session));
    const auto add = [&](const std::vector<Session>& sessions, const char* state) {
        for (const auto& session : sessions) {
            auto json = json_of(session);
            json["state"] = state;
            left.push_back(std::move(json));
        }
    };
    add(result.running, "running");
    add(result.elsewhere, "elsewhere");
    add(result.with_processes, "processes");
    return {{"version", 1},
            {"settled", std::move(settled)},
            {"left", std::move(left)},
            {"paid", result.paid},
            {"owed", result.owed},
            {"directories",
             {{"count", result.directories},
              {"files", result.in_them.files},
              {"bytes", result.in_them.bytes},
              {"removed", result.removed}}}};
}

}  // namespace

int cleanup_command(const CommonOptions& options, const CleanupOptions& what) {
    const auto workspace = open_workspace({options.build_dir, "", options.configuration});
    const auto& layout = workspace.layout;
    if (!os::proc_available()) throw Refusal("/proc is not there: which runs are over cannot be told");
    Result result;
    if (os::exists(layout.state)) {
        settle_and_pay(layout, what.force, result);
        look_at_directories(layout, what.kept, result);
    }
    for (const auto& session : result.running) {
        say(fmt::format("{} runs in this build tree and is left alone{}", runner_of(session),
                        result.owed != 0 ? "; what is owed is paid when it is over" : ""));
    }
    for (const auto& session : result.elsewhere) {
        if (!what.force) say(foreign_session(layout, session));
    }
    if (options.json) {
        fmt::print("{}\n", json_of(result).dump(1, ' ', false, Json::error_handler_t::replace));
    } else {
        print_text(layout, result);
    }
    return result.owed == 0 && result.elsewhere.empty() ? 0 : 1;
}

}  // namespace lockstep
