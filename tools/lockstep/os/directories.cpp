// Trees of directories: made, emptied, removed, moved. Tests leave anything behind: directories nobody may enter,
// symbolic links to elsewhere, trees deeper than there are descriptors, and processes that still write into them. So
// a tree is taken apart relative to the one directory that is open, never by path, and no link is followed.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <memory>

#include "os/descriptor.hpp"
#include "os/files.hpp"

namespace lockstep::os {
namespace {

namespace fs = std::filesystem;

struct Entry {
    std::string name;
    bool may_be_directory;  ///< some file systems do not tell
};

bool is_dot(const char* name) {
    return std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0;
}

/// Takes the descriptor of a directory. Descriptors share their position, so it must be at the start.
std::vector<Entry> entries_of(Descriptor directory, const std::string& path) {
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(directory.get()), ::closedir);
    if (!stream) fail("cannot read the folder", path);
    static_cast<void>(directory.release());
    std::vector<Entry> entries;
    while (true) {
        errno = 0;
        const dirent* entry = ::readdir(stream.get());
        if (entry == nullptr) break;
        if (!is_dot(entry->d_name)) {
            entries.push_back({entry->d_name, entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN});
        }
    }
    if (errno != 0) fail("cannot read the folder", path);
    return entries;
}

/// Stops at the first entry.
bool is_empty(int directory, const std::string& path) {
    alignas(dirent64) std::array<char, 1024> buffer;
    while (true) {
        const ssize_t got = ::getdents64(directory, buffer.data(), buffer.size());
        if (got < 0) fail("cannot read the folder", path);
        if (got == 0) return true;
        for (ssize_t at = 0; at < got;) {
            const auto* entry = reinterpret_cast<const dirent64*>(buffer.data() + at);
            if (!is_dot(entry->d_name)) return false;
            at += entry->d_reclen;
        }
    }
}

constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

/// Opens a directory that its owner may have locked himself out of.
Descriptor open_directory(int parent, const char* name) {
    auto directory = open_at(parent, name, directory_flags);
    if (!directory && errno == EACCES) {
        // fchmodat would follow a link that takes the name's place; a descriptor cannot be fooled.
        const auto handle = open_at(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW);
        if (!handle || ::chmod(("/proc/self/fd/" + std::to_string(handle.get())).c_str(), 0700) != 0) {
            errno = EACCES;
            return {};
        }
        directory = open_at(parent, name, directory_flags);
    }
    struct stat status {};
    if (directory && ::fstat(directory.get(), &status) == 0 && (status.st_mode & S_IRWXU) != S_IRWXU) {
        // Where this fails, removing fails with a better message.
        static_cast<void>(::fchmod(directory.get(), (status.st_mode & 07777) | S_IRWXU));
    }
    return directory;
}

/// Empties one directory. Holds one descriptor at a time, however deep the tree is: it comes back up through "..",
/// and makes sure that it arrives where it came from.
class Emptier {
public:
    Emptier(Descriptor top, const std::string& path) : path_(path), here_(std::move(top)) {}

    void run() {
        enter("");
        while (true) {
            auto& level = levels_.back();
            if (!level.directories.empty()) {
                const auto name = std::move(level.directories.back());
                level.directories.pop_back();
                descend(name);
            } else if (levels_.size() > 1) {
                ascend();
            } else {
                return;
            }
        }
    }

private:
    struct Level {
        std::string name;
        dev_t device;
        ino_t inode;
        std::vector<std::string> directories;  ///< still to do
    };

    [[noreturn]] void give_up(const std::string& name, int error = errno) const {
        auto place = path_;
        for (const auto& level : levels_) {
            if (!level.name.empty()) place += "/" + level.name;
        }
        fail("cannot remove", place + "/" + name, error);
    }

    /// Looks at the directory that is now open, and removes what is no directory in it.
    void enter(const std::string& name) {
        struct stat status {};
        if (::fstat(here_.get(), &status) != 0) give_up(name);
        levels_.push_back({name, status.st_dev, status.st_ino, {}});
        auto fresh = open_at(here_.get(), ".", O_RDONLY | O_DIRECTORY);
        if (!fresh) give_up(".");
        for (auto& entry : entries_of(std::move(fresh), path_)) {
            if (entry.may_be_directory) {
                levels_.back().directories.push_back(std::move(entry.name));
            } else {
                remove_file(entry.name);
            }
        }
    }

    void remove_file(const std::string& name) {
        if (::unlinkat(here_.get(), name.c_str(), 0) == 0 || errno == ENOENT) return;
        const int error = errno;
        // Another process has put a directory in its place.
        struct stat status {};
        if (::fstatat(here_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode)) {
            again(name, error);
        } else {
            give_up(name, error);
        }
    }

    void descend(const std::string& name) {
        auto child = open_directory(here_.get(), name.c_str());
        if (child) {
            here_ = std::move(child);
            enter(name);
        } else if (errno == ENOTDIR || errno == ELOOP) {
            remove_file(name);
        } else if (errno != ENOENT) {
            give_up(name);
        }
    }

