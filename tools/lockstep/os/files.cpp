// Single files: read, replaced as a whole, identified, locked. Trees of directories are in directories.cpp.
#include "os/files.hpp"

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <sstream>
#include <thread>

#include "os/descriptor.hpp"
#include "os/exit_watch.hpp"

namespace lockstep::os {

bool read_to_end(int fd, std::string& text) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return false;
    // One byte more than the size tells the end of an ordinary file without another round; files of /proc say 0.
    auto room = std::max<std::size_t>(status.st_size > 0 ? static_cast<std::size_t>(status.st_size) + 1 : 0, 4096);
    auto used = text.size();
    while (true) {
        if (used == text.size()) text.resize(used + std::exchange(room, std::max<std::size_t>(used, 4096)));
        const auto got = retry([&] { return ::read(fd, text.data() + used, text.size() - used); });
        if (got < 0) {
            const int error = errno;
            text.resize(used);
            errno = error;
            return false;
        }
        if (got == 0) break;
        used += static_cast<std::size_t>(got);
    }
    text.resize(used);
    return true;
}

std::string temporary_name_beside(const std::string& path) {
    static std::atomic<unsigned> next{0};
    const auto slash = path.rfind('/');
    const std::string directory = slash == std::string::npos ? "" : path.substr(0, slash + 1);
    return directory + ".lockstep-" + std::to_string(::getpid()) + "-" + std::to_string(next++) + ".tmp";
}

std::optional<std::string> read_file(const std::string& path) {
    const auto file = open_path(path, O_RDONLY);
    if (!file) {
        if (means_missing(errno)) return std::nullopt;
        fail("cannot open", path);
    }
    std::string text;
    if (!read_to_end(file.get(), text)) fail("cannot read", path);
    return text;
}

namespace {

std::string directory_of(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

/// Tells by the size first: most changed files have another one, and need not be read.
bool holds(const std::string& path, std::string_view text, bool durable) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode) ||
        static_cast<std::uint64_t>(status.st_size) != text.size()) {
        return false;
    }
    const auto file = open_path(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    std::string old;
    if (!file || !read_to_end(file.get(), old) || old != text) return false;
    return !durable || ::fsync(file.get()) == 0;
}

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const auto written = retry([&] { return ::write(fd, text.data(), text.size()); });
        if (written < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

/// A name that a process of the same number left behind, in another container or long ago, is passed over.
std::pair<Descriptor, std::string> create_beside(const std::string& path) {
    while (true) {
        auto name = temporary_name_beside(path);
        auto file = open_path(name, O_WRONLY | O_CREAT | O_EXCL);
        if (file) return {std::move(file), std::move(name)};
        if (errno != EEXIST) fail("cannot create a file beside", path);
    }
}

}  // namespace

void write_file(const std::string& path, std::string_view text, bool durable) {
    if (holds(path, text, durable)) return;
    auto [file, temporary] = create_beside(path);
    if (!write_all(file.get(), text) || (durable && ::fsync(file.get()) != 0) || !file.close_checked() ||
        std::rename(temporary.c_str(), path.c_str()) != 0) {
        const int error = errno;
        ::unlink(temporary.c_str());
        fail("cannot write", path, error);
    }
    if (durable) {
        // The new name is on disk only once its directory is.
        const auto directory = open_path(directory_of(path), O_RDONLY | O_DIRECTORY);
        if (!directory || (::fsync(directory.get()) != 0 && errno != EINVAL)) fail("cannot flush the folder of", path);
    }
}

void append_file(const std::string& path, std::string_view text) {
    auto file = open_path(path, O_WRONLY | O_CREAT | O_APPEND);
    if (!file) fail("cannot open", path);
    if (!write_all(file.get(), text) || !file.close_checked()) fail("cannot write", path);
}

void replace_symlink(const std::string& target, const std::string& path) {
    if (link_target(path) == target) return;
    std::string temporary;
    do {
        temporary = temporary_name_beside(path);
    } while (::symlink(target.c_str(), temporary.c_str()) != 0 && errno == EEXIST);
    if (std::rename(temporary.c_str(), path.c_str()) != 0) {
        const int error = errno;
        ::unlink(temporary.c_str());
        fail("cannot make the link", path, error);
    }
}

bool exists(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0;
}

bool is_regular_file(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

std::optional<FileIdentity> identify(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))) {
        return std::nullopt;
    }
    return FileIdentity{.device = status.st_dev,
                        .inode = status.st_ino,
                        .size = static_cast<std::uint64_t>(status.st_size),
                        .modified_ns = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

namespace {

bool lock_within(int fd, std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(look_again);
    }
    return true;
}

/// Of an flock, as /proc/locks (proc(5)) says: "1: FLOCK  ADVISORY  WRITE 4711 fe:00:1234 0 EOF". By inode alone: the
/// devices of some file systems have another number there.
int holder_of(int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return 0;
    std::istringstream lines(read_file("/proc/locks").value_or(""));
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string number, kind, advisory, mode, place;
        int pid = 0;
        if (!(words >> number >> kind >> advisory >> mode >> pid >> place) || kind != "FLOCK" || pid <= 0) continue;
        if (place.ends_with(":" + std::to_string(status.st_ino))) return pid;
    }
    return 0;
}

/// Whoever removed the file while we waited for it has left us the lock of a file without a name, which excludes
/// nobody.
bool still_named(int fd, const std::string& path) {
    struct stat held {
    }, named{};
    return ::fstat(fd, &held) == 0 && ::stat(path.c_str(), &named) == 0 && held.st_dev == named.st_dev &&
           held.st_ino == named.st_ino;
}

}  // namespace

FileLock::FileLock(const std::string& path) : FileLock(path, nullptr, std::chrono::milliseconds(0)) {}

FileLock::FileLock(const std::string& path, const std::function<void(int holder)>& waits,
                   std::chrono::milliseconds patience) {
    Descriptor file;
    bool said = !waits;
    do {
        file = open_path(path, O_RDWR | O_CREAT);
        if (!file) fail("cannot open the lock file", path);
        if (!said && !lock_within(file.get(), patience)) {
            waits(holder_of(file.get()));
            said = true;
        }
        if (retry([&] { return ::flock(file.get(), LOCK_EX); }) != 0) fail("cannot lock", path);
    } while (!still_named(file.get(), path));
    fd_ = file.release();
}

FileLock::~FileLock() {
    ::close(fd_);
}

}  // namespace lockstep::os
