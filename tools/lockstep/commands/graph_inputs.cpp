#include "commands/graph_inputs.hpp"

#include <nlohmann/json.hpp>

#include "os/files.hpp"

namespace lockstep {

void GraphInputs::add(std::string what, std::string_view value) {
    inputs_.emplace_back(std::move(what), os::hash_text(value));
}

std::string GraphInputs::name() const {
    std::string text;
    for (const auto& [what, hash] : inputs_) text.append(what).append("=").append(hash).append("\n");
    return os::hash_text(text).substr(0, 16);
}

std::string GraphInputs::to_json() const {
    nlohmann::ordered_json json;
    for (const auto& [what, hash] : inputs_) json[what] = hash;
    return json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::vector<std::string> GraphInputs::changed_since(const std::string& json) const {
    const auto before = nlohmann::json::parse(json, nullptr, false);
    std::vector<std::string> changed;
    for (const auto& [what, hash] : inputs_) {
        if (!before.is_object() || !before.contains(what) || before[what] != hash) changed.push_back(what);
    }
    return changed;
}

}  // namespace lockstep
