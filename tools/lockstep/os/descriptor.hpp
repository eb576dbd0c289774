// Private to os/: an owned file descriptor, and how a failed system call becomes an exception.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <string>
#include <system_error>
#include <utility>

namespace lockstep::os {

/// Closes what it holds. The result of close is ignored: where it matters (written files) see `close_checked`.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        if (this != &other) {
            reset();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }
    ~Descriptor() { reset(); }

    [[nodiscard]] int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    [[nodiscard]] int release() { return std::exchange(fd_, -1); }
    void reset() {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }
    /// False, with errno set, if the system reports a late failure: NFS and quotas do so no earlier. Linux frees the
    /// descriptor even when close is interrupted, so that is no failure.
    [[nodiscard]] bool close_checked() { return ::close(std::exchange(fd_, -1)) == 0 || errno == EINTR; }

private:
    int fd_ = -1;
};

/// Calls again what a signal interrupted.
template <typename Call>
auto retry(Call call) {
    auto result = call();
    while (result == -1 && errno == EINTR) result = call();
    return result;
}

inline Descriptor open_at(int directory, const char* path, int flags, mode_t mode = 0666) {
    return Descriptor(retry([&] { return ::openat(directory, path, flags | O_CLOEXEC, mode); }));
}
inline Descriptor open_path(const std::string& path, int flags, mode_t mode = 0666) {
    return open_at(AT_FDCWD, path.c_str(), flags, mode);
}

/// What a symbolic link holds; "" if there is none. `name` is taken from the open `directory`, or AT_FDCWD.
inline std::string link_target(int directory, const char* name) {
    std::array<char, PATH_MAX> target;
    const auto length = ::readlinkat(directory, name, target.data(), target.size());
    return length < 0 ? "" : std::string(target.data(), static_cast<std::size_t>(length));
}
inline std::string link_target(const std::string& path) {
    return link_target(AT_FDCWD, path.c_str());
}

/// "<what> '<path>': <reason>"
[[noreturn]] inline void fail(const char* what, const std::string& path, int error = errno) {
    throw std::system_error(error, std::generic_category(), std::string(what) + " '" + path + "'");
}

/// There is no such file, rather than something being wrong with it.
[[nodiscard]] inline bool means_missing(int error) {
    return error == ENOENT || error == ENOTDIR;
}

/// Everything from the descriptor's position to its end, appended to `text`. False with errno set on failure.
[[nodiscard]] bool read_to_end(int fd, std::string& text);

/// A name for a new file in the directory of `path`: another at each call, and short whatever the name of `path` is.
[[nodiscard]] std::string temporary_name_beside(const std::string& path);

}  // namespace lockstep::os
