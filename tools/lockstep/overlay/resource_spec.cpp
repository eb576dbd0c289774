#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "overlay/overlay.hpp"
#include "schedule/names.hpp"

namespace lockstep {

namespace {
using json = nlohmann::ordered_json;
}

std::string resource_needs(const Schedule& schedule) {
    const bool own_spec = schedule.plan->run.resource_spec.value.has_value();
    if (!schedule.worker_ids && schedule.resources.empty() && !own_spec) return {};
    json needs{{"worker_ids", schedule.worker_ids}, {"types", json::array()}};
    for (const auto& type : schedule.resources)
        needs["types"].push_back(json::array({type.type, type.ids, type.slots_each}));
    return needs.dump() + "\n";
}

std::optional<std::string> resource_spec(const std::string& needs_text, int first_worker, int workers,
                                         const SourcePtr& base, const Place& place, Diagnostics& diagnostics) {
    const auto needs = json::parse(needs_text);
    json spec{{"version", {{"major", 1}, {"minor", 0}}}, {"local", json::array({json::object()})}};
    if (base && !base->text().empty()) {
        spec = json::parse(base->text(), nullptr, false);
        const bool right = spec.is_object() && spec.contains("local") && spec["local"].is_array() &&
                           spec["local"].size() <= 1 && (spec["local"].empty() || spec["local"][0].is_object());
        if (!right) {
            diagnostics.error(
                place, "bad-resource-spec", fmt::format("'{}' is not a CTest resource spec file", base->name()),
                "its form: {\"version\": {\"major\": 1, \"minor\": 0}, \"local\": [{\"gpus\": [{\"id\": \"0\"}]}]}");
            return std::nullopt;
        }
        if (spec["local"].empty()) spec["local"].push_back(json::object());
    }
    auto& local = spec["local"][0];
    bool fine = true;
    const auto put = [&](const std::string& type, json ids) {
        if (local.contains(type)) {
            diagnostics.error(place, "resource-twice",
                              fmt::format("resource type '{}' is in '{}' and in the plan", type, base->name()),
                              "rename the pool, or take it out of the plan and use RESOURCE_GROUPS");
            fine = false;
        } else {
            local[type] = std::move(ids);
        }
    };
    if (needs.at("worker_ids").get<bool>()) {
        auto ids = json::array();
        for (int w = 0; w < workers; ++w) ids.push_back({{"id", std::to_string(first_worker + w)}, {"slots", 1}});
        put(std::string(names::worker_type), std::move(ids));
    }
    for (const auto& type : needs.at("types")) {
        auto ids = json::array();
        for (int i = 0; i < type.at(1).get<int>(); ++i)
            ids.push_back({{"id", std::to_string(i)}, {"slots", type.at(2)}});
        put(type.at(0).get<std::string>(), std::move(ids));
    }
    if (!fine) return std::nullopt;
    return spec.dump(1) + "\n";
}

}  // namespace lockstep
