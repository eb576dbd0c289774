#include "validation/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "text/lines.hpp"

namespace lockstep::validation {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::pair<Event::Kind, const char*>, 3> kinds{
    {{Event::Kind::start, "start"}, {Event::Kind::end, "end"}, {Event::Kind::gave_up, "gave up"}}};

int number(std::string_view text) {
    int value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

/// "id:3,slots:1;id:4,slots:2" is 3, 4, 4.
void append_ids(std::string_view text, std::vector<std::string>& ids) {
    while (!text.empty()) {
        const auto entry = text.substr(0, text.find(';'));
        text.remove_prefix(std::min(entry.size() + 1, text.size()));
        const auto comma = entry.find(",slots:");
        if (!entry.starts_with("id:") || comma == std::string_view::npos) continue;
        const auto id = std::string(entry.substr(3, comma - 3));
        ids.insert(ids.end(), static_cast<std::size_t>(std::max(number(entry.substr(comma + 7)), 0)), id);
    }
}

std::optional<Event> event_of(std::string_view line) {
    const auto json = Json::parse(line, nullptr, false);
    if (!json.is_object()) return std::nullopt;
    try {
        Event event;
        const auto kind = json.at("event").get<std::string>();
        const auto found = std::ranges::find_if(kinds, [&](const auto& entry) { return entry.second == kind; });
        if (found == kinds.end()) return std::nullopt;
        event.kind = found->first;
        event.test = json.at("test").get<std::string>();
        event.time_ns = json.at("time_ns").get<std::int64_t>();
        if (event.kind == Event::Kind::start) {
            auto& allocation = event.allocation;
            allocation.workers = json.at("workers").get<std::vector<std::string>>();
            allocation.slots = json.at("slots").get<std::vector<std::string>>();
            allocation.temp = json.at("temp").get<std::string>();
            allocation.temp_for_all = json.at("temp_for_all").get<bool>();
            allocation.found = json.at("found").get<int>();
        } else if (event.kind == Event::Kind::end) {
            event.foreign = json.at("foreign").get<int>();
        }
        return event;
    } catch (const Json::exception&) {
        return std::nullopt;
    }
}

}  // namespace

Allocation read_allocation(const std::function<std::optional<std::string>(const std::string&)>& variable) {
    Allocation allocation;
    const int groups = number(variable("CTEST_RESOURCE_GROUP_COUNT").value_or(""));
    for (int group = 0; group < groups; ++group) {
        const auto of = [&](const char* type) {
            return variable(fmt::format("CTEST_RESOURCE_GROUP_{}_{}", group, type)).value_or("");
        };
        append_ids(of("LOCKSTEP_WORKER"), allocation.workers);
        append_ids(of("SEAT"), allocation.slots);
    }
    allocation.temp = variable("LOCKSTEP_TEMP_DIR").value_or("");
    allocation.temp_for_all = variable("TMPDIR") == allocation.temp && variable("TMP") == allocation.temp &&
                              variable("TEMP") == allocation.temp;
    return allocation;
}

std::string log_line(const Event& event) {
    const auto found = std::ranges::find(kinds, event.kind, &std::pair<Event::Kind, const char*>::first);
    Json json{{"time_ns", event.time_ns}, {"event", found->second}, {"test", event.test}};
    if (event.kind == Event::Kind::start) {
        json["workers"] = event.allocation.workers;
        json["slots"] = event.allocation.slots;
        json["temp"] = event.allocation.temp;
        json["temp_for_all"] = event.allocation.temp_for_all;
        json["found"] = event.allocation.found;
    } else if (event.kind == Event::Kind::end) {
        json["foreign"] = event.foreign;
    }
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Log read_log(std::string_view text) {
    Log log;
    for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        if (auto event = event_of(text.substr(0, end))) {
            log.events.push_back(std::move(*event));
        } else {
            ++log.unreadable;
        }
        text.remove_prefix(end + 1);
    }
    std::ranges::stable_sort(log.events, {}, &Event::time_ns);
    return log;
}

std::vector<std::string> failed_tests(std::string_view text) {
    std::vector<std::string> names;
    while (!text.empty()) {
        const auto line = take_line(text);
        if (const auto colon = line.find(':'); colon != std::string_view::npos)
            names.emplace_back(line.substr(colon + 1));
    }
    return names;
}

}  // namespace lockstep::validation
