// lockstep/services.hpp
#include "lockstep/services.hpp"

#include <optional>

#include "runtime/names.hpp"
#include "runtime/service_facts.hpp"
#include "session.hpp"

namespace lockstep {
inline namespace v1 {

namespace {

using runtime::ServiceFacts;

ServiceFacts facts_of(const std::string& name) {
    ServiceFacts facts;
    facts.reason = "there is no session";
    const auto session = detail::session();
    if (!session) return facts;
    const auto path = session->service(runtime::file_name_of(name));
    std::string text, problem;
    facts.reason = "it has not been started in this session";
    if (!runtime::read_file(path, text)) return facts;
    const auto read = runtime::service_facts_from_text(text, problem);
    if (!read) throw Error("'" + path + "': " + problem);
    return *read;
}

ServiceFacts ready_facts_of(const std::string& name) {
    auto facts = facts_of(name);
    if (facts.state != ServiceFacts::State::up) {
        const auto why = facts.reason.empty() ? "" : ": " + facts.reason;
        throw Error("service '" + name + "' is not ready" + why);
    }
    return facts;
}

}  // namespace

Service service(std::string_view name) {
    if (const auto facts = detail::session())
        static_cast<void>(detail::entry(detail::launch_table(*facts)->services, "service", name));
    return Service(std::string(name));
}

bool Service::ready() const {
    return facts_of(name_).state == ServiceFacts::State::up;
}

std::string Service::reason() const {
    const auto facts = facts_of(name_);
    if (facts.state == ServiceFacts::State::up) return "";
    if (!facts.reason.empty()) return facts.reason;
    switch (facts.state) {
        case ServiceFacts::State::starting:
            return "it has not answered yet";
        case ServiceFacts::State::down:
            return "it has been stopped";
        case ServiceFacts::State::up:
        case ServiceFacts::State::unavailable:
            break;
    }
    return "it is unavailable";
}

std::string Service::url() const {
    const auto facts = ready_facts_of(name_);
    if (!facts.url.empty()) return facts.url;
    if (facts.ports.empty()) throw Error("service '" + name_ + "' has neither a url nor a port");
    return "http://127.0.0.1:" + std::to_string(facts.ports.front().second);
}

int Service::port(std::string_view port) const {
    const int number = ready_facts_of(name_).port(port);
    if (number == 0) throw Error("service '" + name_ + "' has no port '" + std::string(port) + "'");
    return number;
}

}  // namespace v1
}  // namespace lockstep
