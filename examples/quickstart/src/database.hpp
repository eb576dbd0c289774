// A database of one text file. Several may use it, but only one at a time may change its schema.
#pragma once

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "src/file_lock.hpp"

namespace quickstart {

class Database {
public:
    explicit Database(std::filesystem::path file) : file_(std::move(file)) {}

    /// Throws std::runtime_error if somebody else is changing the schema.
    void change_schema() {
        const FileLock lock(file_);
        if (!lock.held()) throw std::runtime_error("the schema is being changed by somebody else");
        std::this_thread::sleep_for(std::chrono::milliseconds(100));  // it takes its time
        ++changes_;
    }

    int changes() const { return changes_; }

private:
    std::filesystem::path file_;
    int changes_ = 0;
};

}  // namespace quickstart
