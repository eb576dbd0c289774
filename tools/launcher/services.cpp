#include "launcher/services.hpp"

#include <algorithm>

#include "runtime/names.hpp"
#include "runtime/service_facts.hpp"

namespace lockstep::launcher {
namespace {

using runtime::ServiceFacts;

/// Of a service that was not started in this session: down, with that as the reason.
ServiceFacts facts_of(const Context& context, const runtime::Service& service) {
    const auto path = context.facts.service(runtime::file_name_of(service.name));
    std::string text, error;
    if (!runtime::read_file(path, text)) {
        ServiceFacts facts;
        facts.reason = "it was not started in this session";
        return facts;
    }
    auto facts = runtime::service_facts_from_text(text, error);
    if (!facts) throw Unfit(path + ": " + error);
    if (facts->state == ServiceFacts::State::down && facts->reason.empty()) facts->reason = "it is not running";
    return *facts;
}

void require_up(const runtime::Service& service, const ServiceFacts& facts) {
    if (facts.state == ServiceFacts::State::up) return;
    const auto text =
        "service '" + service.name + "' is not available: " + (facts.reason.empty() ? "it is not up" : facts.reason);
    if (service.skip_if_unavailable) throw Skipped(text);
    throw Unfit(text);
}

}  // namespace

void add_services(Context& context) {
    context.values.port = [&context](std::size_t position, const std::string& name) {
        const auto& service = context.table.services[position];
        const int port = facts_of(context, service).port(name);
        if (port == 0) throw Unfit("port '" + name + "' of service '" + service.name + "' is not known");
        return std::to_string(port);
    };
    for (const auto position : context.kind().services) {
        const auto& service = context.table.services[position];
        require_up(service, facts_of(context, service));
        for (const auto& [name, value] : service.env) {
            context.variables.emplace_back(name, runtime::fill(value, context.values));
        }
    }
}

}  // namespace lockstep::launcher
