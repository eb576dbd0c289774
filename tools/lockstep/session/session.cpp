#include "session/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "os/files.hpp"
#include "os/machine.hpp"

namespace lockstep {
namespace {

nlohmann::ordered_json to_json(const Session& s) {
    return {{"version", 1},
            {"id", s.id},
            {"pid", s.ctest.pid},
            {"start", s.ctest.start},
            {"process_group", s.process_group},
            {"host", s.host},
            {"boot", s.boot},
            {"process_namespace", s.process_namespace},
            {"graph", s.graph},
            {"configuration", s.configuration},
            {"inside", s.inside},
            {"opened_ns", s.opened_ns},
            {"jobs", s.jobs},
            {"first_worker", s.first_worker},
            {"workers", s.workers},
            {"repeated", s.repeated},
            {"recorded", s.recorded},
            {"no_tests_error", s.no_tests_error},
            {"holds", s.holds},
            {"ended", s.ended},
            {"settled", s.settled},
            {"log_descriptor", s.log_descriptor},
            {"log_linked", s.log_linked}};
}

std::optional<Session> from_json(const std::string& text, int number) {
    const auto j = nlohmann::json::parse(text, nullptr, false);
    if (!j.is_object()) return std::nullopt;
    try {
        if (j.at("version") != 1) return std::nullopt;
        Session s;
        s.number = number;
        s.id = j.at("id").get<std::string>();
        s.ctest = {j.at("pid").get<int>(), j.at("start").get<std::uint64_t>()};
        s.process_group = j.at("process_group").get<int>();
        s.host = j.at("host").get<std::string>();
        s.boot = j.at("boot").get<std::string>();
        s.process_namespace = j.at("process_namespace").get<std::string>();
        s.graph = j.at("graph").get<std::string>();
        s.configuration = j.at("configuration").get<std::string>();
        s.inside = j.at("inside").get<std::string>();
        s.opened_ns = j.at("opened_ns").get<std::int64_t>();
        s.jobs = j.at("jobs").get<int>();
        s.first_worker = j.at("first_worker").get<int>();
        s.workers = j.at("workers").get<int>();
        s.repeated = j.at("repeated").get<bool>();
        s.recorded = j.at("recorded").get<bool>();
        s.no_tests_error = j.at("no_tests_error").get<bool>();
        s.holds = j.at("holds").get<bool>();
        s.ended = j.at("ended").get<bool>();
        s.settled = j.at("settled").get<bool>();
        s.log_descriptor = j.at("log_descriptor").get<int>();
        s.log_linked = j.at("log_linked").get<bool>();
        return s;
    } catch (const nlohmann::json::exception&) {
        return std::nullopt;
    }
}

std::vector<int> numbers_in(const std::string& directory) {
    std::vector<int> numbers;
    for (const auto& name : os::list_directory(directory)) {
        int value = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value);
        if (error == std::errc() && end == name.data() + name.size()) numbers.push_back(value);
    }
    std::ranges::sort(numbers);
    return numbers;
}

std::string file_of(const Layout& layout, int number) {
    return layout.session(number) + "/session.json";
}
std::string log_of(const Layout& layout, int number) {
    return layout.session(number) + "/log";
}

/// Testing/Temporary/LastTest.log.tmp, LastTest_<TAG>.log.tmp<hex>, LastDynamicAnalysis_<TAG>.log.tmp…
/// Testing may be a link to a folder of another name.
bool is_ctest_log(std::string_view path) {
    constexpr std::string_view folder = "/Temporary/";
    const auto at = path.rfind(folder);
    if (at == std::string_view::npos) return false;
    const auto name = path.substr(at + folder.size());
    const bool kind =
        name.starts_with("LastTest.log") || name.starts_with("LastTest_") || name.starts_with("LastDynamicAnalysis");
    return kind && name.find(".log") != std::string_view::npos;
}

std::string descriptor_path(int pid, int descriptor) {
    return fmt::format("/proc/{}/fd/{}", pid, descriptor);
}

std::vector<os::FileIdentity> logs_of_ancestors(int pid) {
    std::vector<os::FileIdentity> logs;
    for (int ancestor = os::parent_of(pid); ancestor > 1; ancestor = os::parent_of(ancestor)) {
        for (const auto& [descriptor, path] : os::open_files_of(ancestor)) {
            if (!is_ctest_log(path)) continue;
            if (const auto id = os::identify(descriptor_path(ancestor, descriptor))) logs.push_back(*id);
        }
    }
    return logs;
}

}  // namespace

