// `lockstep history forget`: takes back what is recorded, so that a gate counts it as never run.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/commands.hpp"
#include "commands/output.hpp"
#include "commands/recorded.hpp"
#include "commands/table.hpp"
#include "commands/verdicts.hpp"
#include "schedule/names.hpp"
#include "session/session.hpp"
#include "text/suggest.hpp"
#include "text/utf8.hpp"

namespace lockstep {
namespace {

/// What `name` stands for in the history: a test, or the verifications of a checkpoint. Empty: nothing is recorded.
std::vector<std::string> keys_of(const std::string& name, const std::vector<std::string>& recorded) {
    std::vector<std::string> keys;
    const auto belongs = [&](const std::string& key) {
        return key == name || (names_verification(key) && names::checkpoint(phase_of_key(key)) == name);
    };
    std::ranges::copy_if(recorded, std::back_inserter(keys), belongs);
    return keys;
}

/// Names under which something is recorded, as a person writes them.
std::vector<std::string> shown_names(const std::vector<std::string>& recorded) {
    std::vector<std::string> names;
    for (const auto& key : recorded)
        names.push_back(names_verification(key) ? names::checkpoint(phase_of_key(key)) : key);
    return names;
}

void say_unknown(const std::string& name, const std::vector<std::string>& recorded) {
    const auto meant = nearest(name, shown_names(recorded));
    say(fmt::format("nothing is recorded of '{}'{}", printable(name),
                    meant ? fmt::format(", did you mean '{}'?", printable(*meant)) : ""));
}

/// None, after saying so, where nothing is recorded of some name: then nothing is forgotten.
std::optional<History::Forgotten> forget_tests(std::optional<History>& history, const std::vector<std::string>& tests) {
    std::vector<std::string> recorded, keys;
    if (history) {
        for (const auto& [name, record] : history->last()) recorded.push_back(name);
    }
    bool all_known = true;
    for (const auto& test : tests) {
        const auto found = keys_of(test, recorded);
        if (found.empty()) {
            say_unknown(test, recorded);
            all_known = false;
        }
        keys.insert(keys.end(), found.begin(), found.end());
    }
    // Another process may have been faster: then it says so here, and nothing is forgotten either.
    if (all_known) {
        for (const auto& gone : history->forget(keys)) {
            say_unknown(gone, {});
            all_known = false;
        }
    }
    if (!all_known) {
        say("nothing was forgotten");
        return std::nullopt;
    }
    std::ranges::sort(keys);
    keys.erase(std::ranges::unique(keys).begin(), keys.end());
    History::Forgotten forgotten;
    forgotten.verifications = std::ranges::count_if(keys, names_verification);
    forgotten.tests = static_cast<std::int64_t>(keys.size()) - forgotten.verifications;
    return forgotten;
}

void print_text(const History::Forgotten& forgotten) {
    std::vector<std::string> parts;
    const auto add = [&](std::int64_t count, std::string_view noun) {
        if (count != 0) parts.push_back(counted(static_cast<std::size_t>(count), noun));
    };
    add(forgotten.tests, "test");
    add(forgotten.verifications, "verification");
    add(forgotten.sessions, "session");
    add(forgotten.debts, "owed clean-up");
    fmt::print("forgotten: {}\n", parts.empty() ? "nothing, since nothing is recorded" : list_or_dash(parts));
}

/// What sessions that are not recorded yet ran comes in when they are.
void say_what_comes_in(const Layout& layout) {
    for (const auto& session : read_sessions(layout)) {
        if (session.ctest.pid == 0 || session.settled) continue;
        say(liveness(session) == Liveness::alive
                ? fmt::format("ctest {} still runs: what it runs is recorded at its end", session.ctest.pid)
                : fmt::format(
                      "ctest {} was interrupted: what it ran is recorded by the next run or by `lockstep cleanup`",
                      session.ctest.pid));
    }
}

}  // namespace

int history_forget_command(const CommonOptions& options, const ForgetOptions& what) {
    const auto workspace = open_workspace({options.build_dir, "", options.configuration});
    auto history = recorded_history(workspace.layout);
    std::optional<History::Forgotten> forgotten = History::Forgotten{};
    if (!what.tests.empty()) {
        forgotten = forget_tests(history, what.tests);
    } else if (history) {
        forgotten = history->forget_all(what.all, what.debts);
    }
    if (!forgotten) return 1;
    if (options.json) {
        fmt::print("{}\n", nlohmann::ordered_json{{"version", 1},
                                                  {"tests", forgotten->tests},
                                                  {"verifications", forgotten->verifications},
                                                  {"sessions", forgotten->sessions},
                                                  {"owed", forgotten->debts}}
                               .dump(1));
    } else {
        print_text(*forgotten);
    }
    if (what.all || !what.tests.empty()) say_what_comes_in(workspace.layout);
    return 0;
}

}  // namespace lockstep
