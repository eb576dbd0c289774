// Where the services of the shop find each other: a directory with a file for each, named by its role, that holds its
// URL. Ports are chosen anew at each start, so nobody could write them down beforehand.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace shop {

class Registry {
public:
    explicit Registry(std::filesystem::path directory) : directory_(std::move(directory)) {}

    /// As of now.
    std::optional<std::string> find(const std::string& role) const;
    /// Throws std::runtime_error or std::filesystem::filesystem_error.
    void enter(const std::string& role, const std::string& url) const;
    void leave(const std::string& role) const;

private:
    std::filesystem::path directory_;
};

}  // namespace shop
