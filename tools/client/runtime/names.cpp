#include "runtime/names.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "runtime/descriptor.hpp"

namespace lockstep::runtime {

namespace {

constexpr std::size_t longest_name = 200;  // of 255 that a file name may have; callers add suffixes

bool stays(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
}

void check_private(const std::string& folder) {
    struct stat info {};
    if (::lstat(folder.c_str(), &info) != 0) fail("look at", folder);
    if (!S_ISDIR(info.st_mode)) throw std::runtime_error("'" + folder + "' is not a directory: remove it");
    if (info.st_uid != ::geteuid())
        throw std::runtime_error("'" + folder +
                                 "' belongs to another user: set XDG_RUNTIME_DIR to a folder of your own");
    if ((info.st_mode & 077) != 0)
        throw std::runtime_error("'" + folder + "' is open to other users: chmod 700 it, or remove it");
}

}  // namespace

std::string file_name_of(std::string_view name) {
    if (name.empty()) return "%";
    static constexpr char digits[] = "0123456789ABCDEF";
    const bool dots = name == "." || name == "..";
    std::string result;
    for (const char c : name) {
        if (stays(c) && !(dots && result.empty())) {
            result += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        result += {'%', digits[byte >> 4], digits[byte & 15]};
    }
    if (result.size() <= longest_name) return result;
    std::array<char, 24> hash{};
    std::snprintf(hash.data(), hash.size(), "%%~%016llx", fnv1a(name));
    return result.substr(0, longest_name) + hash.data();
}

std::string user_runtime_folder(const std::string& runtime_dir, const std::string& tmp) {
    struct stat info {};
    const bool there = !runtime_dir.empty() && ::stat(runtime_dir.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
    auto folder =
        there ? runtime_dir + "/lockstep" : tmp + "/lockstep-" + std::to_string(static_cast<unsigned>(::geteuid()));
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) fail("make", folder);
    check_private(folder);
    return folder;
}

std::string user_runtime_folder() {
    return user_runtime_folder(environment("XDG_RUNTIME_DIR"), "/tmp");
}

void make_directories(const std::string& path) {
    if (::mkdir(path.c_str(), 0777) == 0 || errno == EEXIST) return;
    const auto slash = path.find_last_of('/');
    if (errno != ENOENT || slash == std::string::npos || slash == 0) fail("make", path);
    make_directories(path.substr(0, slash));
    if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) fail("make", path);
}

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

bool read_file(const std::string& path, std::string& text) {
    const Descriptor file(retry([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
    if (!file) {
        if (errno == ENOENT || errno == ENOTDIR) return false;
        fail("open", path);
    }
    text.clear();
    std::array<char, 16384> buffer;  // NOLINT: filled by read
    for (;;) {
        const auto got = retry([&] { return ::read(file.get(), buffer.data(), buffer.size()); });
        if (got < 0) fail("read", path);
        if (got == 0) return true;
        text.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

}  // namespace lockstep::runtime
