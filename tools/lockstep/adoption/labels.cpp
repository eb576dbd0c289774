#include "adoption/labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "plan/plan_builder.hpp"
#include "schedule/schedule.hpp"

namespace lockstep {
namespace {

/// In the order of the tests.
std::vector<UsedLabel> count_labels(const Inventory& inventory) {
    std::vector<UsedLabel> labels;
    std::unordered_map<std::string_view, std::size_t> index;
    for (const auto& test : inventory.tests) {
        std::set<std::string_view> seen;  // one that a test has twice counts once
        for (const auto& label : test.labels) {
            if (!seen.insert(label).second) continue;
            const auto [found, fresh] = index.try_emplace(label, labels.size());
            if (fresh) labels.push_back({label, 0});
            ++labels[found->second].tests;
        }
    }
    return labels;
}

void sort_by_tests(std::vector<UsedLabel>& labels) {
    std::ranges::sort(labels, [](const UsedLabel& a, const UsedLabel& b) {
        return a.tests != b.tests ? a.tests > b.tests : a.name < b.name;
    });
}

}  // namespace

UsedLabels used_labels(const Inventory& inventory, std::size_t most_markers) {
    UsedLabels labels;
    const auto prefix = phase_label("");
    for (auto& label : count_labels(inventory)) {
        if (label.name.starts_with(prefix) && is_name(std::string_view(label.name).substr(prefix.size()))) {
            labels.phases.push_back(std::move(label));
        } else if (is_marker_name(label.name)) {
            labels.markers.push_back(std::move(label));
        } else if (!label.name.empty() && label.name.find('\0') == std::string::npos) {
            labels.others.push_back(std::move(label));
        }
    }
    sort_by_tests(labels.markers);
    sort_by_tests(labels.others);
    if (labels.markers.size() > most_markers) {
        const auto rest = labels.markers.begin() + static_cast<std::ptrdiff_t>(most_markers);
        const auto dispensable = std::stable_partition(rest, labels.markers.end(), [&](const UsedLabel& label) {
            return predeclared_marker(label.name) != nullptr ||
                   std::ranges::find(inventory.markers, label.name) != inventory.markers.end();
        });
        labels.left_out.assign(dispensable, labels.markers.end());
        labels.markers.erase(dispensable, labels.markers.end());
    }
    return labels;
}

bool UsedLabels::contain(std::string_view name) const {
    const auto among = [&](const std::vector<UsedLabel>& list) {
        return std::ranges::find(list, name, &UsedLabel::name) != list.end();
    };
    return among(markers) || among(others) || among(phases) || among(left_out);
}

const Marker* predeclared_marker(std::string_view name) {
    static const auto predeclared = predeclared_markers();
    const auto found = std::ranges::find(predeclared, name, [](const Marker& marker) { return marker.name.value; });
    return found == predeclared.end() ? nullptr : &*found;
}

std::string free_marker_name(std::string_view text, const UsedLabels& labels, const std::set<std::string>& taken) {
    std::string name;
    for (const char c : text) {
        const bool fits = is_name(std::string_view(&c, 1));
        if (fits || name.empty() || name.back() != '_') name += fits ? c : '_';
    }
    if (!is_marker_name(name) || name == "_") name = "label_" + name;
    std::string candidate = name;
    for (int number = 2;
         labels.contain(candidate) || taken.contains(candidate) || predeclared_marker(candidate) != nullptr; ++number) {
        candidate = fmt::format("{}_{}", name, number);
    }
    return candidate;
}

}  // namespace lockstep
