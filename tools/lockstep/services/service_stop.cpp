#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "os/files.hpp"
#include "os/processes.hpp"
#include "runtime/names.hpp"
#include "runtime/service_facts.hpp"
#include "services/services.hpp"

namespace lockstep {
namespace {

using namespace std::chrono_literals;
constexpr auto patience = 5s;

void add(std::vector<os::ProcessId>& processes, const std::vector<os::ProcessId>& more) {
    for (const auto& process : more) {
        if (std::ranges::find(processes, process) == processes.end()) processes.push_back(process);
    }
}

/// Its process group, which is its own as long as the process lives, or one that it started in that group: only while
/// there is one of them can the number not go to a stranger. So a group without its leader is looked at member by
/// member.
std::vector<os::ProcessId> group_of(const runtime::ServiceFacts& facts, const std::string& session_id) {
    if (facts.pid <= 0) return {};
    auto members = os::processes_in_group(facts.pid);
    if (os::alive({facts.pid, facts.start})) return members;
    std::erase_if(members, [&](const os::ProcessId& process) {
        return os::environment_of(process.pid, "LOCKSTEP_SESSION") != session_id;
    });
    return members;
}

/// `name` "": of all services.
std::vector<os::ProcessId> started_for(const std::string& session_id, const std::string& name) {
    auto processes = os::processes_with_environment("LOCKSTEP_SESSION", session_id);
    std::erase_if(processes, [&](const os::ProcessId& process) {
        const auto service = os::environment_of(process.pid, service_variable);
        return !service || (!name.empty() && *service != name);
    });
    return processes;
}

/// Ends what `find` finds, and what that has started meanwhile. Returns what is left.
template <class Find>
std::vector<os::ProcessId> end_all(const Find& find, const std::function<void(const os::ProcessId&)>& found) {
    constexpr int rounds = 3;
    auto processes = find();
    for (int round = 0; !processes.empty() && round < rounds; ++round) {
        if (found) std::ranges::for_each(processes, found);
        os::end_processes(processes, patience);
        processes = find();
    }
    return processes;
}

}  // namespace

std::optional<runtime::ServiceFacts> read_service_facts(const std::string& path) {
    const auto text = os::read_file(path);
    std::string error;
    return text ? runtime::service_facts_from_text(*text, error) : std::nullopt;
}

std::string service_log(const std::string& state, int session_number, const std::string& name) {
    return fmt::format("{}/services/{}/{}.log", state, session_number, runtime::file_name_of(name));
}

std::vector<os::ProcessId> service_processes(const std::string& session_folder, const std::string& session_id) {
    auto processes = started_for(session_id, "");
    const auto folder = session_folder + "/services";
    for (const auto& name : os::list_directory(folder)) {
        if (const auto facts = read_service_facts(folder + "/" + name)) add(processes, group_of(*facts, session_id));
    }
    return processes;
}

void end_services(const std::string& session_folder, const std::string& session_id,
                  const std::function<void(const os::ProcessId&)>& found) {
    end_all([&] { return service_processes(session_folder, session_id); }, found);
}

bool stop_service(const runtime::SessionFacts& session, const std::string& name, const Say& say) {
    const auto path = session.service(runtime::file_name_of(name));
    auto facts = read_service_facts(path);
    const auto find = [&] {
        auto processes = started_for(session.id, name);
        if (facts) add(processes, group_of(*facts, session.id));
        return processes;
    };
    const auto processes = end_all(find, {});
    if (facts) {
        facts->state = runtime::ServiceFacts::State::down;
        os::write_file(path, runtime::to_text(*facts));
    }
    for (const auto& process : processes)
        say(fmt::format("process {} of service '{}' could not be ended", process.pid, name));
    return processes.empty();
}

}  // namespace lockstep
