#include "session/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

#include "os/files.hpp"
#include "os/machine.hpp"
#include "session/ctest_log.hpp"

namespace lockstep {
namespace {

nlohmann::ordered_json to_json(const std::vector<SessionName>& names) {
    auto list = nlohmann::ordered_json::array();
    for (const auto& name : names) list.push_back(nlohmann::ordered_json::array({name.state, name.id}));
    return list;
}

std::vector<SessionName> names_from_json(const nlohmann::json& list) {
    std::vector<SessionName> names;
    for (const auto& name : list) names.push_back({name.at(0).get<std::string>(), name.at(1).get<std::string>()});
    return names;
}

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
            {"around", to_json(s.around)},
            {"waits_for", s.waits_for},
            {"opened_ns", s.opened_ns},
            {"turn_ns", s.turn_ns},
            {"jobs", s.jobs},
            {"first_worker", s.first_worker},
            {"workers", s.workers},
            {"repeated", s.repeated},
            {"recorded", s.recorded},
            {"no_tests_error", s.no_tests_error},
            {"holds", s.holds},
            {"began", s.began},
            {"ended", s.ended},
            {"settled", s.settled},
            {"processes_left", s.processes_left},
            {"log_descriptor", s.log_descriptor},
            {"log_file", {s.log_device, s.log_inode}},
            {"log_linked", s.log_linked},
            {"log_keeper", {s.log_keeper.pid, s.log_keeper.start}}};
}

/// What every version of this file has: enough to tell whether the session lives.
void read_identity(const nlohmann::json& j, Session& s) {
    s.id = j.at("id").get<std::string>();
    s.ctest = {j.at("pid").get<int>(), j.at("start").get<std::uint64_t>()};
    s.host = j.at("host").get<std::string>();
    s.boot = j.at("boot").get<std::string>();
    s.process_namespace = j.at("process_namespace").get<std::string>();
    s.ended = j.at("ended").get<bool>();
}

Session of_other_version(const nlohmann::json& j, int number) {
    Session s;
    s.number = number;
    s.other_version = true;
    try {
        read_identity(j, s);
    } catch (const nlohmann::json::exception&) {
        s.ctest.pid = -1;
    }
    return s;
}