    void ascend() {
        const auto name = std::move(levels_.back().name);
        levels_.pop_back();
        auto parent = open_at(here_.get(), "..", O_RDONLY | O_DIRECTORY);
        struct stat status {};
        if (!parent || ::fstat(parent.get(), &status) != 0) give_up(name);
        if (status.st_dev != levels_.back().device || status.st_ino != levels_.back().inode) give_up(name, ESTALE);
        here_ = std::move(parent);
        if (::unlinkat(here_.get(), name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) return;
        if (errno != ENOTEMPTY && errno != EEXIST) give_up(name);
        again(name, errno);
    }

    /// Somebody still writes here. That ends at some time, or is a process to be ended first.
    void again(const std::string& name, int error) {
        if (--patience_ == 0) give_up(name, error);
        levels_.back().directories.push_back(name);
    }

    const std::string& path_;
    Descriptor here_;
    std::vector<Level> levels_;
    int patience_ = 1000;
};

}  // namespace

bool is_abandoned(const std::string& path) {
    // Who writes may be a process that is not to be seen from here (in a container), so only time tells.
    constexpr std::time_t hour = 3600;
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 && std::time(nullptr) - status.st_mtime > hour;
}

void touch(const std::string& path) {
    ::utimensat(AT_FDCWD, path.c_str(), nullptr, 0);
}

void remove_abandoned_temporaries(const std::string& directory) {
    for (const auto& name : list_directory(directory)) {
        if (!name.starts_with(".lockstep-") || !name.ends_with(".tmp")) continue;
        const auto path = directory + "/" + name;
        if (is_abandoned(path)) ::unlink(path.c_str());
    }
}

void make_directories(const std::string& path) {
    if (::mkdir(path.c_str(), 0777) == 0) return;
    fs::create_directories(path);
}

void remove_tree(const std::string& path) {
    if (::unlink(path.c_str()) == 0 || means_missing(errno)) return;
    if (errno != EISDIR && errno != EPERM) fail("cannot remove", path);
    for (int attempt = 0;; ++attempt) {
        auto directory = open_directory(AT_FDCWD, path.c_str());
        if (!directory) {
            if (errno == ENOENT) return;
            fail("cannot remove", path);
        }
        Emptier(std::move(directory), path).run();
        if (::rmdir(path.c_str()) == 0 || errno == ENOENT) return;
        if ((errno != ENOTEMPTY && errno != EEXIST) || attempt == 100) fail("cannot remove", path);
    }
}

std::string make_unique_directory(const std::string& prefix) {
    make_directories(prefix.substr(0, prefix.rfind('/')));
    // Not by the process's number alone: two containers on one build tree count their processes each for itself.
    for (int attempt = 0;; ++attempt) {
        auto path = prefix + std::to_string(::getpid()) + "-" + std::to_string(attempt);
        if (::mkdir(path.c_str(), 0777) == 0) return path;
        if (errno != EEXIST) fail("cannot make the folder", path);
    }
}

bool make_empty_directory(const std::string& path) {
    auto directory = open_directory(AT_FDCWD, path.c_str());
    if (directory) {
        if (is_empty(directory.get(), path)) return false;
        Emptier(std::move(directory), path).run();
        return true;
    }
    const bool in_the_way = errno == ENOTDIR || errno == ELOOP;
    if (!in_the_way && errno != ENOENT) fail("cannot open the folder", path);
    // Of a link put in place of the directory, the link goes and what it points to stays. (Where a parent is no
    // directory, this leaves the message to make_directories.)
    const bool removed = in_the_way && ::unlink(path.c_str()) == 0;
    make_directories(path);
    return removed;
}

bool is_empty_directory(const std::string& path) {
    const auto directory = open_path(path, O_RDONLY | O_DIRECTORY);
    if (directory) return is_empty(directory.get(), path);
    if (means_missing(errno)) return false;
    fail("cannot open the folder", path);
}

Usage usage(const std::string& path) {
    Usage usage;
    const auto add = [&](const fs::path& file) {
        struct stat status {};
        if (::lstat(file.c_str(), &status) != 0 || S_ISDIR(status.st_mode)) return;
        ++usage.files;
        usage.bytes += static_cast<std::uint64_t>(status.st_size);
    };
    add(path);
    std::error_code error;
    fs::recursive_directory_iterator entries(path, fs::directory_options::skip_permission_denied, error);
    for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) add(entries->path());
    return usage;
}

std::vector<std::string> list_directory(const std::string& path) {
    auto directory = open_path(path, O_RDONLY | O_DIRECTORY);
    if (!directory) {
        if (means_missing(errno)) return {};
        fail("cannot open the folder", path);
    }
    std::vector<std::string> names;
    for (auto& entry : entries_of(std::move(directory), path)) names.push_back(std::move(entry.name));
    std::sort(names.begin(), names.end());
    return names;
}

namespace {

[[noreturn]] void fail_to_move(const std::string& from, const std::string& to, int error) {
    fail(("cannot move '" + from + "' to").c_str(), to, error);
}

/// Times go along; sockets, pipes and devices, which mean nothing elsewhere, stay behind.
void copy_tree(const fs::path& from, const fs::path& to) {
    const auto status = fs::symlink_status(from);
    if (fs::is_symlink(status)) {
        fs::copy_symlink(from, to);
    } else if (fs::is_directory(status)) {
        fs::create_directory(to);
        for (const auto& entry : fs::directory_iterator(from)) copy_tree(entry.path(), to / entry.path().filename());
        fs::permissions(to, status.permissions());
        fs::last_write_time(to, fs::last_write_time(from));
    } else if (fs::is_regular_file(status)) {
        fs::copy_file(from, to);
        fs::last_write_time(to, fs::last_write_time(from));
    }
}

}  // namespace

void move_tree(const std::string& from, const std::string& to) {
    if (std::rename(from.c_str(), to.c_str()) == 0) return;
    if (errno != EXDEV) fail_to_move(from, to, errno);
    const auto temporary = temporary_name_beside(to);
    try {
        copy_tree(from, temporary);
        if (std::rename(temporary.c_str(), to.c_str()) != 0) fail_to_move(from, to, errno);
    } catch (...) {
        remove_tree(temporary);
        throw;
    }
    remove_tree(from);
}

}  // namespace lockstep::os