Liveness liveness(const Session& session) {
    if (session.host != os::host_name()) return Liveness::elsewhere;
    if (session.boot != os::boot_id()) return Liveness::dead;  // this machine, before it was started anew
    if (session.process_namespace != os::process_namespace()) return Liveness::elsewhere;
    return os::alive(session.ctest) ? Liveness::alive : Liveness::dead;
}

std::optional<Session> read_session(const Layout& layout, int number) {
    const auto text = os::read_file(file_of(layout, number));
    if (!text) return std::nullopt;
    return from_json(*text, number);
}

std::vector<Session> read_sessions(const Layout& layout) {
    std::vector<Session> sessions;
    for (const int number : numbers_in(layout.sessions())) {
        if (auto session = read_session(layout, number)) {
            sessions.push_back(std::move(*session));
        } else {
            // Folder and file are made under the registry's lock, so a folder without a readable file is a wreck.
            Session wreck;
            wreck.number = number;
            wreck.host = os::host_name();
            wreck.boot = os::boot_id();
            wreck.process_namespace = os::process_namespace();
            sessions.push_back(wreck);
        }
    }
    return sessions;
}

void write_session(const Layout& layout, const Session& session) {
    os::write_file(file_of(layout, session.number), to_json(session).dump(1) + "\n");
}

void remove_session(const Layout& layout, int number) {
    os::remove_tree(layout.session(number));
}

int take_number(const Layout& layout) {
    const auto taken = numbers_in(layout.sessions());
    int number = 1;
    while (std::ranges::binary_search(taken, number)) ++number;
    os::make_directories(layout.session(number));
    return number;
}

std::string make_session_id(const Layout& layout, const Session& session) {
    return fmt::format("{}-{}-{}-{}",
                       os::hash_text(session.host + "\n" + session.boot + "\n" + layout.state).substr(0, 8),
                       session.number, session.ctest.pid, session.ctest.start);
}

void link_log(const Layout& layout, Session& session) {
    std::vector<int> candidates;
    for (const auto& [descriptor, path] : os::open_files_of(session.ctest.pid)) {
        if (is_ctest_log(path)) candidates.push_back(descriptor);
    }
    // A ctest that a test of another ctest started may have inherited that one's log: it is open further up as well.
    if (!candidates.empty()) {
        const auto inherited = logs_of_ancestors(session.ctest.pid);
        std::erase_if(candidates, [&](int descriptor) {
            const auto id = os::identify(descriptor_path(session.ctest.pid, descriptor));
            return id && std::ranges::any_of(inherited, [&](const auto& other) {
                       return other.device == id->device && other.inode == id->inode;
                   });
        });
    }
    for (const int descriptor : candidates) {
        session.log_descriptor = descriptor;
        session.log_linked = os::link_open_file(session.ctest.pid, descriptor, log_of(layout, session.number));
        if (session.log_linked) return;
    }
}

std::optional<std::string> read_log(const Layout& layout, const Session& session) {
    if (session.log_linked) return os::read_file(log_of(layout, session.number));
    if (session.log_descriptor < 0 || !os::alive(session.ctest)) return std::nullopt;
    return os::read_file(descriptor_path(session.ctest.pid, session.log_descriptor));
}

std::optional<Session> session_around(const std::vector<Session>& sessions, int pid, const std::string& inherited_id) {
    const auto alive_as = [&](const auto& fits) -> std::optional<Session> {
        for (const auto& session : sessions) {
            if (session.ctest.pid != 0 && fits(session) && liveness(session) == Liveness::alive) return session;
        }
        return std::nullopt;
    };
    for (int ancestor = os::parent_of(pid); ancestor > 1; ancestor = os::parent_of(ancestor)) {
        if (auto found = alive_as([&](const Session& s) { return s.ctest.pid == ancestor; })) return found;
    }
    if (inherited_id.empty()) return std::nullopt;
    return alive_as([&](const Session& s) { return s.id == inherited_id && s.ctest.pid != pid; });
}

}  // namespace lockstep