std::optional<Session> from_json(const std::string& text, int number) {
    const auto j = nlohmann::json::parse(text, nullptr, false);
    if (!j.is_object()) return std::nullopt;
    try {
        if (j.at("version") != 1) return of_other_version(j, number);
        Session s;
        s.number = number;
        read_identity(j, s);
        s.process_group = j.at("process_group").get<int>();
        s.graph = j.at("graph").get<std::string>();
        s.configuration = j.at("configuration").get<std::string>();
        s.inside = j.at("inside").get<std::string>();
        s.around = names_from_json(j.value("around", nlohmann::json::array()));
        s.waits_for = j.value("waits_for", "");
        s.opened_ns = j.at("opened_ns").get<std::int64_t>();
        s.turn_ns = j.value("turn_ns", s.opened_ns);
        s.jobs = j.at("jobs").get<int>();
        s.first_worker = j.at("first_worker").get<int>();
        s.workers = j.at("workers").get<int>();
        s.repeated = j.at("repeated").get<bool>();
        s.recorded = j.at("recorded").get<bool>();
        s.no_tests_error = j.at("no_tests_error").get<bool>();
        s.holds = j.at("holds").get<bool>();
        s.began = j.value("began", true);
        s.settled = j.at("settled").get<bool>();
        s.processes_left = j.value("processes_left", false);
        s.log_descriptor = j.at("log_descriptor").get<int>();
        if (const auto file = j.find("log_file"); file != j.end()) {
            s.log_device = file->at(0).get<std::uint64_t>();
            s.log_inode = file->at(1).get<std::uint64_t>();
        }
        s.log_linked = j.at("log_linked").get<bool>();
        if (const auto keeper = j.find("log_keeper"); keeper != j.end())
            s.log_keeper = {keeper->at(0).get<int>(), keeper->at(1).get<std::uint64_t>()};
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

bool is_memcheck_log(std::string_view path) {
    return path.find("/LastDynamicAnalysis") != std::string_view::npos;
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

std::optional<std::string> find_log(const Layout& layout, const Session& session) {
    if (session.log_descriptor < 0) return std::nullopt;
    if (auto text = os::read_file(log_of(layout, session.number))) return text;
    // Before ctest's: that one may have become another log (one process may enter several times, ctest -S).
    if (session.log_keeper.pid != 0 && os::alive(session.log_keeper)) {
        if (auto text = os::read_file(descriptor_path(session.log_keeper.pid, os::descriptor_of_detached))) return text;
    }
    if (os::alive(session.ctest)) {
        if (auto text = os::read_file(descriptor_path(session.ctest.pid, session.log_descriptor))) return text;
    }
    return os::read_file(log_of(layout, session.number));  // its keeper may have written it meanwhile
}

}  // namespace

Liveness liveness(const Session& session) {
    if (session.other_version && session.ctest.pid < 0) return Liveness::elsewhere;
    // The boot comes first: one machine may change its name while it is up, and containers on it all have names of
    // their own.
    if (session.boot != os::boot_id()) {
        return session.host == os::host_name() ? Liveness::dead : Liveness::elsewhere;  // dead: before a restart
    }
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
    os::write_file(file_of(layout, session.number),
                   to_json(session).dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

void remove_session(const Layout& layout, int number) {
    // First the file that makes it a session: were the log to go before it, and we be killed then, the next to come
    // would take what the session ran for lost.
    os::remove_tree(file_of(layout, number));
    os::remove_tree(layout.session(number));
}

int take_number(const Layout& layout) {
    const auto taken = numbers_in(layout.sessions());
    int number = 1;
    while (std::ranges::binary_search(taken, number)) ++number;
    os::make_directories(layout.session(number));
    return number;
}

Session open_session(const Layout& layout, const os::ProcessId& ctest) {
    Session session;
    session.number = take_number(layout);
    session.ctest = ctest;
    session.process_group = os::process_group_of(ctest.pid);
    session.host = os::host_name();
    session.boot = os::boot_id();
    session.process_namespace = os::process_namespace();
    session.opened_ns = os::now_ns();
    session.turn_ns = session.opened_ns;
    session.id = make_session_id(layout, session);
    return session;
}

std::string make_session_id(const Layout& layout, const Session& session) {
    return fmt::format("{}-{}-{}-{}",
                       os::hash_text(session.host + "\n" + session.boot + "\n" + layout.state).substr(0, 8),
                       session.number, session.ctest.pid, session.ctest.start);
}

void link_log(const Layout& layout, Session& session) {
    std::vector<int> candidates;
    std::set<int> memcheck;
    for (const auto& [descriptor, path] : os::open_files_of(session.ctest.pid)) {
        if (!is_ctest_log(path)) continue;
        candidates.push_back(descriptor);
        if (is_memcheck_log(path)) memcheck.insert(descriptor);
    }
    // A ctest that a test of another ctest started may have inherited that one's log: it is open further up as well.
    if (!candidates.empty()) {
        const auto inherited = logs_of_ancestors(session.ctest.pid);
        std::erase_if(candidates, [&](int descriptor) {
            const auto id = os::identify(descriptor_path(session.ctest.pid, descriptor));
            return id && std::ranges::any_of(inherited, [&](const auto& other) { return same_file(other, *id); });
        });
    }
    for (const int descriptor : candidates) {
        session.log_descriptor = descriptor;
        session.recorded = !memcheck.contains(descriptor);
        if (const auto id = os::identify(descriptor_path(session.ctest.pid, descriptor))) {
            session.log_device = id->device;
            session.log_inode = id->inode;
        }
        session.log_linked = os::link_open_file(session.ctest.pid, descriptor, log_of(layout, session.number));
        if (session.log_linked) return;
    }
}

bool same_log(const Session& a, const Session& b) {
    return a.log_inode != 0 && a.log_inode == b.log_inode && a.log_device == b.log_device;
}

bool writes_log(const Session& session) {
    if (session.log_inode == 0 || !os::alive(session.ctest)) return false;
    const auto id = os::identify(descriptor_path(session.ctest.pid, session.log_descriptor));
    return id && id->inode == session.log_inode && id->device == session.log_device;
}

void cut_log(const Session& session) {
    if (session.log_inode != 0) os::cut_open_file(session.ctest.pid, session.log_descriptor);
}

void disown_log(Session& session) {
    session.log_descriptor = -1;
    session.log_device = session.log_inode = 0;
    session.log_linked = false;
}

std::string log_place(const Layout& layout, const Session& session) {
    if (session.log_linked) return log_of(layout, session.number);
    return session.log_descriptor < 0 ? "no log" : descriptor_path(session.ctest.pid, session.log_descriptor);
}

void keep_log_open(const Layout& layout, Session& session, const std::string& program) {
    if (session.log_linked || session.log_descriptor < 0) return;
    const auto keeper = os::start_detached({program, "keep-log", "--state", layout.state, session.id},
                                           descriptor_path(session.ctest.pid, session.log_descriptor));
    session.log_keeper = keeper.value_or(os::ProcessId{});
}

void write_log_from(const Layout& layout, const Session& session, int descriptor) {
    // Another descriptor than ours, which may have been read from: at the start.
    if (const auto text = os::read_file(descriptor_path(os::own_process(), descriptor)))
        os::write_file(log_of(layout, session.number), *text);
}

std::optional<std::string> read_log(const Layout& layout, const Session& session) {
    auto text = find_log(layout, session);
    // What is missing or written over at the beginning may be missing further down.
    if (text && !begins_like_a_log(*text)) return std::nullopt;
    return text;
}

std::optional<Session> session_around(const std::vector<Session>& sessions, int pid, const std::string& inherited_id) {
    const auto alive_as = [&](const auto& fits) -> std::optional<Session> {
        for (const auto& session : sessions) {
            // One that has ended holds nothing any more, also where its process goes on (ctest -S).
            if (session.ctest.pid == 0 || session.ended || !fits(session)) continue;
            if (liveness(session) == Liveness::alive) return session;
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
