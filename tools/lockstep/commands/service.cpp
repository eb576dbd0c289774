// `lockstep service start|stop|status`: the first two are the fixture pair of a [service] and are called by generated
// tests, within a run of ctest; `stop` by hand ends the services of runs that go on, `status` shows them.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "commands/commands.hpp"
#include "commands/output.hpp"
#include "commands/table.hpp"
#include "commands/workspace.hpp"
#include "os/files.hpp"
#include "os/machine.hpp"
#include "os/processes.hpp"
#include "runtime/service_facts.hpp"
#include "runtime/session_facts.hpp"
#include "services/services.hpp"
#include "session/session.hpp"

namespace lockstep {
namespace {

using Json = nlohmann::ordered_json;
using runtime::ServiceFacts;

std::optional<runtime::SessionFacts> read_session_facts(const std::string& path) {
    const auto text = os::read_file(path);
    if (!text) return std::nullopt;
    std::string error;
    auto facts = runtime::session_facts_from_text(*text, error);
    if (!facts) throw Refusal(fmt::format("'{}' is damaged ({})", path, error));
    return facts;
}

/// Of the run that started us.
runtime::SessionFacts facts_of_this_run(const std::string& verb) {
    const auto path = os::environment("LOCKSTEP_SESSION_FILE").value_or("");
    if (!path.empty()) {
        if (auto facts = read_session_facts(path)) return std::move(*facts);
    }
    throw Refusal(fmt::format("`lockstep service {}` belongs to a run of ctest, which has begun none here", verb));
}

runtime::LaunchTable read_table(const std::string& path) {
    const auto text = os::read_file(path);
    std::string error = "it is missing";
    auto table = text ? runtime::launch_table_from_text(*text, error) : std::nullopt;
    if (!table) throw Refusal(fmt::format("'{}' cannot be used: {}", path, error));
    return std::move(*table);
}

/// Standard output: ctest shows it when the test fails.
void print_line(const std::string& line) {
    fmt::print("lockstep: {}\n", line);
}

int start(const std::string& name, const std::string& test) {
    const auto facts = facts_of_this_run("start");
    const auto table = read_table(facts.table);
    const auto service = std::ranges::find(table.services, name, &runtime::Service::name);
    if (service == table.services.end()) throw Refusal(fmt::format("the plan has no service '{}'", name));
    const auto position = static_cast<std::size_t>(service - table.services.begin());
    const auto temp_dir = test.empty() ? "" : facts.temp + "/" + test;
    return start_service(facts, table, position, temp_dir, print_line) == StartResult::failed ? 1 : 0;
}

struct RunningService {
    int session = 0;
    runtime::SessionFacts run;
    ServiceFacts facts;
};

/// Of all runs that live, in the order of their sessions and names.
std::vector<RunningService> services_of_runs(const Layout& layout) {
    std::vector<RunningService> services;
    for (const auto& session : read_sessions(layout)) {
        if (session.ctest.pid == 0 || liveness(session) != Liveness::alive) continue;
        const auto folder = layout.session(session.number);
        const auto run = read_session_facts(layout.facts(session.number));
        if (!run) continue;
        for (const auto& name : os::list_directory(folder + "/services")) {
            auto facts = read_service_facts(folder + "/services/" + name);
            if (facts) services.push_back({session.number, *run, std::move(*facts)});
        }
    }
    return services;
}

bool answers(const ServiceFacts& facts) {
    return facts.state == ServiceFacts::State::up && (facts.pid == 0 || os::alive({facts.pid, facts.start}));
}

std::string_view state_of(const ServiceFacts& facts) {
    switch (facts.state) {
        case ServiceFacts::State::starting:
            return "starting";
        case ServiceFacts::State::up:
            return answers(facts) ? "up" : "died";
        case ServiceFacts::State::down:
            return "down";
        case ServiceFacts::State::unavailable:
            return "unavailable";
    }
    return "";
}

Json json_of(const RunningService& service) {
    const auto& facts = service.facts;
    auto ports = Json::object();
    for (const auto& [name, number] : facts.ports) ports[name] = number;
    return {{"name", facts.name},
            {"state", state_of(facts)},
            {"reason", facts.reason},
            {"session", service.run.id},
            {"process", facts.pid == 0 ? Json() : Json(facts.pid)},
            {"ports", std::move(ports)},
            {"url", facts.url.empty() ? Json() : Json(facts.url)},
            {"log", service_log(service.run.state, service.session, facts.name)}};
}

void print_text(const std::vector<RunningService>& services) {
    if (services.empty()) {
        fmt::print("no run in this build tree has a service\n");
        return;
    }
    Table table({"service", "state", ">process", "ports", "output"});
    for (const auto& service : services) {
        const auto& facts = service.facts;
        std::vector<std::string> ports;
        for (const auto& [name, number] : facts.ports) ports.push_back(fmt::format("{} {}", name, number));
        table.add(
            {facts.name,
             facts.reason.empty() ? std::string(state_of(facts)) : fmt::format("{}: {}", state_of(facts), facts.reason),
             facts.pid == 0 ? "-" : std::to_string(facts.pid), list_or_dash(ports),
             service_log(service.run.state, service.session, facts.name)});
    }
    fmt::print("{}", table.text());
}

int status(const CommonOptions& options) {
    const auto workspace = open_workspace({options.build_dir, "", options.configuration});
    const auto services = services_of_runs(workspace.layout);
    if (options.json) {
        auto list = Json::array();
        for (const auto& service : services) list.push_back(json_of(service));
        fmt::print("{}\n", Json{{"version", 1}, {"services", std::move(list)}}.dump(1, ' ', false,
                                                                                    Json::error_handler_t::replace));
    } else {
        print_text(services);
    }
    return 0;
}

/// Of the run that called us, or, by hand, of all that go on.
int stop(const CommonOptions& options, const std::string& name) {
    if (os::environment("LOCKSTEP_SESSION_FILE"))
        return stop_service(facts_of_this_run("stop"), name, print_line) ? 0 : 1;
    const auto workspace = open_workspace({options.build_dir, "", options.configuration});
    bool found = false, stopped = true;
    for (const auto& service : services_of_runs(workspace.layout)) {
        if (service.facts.name != name) continue;
        found = true;
        stopped = stop_service(service.run, name, say) && stopped;
    }
    if (!found) throw Refusal(fmt::format("no run in this build tree has a service '{}'", name));
    return stopped ? 0 : 1;
}

}  // namespace

int service_command(const CommonOptions& options, const std::string& verb, const std::vector<std::string>& words) {
    if (verb == "status") return status(options);
    return verb == "start" ? start(words.front(), words.size() > 1 ? words[1] : "") : stop(options, words.front());
}

}  // namespace lockstep
