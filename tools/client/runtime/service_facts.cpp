#include "runtime/service_facts.hpp"

#include <array>

#include "runtime/flat.hpp"

namespace lockstep::runtime {

namespace {

constexpr std::string_view first_line = "lockstep-service 1";
using State = ServiceFacts::State;
constexpr std::array<std::pair<State, std::string_view>, 4> states{
    {{State::starting, "starting"}, {State::up, "up"}, {State::down, "down"}, {State::unavailable, "unavailable"}}};

State state_of(const std::string& text) {
    for (const auto& [state, word] : states)
        if (text == word) return state;
    throw FlatError("'" + text + "' is no state of a service");
}

void take(const FlatLine& line, ServiceFacts& facts) {
    line.expect(line.key == "port" || line.key == "env" || line.key == "process" ? 2 : 1);
    const auto& first = line.fields.front();
    if (line.key == "name") {
        facts.name = first;
    } else if (line.key == "state") {
        facts.state = state_of(first);
    } else if (line.key == "reason") {
        facts.reason = first;
    } else if (line.key == "process") {
        facts.pid = line.small_number(0, 1);
        facts.start = static_cast<std::uint64_t>(line.number(1, 0));
    } else if (line.key == "url") {
        facts.url = first;
    } else if (line.key == "port") {
        facts.ports.emplace_back(first, line.small_number(1, 1, 65535));
    } else if (line.key == "env") {
        facts.env.emplace_back(first, line.fields[1]);
    } else {
        throw FlatError("'" + std::string(line.key) + "' is no fact of a service");
    }
}

}  // namespace

int ServiceFacts::port(std::string_view name) const {
    for (const auto& [key, value] : ports)
        if (key == name) return value;
    return 0;
}

std::string to_text(const ServiceFacts& facts) {
    FlatWriter writer(first_line);
    writer.line("name", {facts.name});
    for (const auto& [state, word] : states)
        if (state == facts.state) writer.line("state", {std::string(word)});
    if (!facts.reason.empty()) writer.line("reason", {facts.reason});
    if (facts.pid != 0) writer.line("process", {std::to_string(facts.pid), std::to_string(facts.start)});
    if (!facts.url.empty()) writer.line("url", {facts.url});
    for (const auto& [name, port] : facts.ports) writer.line("port", {name, std::to_string(port)});
    for (const auto& [name, value] : facts.env) writer.line("env", {name, value});
    return std::move(writer).finish();
}

std::optional<ServiceFacts> service_facts_from_text(std::string_view text, std::string& error) {
    std::optional<FlatReader> lines;
    try {
        lines.emplace(text, first_line);
        ServiceFacts facts;
        FlatLine line;
        while (lines->next(line)) take(line, facts);
        return facts;
    } catch (const FlatError& problem) {
        error = (lines ? lines->where() : "line 1: ") + problem.what();
        return std::nullopt;
    }
}

}  // namespace lockstep::runtime
