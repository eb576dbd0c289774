#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "os/daemon.hpp"
#include "os/files.hpp"
#include "os/processes.hpp"
#include "runtime/fill.hpp"
#include "runtime/names.hpp"
#include "runtime/ports.hpp"
#include "runtime/service_facts.hpp"
#include "services/readiness.hpp"
#include "services/services.hpp"

namespace lockstep {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// Between two questions; a server that needs long is asked less often.
constexpr auto first_pause = 10ms, longest_pause = 250ms;
/// One question may take this long, and no longer than there is time left.
constexpr std::chrono::milliseconds longest_question = 5s;
constexpr std::size_t lines_shown = 30;

std::string last_lines(const std::string& text, std::size_t lines) {
    auto at = text.size();
    if (at > 0 && text.back() == '\n') --at;
    for (std::size_t i = 0; i < lines && at != std::string::npos && at > 0; ++i) at = text.rfind('\n', at - 1);
    return at == std::string::npos || at == 0 ? text : text.substr(at + 1);
}

class Starter {
public:
    Starter(const runtime::SessionFacts& session, const runtime::LaunchTable& table, std::size_t position,
            const std::string& temp_dir, const Say& say)
        : session_(session), service_(table.services.at(position)), say_(say) {
        values_.session = session.id;
        values_.temp_dir = temp_dir;
        values_.port = [this](std::size_t, const std::string& name) { return port_of(name); };
        facts_.name = service_.name;
    }

    StartResult run() {
        if (is_up()) {
            say_(fmt::format("service '{}' is up already", service_.name));
            return StartResult::up;
        }
        // There before the program is: whoever settles the session looks for services only where this is.
        os::make_directories(path().substr(0, path().rfind('/')));
        if (service_.start) start();
        facts_.env.clear();
        for (const auto& [name, value] : service_.env) facts_.env.emplace_back(name, runtime::fill(value, values_));
        const auto question = make_question();
        facts_.url = question.kind == runtime::Service::Ready::url ? base_of(question.address) : "";
        note(runtime::ServiceFacts::State::starting, "");
        const auto problem = wait_until_ready(question);
        if (!problem) {
            note(runtime::ServiceFacts::State::up, "");
            say_(fmt::format("service '{}' is up{}", service_.name, ports_text()));
            return StartResult::up;
        }
        return give_up(*problem);
    }

private:
    std::string path() const { return session_.service(runtime::file_name_of(service_.name)); }
    std::string log() const { return service_log(session_.state, session_.number, service_.name); }

    bool is_up() const {
        const auto facts = read_service_facts(path());
        if (!facts || facts->state != runtime::ServiceFacts::State::up) return false;
        return !service_.start || os::alive({facts->pid, facts->start});
    }

    std::string port_of(const std::string& name) const {
        for (const auto& [known, number] : facts_.ports) {
            if (known == name) return std::to_string(number);
        }
        return {};
    }

    void start() {
        // The program keeps the descriptors open, and with them the ports are its own until it ends, however that is.
        std::vector<runtime::PortReservation> ports;
        os::DaemonOptions options;
        for (const auto& name : service_.ports) {
            ports.push_back(runtime::reserve_port(runtime::ports_file(), true));
            facts_.ports.emplace_back(name, ports.back().port());
            options.inherited.push_back(ports.back().descriptor());
        }
        options.command = runtime::fill(service_.start->command, values_);
        options.working_directory = session_.build_dir;
        options.log = log();
        options.set_environment = {{service_variable, service_.name}};
        os::make_directories(options.log.substr(0, options.log.rfind('/')));
        try {
            process_ = os::start_daemon(options);
        } catch (const std::runtime_error& error) {
            cannot_start_ = error.what();
            return;
        }
        facts_.pid = process_.pid;
        facts_.start = process_.start;
    }

    ReadyQuestion make_question() const {
        ReadyQuestion question;
        question.kind = service_.ready;
        question.address = runtime::fill(service_.ready_at, values_);
        question.command = runtime::fill(service_.ready_command, values_);
        question.working_directory = session_.build_dir;
        return question;
    }

    static std::string base_of(const std::string& url) {
        const auto host = url.find("://");
        return host == std::string::npos ? url : url.substr(0, url.find('/', host + 3));
    }

    /// None once it is ready; else why it is not, in words.
    std::optional<std::string> wait_until_ready(const ReadyQuestion& question) const {
        if (!cannot_start_.empty()) return cannot_start_;
        const auto deadline = Clock::now() + service_.within;
        std::chrono::milliseconds pause = first_pause;
        while (true) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
            const auto problem =
                not_ready(question, std::clamp<std::chrono::milliseconds>(left, 1ms, longest_question));
            // Whoever answers on that port is not the service, if that has ended.
            if (service_.start && !os::alive(process_)) return "it ended before it was ready";
            if (!problem) return std::nullopt;
            if (Clock::now() + pause >= deadline) {
                return fmt::format("it was not ready within {:g} s: {}",
                                   std::chrono::duration<double>(service_.within).count(), *problem);
            }
            std::this_thread::sleep_for(pause);
            pause = std::min<std::chrono::milliseconds>(pause * 2, longest_pause);
        }
    }

    StartResult give_up(const std::string& problem) {
        const auto output = service_.start ? os::read_file(log()).value_or("") : "";
        if (service_.start && cannot_start_.empty()) stop_service(session_, service_.name, say_);
        note(runtime::ServiceFacts::State::unavailable, problem);
        say_(fmt::format("service '{}' ({}) is not available: {}", service_.name, service_.place, problem));
        if (!output.empty())
            say_(fmt::format("the end of what it wrote ({}):\n{}", log(), last_lines(output, lines_shown)));
        return service_.skip_if_unavailable ? StartResult::unavailable : StartResult::failed;
    }

    void note(runtime::ServiceFacts::State state, const std::string& reason) {
        facts_.state = state;
        facts_.reason = reason;
        os::write_file(path(), runtime::to_text(facts_));
    }

    std::string ports_text() const {
        std::string text;
        for (const auto& [name, number] : facts_.ports) text += fmt::format(", port {} {}", name, number);
        if (process_.pid != 0) text += fmt::format(", process {}, its output is in {}", process_.pid, log());
        return text;
    }

    const runtime::SessionFacts& session_;
    const runtime::Service& service_;
    const Say& say_;
    runtime::ServiceFacts facts_;
    runtime::FillValues values_;
    os::ProcessId process_;
    std::string cannot_start_;
};

}  // namespace

StartResult start_service(const runtime::SessionFacts& session, const runtime::LaunchTable& table, std::size_t position,
                          const std::string& temp_dir, const Say& say) {
    return Starter(session, table, position, temp_dir, say).run();
}

}  // namespace lockstep
