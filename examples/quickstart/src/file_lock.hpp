// Holds a file locked, against other processes too, for as long as it lives. Stands in for the servers of this example.
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

namespace quickstart {

class FileLock {
public:
    /// Does not wait: see held().
    explicit FileLock(const std::filesystem::path& file)
        : descriptor_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
        if (descriptor_ < 0) throw std::runtime_error("cannot open " + file.string());
        held_ = ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0;
    }
    ~FileLock() { ::close(descriptor_); }
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

    bool held() const { return held_; }

private:
    int descriptor_;
    bool held_ = false;
};

}  // namespace quickstart
