#include "os/spawn.hpp"

#include <unistd.h>

#include <set>
#include <string_view>

namespace lockstep::os {

std::vector<std::string> environment_with(const std::vector<std::pair<std::string, std::string>>& set,
                                          const std::vector<std::string>& unset) {
    std::set<std::string_view> replaced(unset.begin(), unset.end());
    for (const auto& [name, value] : set) replaced.insert(name);
    std::vector<std::string> result;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        if (!replaced.contains(text.substr(0, text.find('=')))) result.emplace_back(text);
    }
    for (const auto& [name, value] : set) result.push_back(name + "=" + value);
    return result;
}

}  // namespace lockstep::os
