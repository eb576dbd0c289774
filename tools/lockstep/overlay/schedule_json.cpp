// schedule.json is written by hand rather than through a document tree: 100,000 tests are a normal size.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "overlay/overlay.hpp"

namespace lockstep {
namespace {

std::string json_text(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string cause(std::string_view key, std::string_view value, const Place& place) {
    auto text = fmt::format("{{{}: {}", json_text(key), json_text(value));
    if (place.known()) text += fmt::format(", \"from\": {}", json_text(place.brief()));
    return text + "}";
}

template <class Range, class Write>
std::string array(const Range& range, const Write& write) {
    std::string text = "[";
    bool first = true;
    for (const auto& item : range) {
        if (!first) text += ", ";
        first = false;
        text += write(item);
    }
    return text + "]";
}

std::string strings(const std::vector<std::string>& list) {
    return array(list, [](const auto& s) { return json_text(s); });
}

void write_test(std::string& out, const Schedule& schedule, const ScheduledTest& test) {
    const auto& plan = *schedule.plan;
    const auto& own = schedule.inventory->tests[test.position];
    const auto causes = [](const auto& list, std::string_view key) {
        return array(list, [&](const Cause& c) { return cause(key, c.value, c.place); });
    };
    out += fmt::format("  {{\"number\": {}, \"name\": {}", test.position + 1, json_text(own.name));
    if (test.phase) out += ", \"phase\": " + cause("name", plan.phases[*test.phase].name.value, test.phase_place);
    if (!test.markers.empty()) {
        out += ", \"markers\": " + array(test.markers, [&](const auto& m) {
                   return cause("name", plan.markers[m.first].name.value, m.second);
               });
    }
    if (!test.services.empty()) {
        out += ", \"services\": " + array(test.services, [&](const auto& s) {
                   return cause("name", plan.services[s.first].name.value, s.second);
               });
    }
    if (test.launching.needed()) out += ", \"launched_for\": " + causes(test.launching.because, "reason");
    if (!test.locks.empty()) out += ", \"locks\": " + causes(test.locks, "name");
    if (!test.demands.empty()) {
        out += ", \"resources\": " + array(test.demands, [](const Demand& d) {
                   return fmt::format("{{\"type\": {}, \"slots\": {}, \"for\": {}{}}}", json_text(d.type), d.slots,
                                      json_text(d.shown),
                                      d.place.known() ? fmt::format(", \"from\": {}", json_text(d.place.brief())) : "");
               });
    }
    if (!test.labels.empty()) out += ", \"labels\": " + causes(test.labels, "name");
    if (!test.environment.empty()) {
        out += ", \"environment\": " +
               array(test.environment, [](const auto& e) { return cause("name", e.name, e.place); });
    }
    if (test.timeout) out += ", \"timeout\": " + cause("seconds", test.timeout->value, test.timeout->place);
    if (test.processors) out += ", \"processors\": " + cause("count", test.processors->value, test.processors->place);
    if (test.alone) out += ", \"alone\": true";
    out += fmt::format(", \"isolate\": [{}{}{}]", test.isolate.tmp ? "\"tmp\"" : "",
                       test.isolate.home ? (test.isolate.tmp ? ", \"home\"" : "\"home\"") : "",
                       test.isolate.cwd ? (test.isolate.tmp || test.isolate.home ? ", \"cwd\"" : "\"cwd\"") : "");
    if (test.chain_position) out += fmt::format(", \"chain_position\": {}", *test.chain_position);
    out += "}";
}

}  // namespace

std::string schedule_json(const Schedule& schedule, const std::string& version) {
    const auto& plan = *schedule.plan;
    std::string out;
    out.reserve(schedule.tests.size() * 250 + 4096);
    out += fmt::format("{{\"version\": 1, \"lockstep\": {}, \"plan\": {}, \"worker_ids\": {},\n \"phases\": [",
                       json_text(version), json_text(plan.source->name()), schedule.worker_ids);
    for (std::size_t p = 0; p < plan.phases.size(); ++p) {
        const auto& phase = schedule.phases[p];
        out += fmt::format("{}\n  {{\"name\": {}, \"from\": {}, \"order\": {}, \"tests\": {}, \"needs\": {}}}",
                           p == 0 ? "" : ",", json_text(plan.phases[p].name.value),
                           json_text(plan.phases[p].place.brief()), json_text(to_string(plan.phases[p].order.value)),
                           array(phase.tests, [](std::size_t t) { return std::to_string(t + 1); }),
                           array(phase.needs, [&](const auto& need) {
                               return fmt::format("{{\"phase\": {}, \"gate\": {}}}",
                                                  json_text(plan.phases[need.first].name.value),
                                                  json_text(to_string(need.second)));
                           }));
    }
    out += "],\n \"resources\": " + array(schedule.resources, [](const ResourceType& r) {
               return fmt::format("{{\"type\": {}, \"ids\": {}, \"slots_each\": {}, \"for\": {}}}", json_text(r.type),
                                  r.ids, r.slots_each, json_text(r.shown));
           });
    out += ",\n \"tests\": [";
    for (std::size_t t = 0; t < schedule.tests.size(); ++t) {
        out += t == 0 ? "\n" : ",\n";
        write_test(out, schedule, schedule.tests[t]);
    }
    out += "],\n \"generated\": [";
    for (std::size_t g = 0; g < schedule.generated.size(); ++g) {
        const auto& test = schedule.generated[g];
        out +=
            fmt::format("{}\n  {{\"number\": {}, \"name\": {}, \"why\": {}, \"labels\": {}", g == 0 ? "" : ",",
                        schedule.tests.size() + g + 1, json_text(test.name), json_text(test.why), strings(test.labels));
        if (test.phase) out += fmt::format(", \"phase\": {}", json_text(plan.phases[*test.phase].name.value));
        if (test.service) out += fmt::format(", \"service\": {}", json_text(plan.services[*test.service].name.value));
        out += "}";
    }
    out += "]}\n";
    return out;
}

}  // namespace lockstep
