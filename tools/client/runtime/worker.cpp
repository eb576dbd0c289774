#include "runtime/worker.hpp"

#include <cctype>
#include <charconv>
#include <stdexcept>
#include <string_view>

#include "runtime/names.hpp"

namespace lockstep::runtime {

namespace {

std::optional<int> number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

std::string upper(std::string text) {
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text;
}

// "id:3,slots:1;id:4,slots:2"
void append_slots(std::string_view text, std::vector<std::pair<std::string, int>>& result) {
    while (!text.empty()) {
        const auto one = text.substr(0, text.find(';'));
        text.remove_prefix(std::min(one.size() + 1, text.size()));
        const auto comma = one.find(',');
        if (comma == std::string_view::npos || one.substr(0, 3) != "id:" || one.substr(comma + 1, 6) != "slots:")
            continue;
        if (const auto slots = number(one.substr(comma + 7))) result.emplace_back(one.substr(3, comma - 3), *slots);
    }
}

}  // namespace

std::vector<std::pair<std::string, int>> granted_slots(const std::string& type) {
    std::vector<std::pair<std::string, int>> result;
    const int groups = number(environment("CTEST_RESOURCE_GROUP_COUNT")).value_or(0);
    for (int group = 0; group < groups; ++group) {
        const auto name = "CTEST_RESOURCE_GROUP_" + std::to_string(group) + "_" + upper(type);
        append_slots(environment(name.c_str()), result);
    }
    return result;
}

std::optional<WorkerId> worker_from_ctest() {
    for (const auto& [id, slots] : granted_slots("lockstep_worker"))
        if (const auto index = number(id)) return WorkerId{*index, WorkerId::Learned::resource_group};
    return std::nullopt;
}

std::optional<WorkerId> worker_from_environment() {
    const auto name = environment("LOCKSTEP_WORKER");
    // "master" is what `lockstep env` says outside of ctest.
    if (!name.empty() && name != "master") {
        const auto index = name.substr(0, 2) == "gw" ? number(std::string_view(name).substr(2)) : std::nullopt;
        if (!index) throw std::runtime_error("LOCKSTEP_WORKER is '" + name + "', and not gw with a number");
        return WorkerId{*index, WorkerId::Learned::launcher};
    }
    return worker_from_ctest();
}

bool in_test_environment() {
    // CTest gives all its tests the first (3.25 to 4.4).
    for (const char* name : {"CTEST_INTERACTIVE_DEBUG_MODE", "LOCKSTEP_SESSION", "LOCKSTEP_TEST"})
        if (!environment(name).empty()) return true;
    return false;
}

WorkerLock::WorkerLock(const std::string& path) : file_(path), index_(0) {
    while (!file_.try_lock({static_cast<std::uint64_t>(index_)})) ++index_;
}

}  // namespace lockstep::runtime
