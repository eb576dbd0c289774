#include "session/waiting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <tuple>

namespace lockstep {
namespace {

const Session& younger(const Session& a, const Session& b) {
    return std::tie(a.opened_ns, a.id) < std::tie(b.opened_ns, b.id) ? b : a;
}

/// Cannot end before the one that asks has; `youngest` of those that wait on the way there.
struct Blocked {
    SessionName name;
    Session youngest;
};

}  // namespace

std::string sessions_text(const std::vector<SessionName>& sessions) {
    std::string text;
    for (const auto& session : sessions) text += session.id + " " + session.state + "\n";
    return text;
}

std::vector<SessionName> sessions_from_text(const std::string& text) {
    std::vector<SessionName> sessions;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        const auto blank = text.find(' ', begin);
        if (blank < end)
            sessions.push_back({text.substr(blank + 1, end - blank - 1), text.substr(begin, blank - begin)});
        begin = end + 1;
    }
    return sessions;
}

std::vector<SessionName> sessions_around(const os::ProcessId& ctest, const std::optional<std::string>& environment) {
    constexpr auto variable = "LOCKSTEP_SESSIONS";
    auto text = environment;
    for (int ancestor = os::parent_of(ctest.pid); !text && ancestor > 1; ancestor = os::parent_of(ancestor)) {
        text = os::environment_of(ancestor, variable);
    }
    auto sessions = sessions_from_text(text.value_or(""));
    // A dashboard script enters several times in one process, and what it set in its environment stays.
    const auto own = fmt::format("-{}-{}", ctest.pid, ctest.start);
    std::erase_if(sessions, [&](const SessionName& session) { return session.id.ends_with(own); });
    return sessions;
}

bool waits_for_itself(const std::string& state, const Session& self, const Session& holder,
                      const SessionsOf& sessions_of) {
    const SessionName goal{state, holder.id};
    std::vector<SessionName> seen;
    std::deque<Blocked> left;
    const auto add = [&](const std::vector<SessionName>& names, const Session& youngest) {
        for (const auto& name : names) {
            if (std::ranges::find(seen, name) != seen.end()) continue;
            seen.push_back(name);
            left.push_back({name, youngest});
        }
    };
    add(self.around, self);
    while (!left.empty()) {
        const auto blocked = std::move(left.front());
        left.pop_front();
        if (blocked.name == goal) return blocked.youngest.id == self.id;
        for (const auto& waiting : sessions_of(blocked.name.state)) {
            if (waiting.waits_for == blocked.name.id) add(waiting.around, younger(waiting, blocked.youngest));
        }
    }
    return false;
}

}  // namespace lockstep
