// A connection to a service that has two seats. To keep the example small the service is a directory, a seat a file.
#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "src/file_lock.hpp"

namespace quickstart {

class Connection {
public:
    static constexpr int seats = 2;

    /// Throws std::runtime_error if both seats are taken.
    explicit Connection(const std::filesystem::path& service) {
        for (int i = 1; i <= seats; ++i) {
            seat_ = std::make_unique<FileLock>(service / ("seat-" + std::to_string(i)));
            if (seat_->held()) return;
        }
        throw std::runtime_error("the service is full");
    }

    std::string ask(const std::string& question) const { return "you asked: " + question; }

private:
    std::unique_ptr<FileLock> seat_;
};

}  // namespace quickstart
