#include "server/registry.hpp"

#include <fstream>
#include <stdexcept>

namespace shop {

std::optional<std::string> Registry::find(const std::string& role) const {
    std::ifstream file(directory_ / role);
    std::string url;
    if (!std::getline(file, url)) return std::nullopt;
    return url;
}

void Registry::enter(const std::string& role, const std::string& url) const {
    std::filesystem::create_directories(directory_);
    // Renamed into place: nobody reads half a line.
    const auto whole = directory_ / (role + ".new");
    {
        std::ofstream file(whole);
        file << url << "\n";
        if (!file.flush()) throw std::runtime_error("cannot write " + whole.string());
    }
    std::filesystem::rename(whole, directory_ / role);
}

void Registry::leave(const std::string& role) const {
    std::error_code gone_already;
    std::filesystem::remove(directory_ / role, gone_already);
}

}  // namespace shop
