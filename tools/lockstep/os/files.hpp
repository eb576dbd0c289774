// Files. Failures of the system throw std::system_error whose text names the path.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::os {

/// The whole text; none if there is no such file (ENOENT, ENOTDIR). Other failures throw. Works for /proc files.
[[nodiscard]] std::optional<std::string> read_file(const std::string& path);

/// Writes to a temporary name beside `path`, flushes to disk if `durable`, renames. On failure (a full disk) the old
/// file stays whole, the temporary one is removed, and it throws. An unchanged text leaves the file alone.
void write_file(const std::string& path, std::string_view text, bool durable = false);

/// Adds `text` to the end of a file, which is created if missing. Texts of processes that do so at the same time stay
/// whole only where the system takes each in one write(2), and not on network file systems, which cannot append: who
/// relies on it holds a FileLock meanwhile. Throws on failure (a full disk), when a part of the text may be there.
void append_file(const std::string& path, std::string_view text);

/// Written to for the last time more than an hour ago: nobody who was at work on it still is. A link counts as itself.
/// False where there is no such file.
[[nodiscard]] bool is_abandoned(const std::string& path);
/// Dates a file or directory that is there to this moment, so that it is not abandoned; follows links. Never throws:
/// where that cannot be done, the date stays.
void touch(const std::string& path);
/// Removes temporary files of write_file and replace_symlink in `directory` whose writers were killed.
void remove_abandoned_temporaries(const std::string& directory);

void make_directories(const std::string& path);
/// Removes a tree, following no links; files that vanish meanwhile are no error; makes directories writable as needed.
void remove_tree(const std::string& path);
/// Makes a directory that was not there before, whoever else is at it, and those above it; returns its path, which
/// begins with `prefix`. Throws std::system_error.
[[nodiscard]] std::string make_unique_directory(const std::string& prefix);
/// mkdir if missing, else empties it. Returns true if there was something to remove. Cheap when there is not.
bool make_empty_directory(const std::string& path);
[[nodiscard]] bool is_empty_directory(const std::string& path);  ///< false also where there is no such directory
/// Follows links; false also for what cannot be looked at.
[[nodiscard]] bool exists(const std::string& path);
/// What lies in a tree (or is a single file): its files, links among them, and their sizes added up; directories count
/// for nothing. No link is followed. What cannot be read, or vanishes meanwhile, is left out.
struct Usage {
    std::uint64_t files = 0, bytes = 0;
};
[[nodiscard]] Usage usage(const std::string& path);
/// Names in a directory, sorted; empty if there is none.
[[nodiscard]] std::vector<std::string> list_directory(const std::string& path);
/// Renames a file or tree; copies and removes where that crosses file systems.
void move_tree(const std::string& from, const std::string& to);
/// Points the symbolic link `path` at `target`, atomically.
void replace_symlink(const std::string& target, const std::string& path);

/// Tells whether a file may have changed without reading it.
struct FileIdentity {
    std::uint64_t device = 0, inode = 0, size = 0;  ///< size in bytes
    std::int64_t modified_ns = 0;                   ///< since 1970
    bool operator==(const FileIdentity&) const = default;
};
/// Whatever has become of its content.
[[nodiscard]] inline bool same_file(const FileIdentity& a, const FileIdentity& b) {
    return a.device == b.device && a.inode == b.inode;
}
/// Follows links; none if there is no such file or it is not a regular file or directory.
[[nodiscard]] std::optional<FileIdentity> identify(const std::string& path);
/// Follows links.
[[nodiscard]] bool is_regular_file(const std::string& path);

/// XXH3-128 of the content, 32 hex digits; none if it cannot be read. https://xxhash.com
[[nodiscard]] std::optional<std::string> hash_file(const std::string& path);
[[nodiscard]] std::string hash_text(std::string_view text);  ///< of that text, in the same form
/// Of the words of a command line: "a b" is another than "a", "b".
[[nodiscard]] std::string hash_words(std::span<const std::string> words);

/// DT_NEEDED, DT_RPATH/DT_RUNPATH of an ELF file ($ORIGIN expanded), read with libelf; empty for anything else.
struct ElfNeeds {
    std::vector<std::string> needed, search_path;
};
[[nodiscard]] ElfNeeds elf_needs(const std::string& path);

/// Held until destroyed: an exclusive flock on `path`, which is created. Blocks. The kernel frees it when we die.
class FileLock {
public:
    explicit FileLock(const std::string& path);
    /// Calls `waits` once if the lock is not to be had within `patience`, with the id of the process that has it; 0:
    /// that cannot be told.
    FileLock(const std::string& path, const std::function<void(int holder)>& waits,
             std::chrono::milliseconds patience = std::chrono::seconds(2));
    ~FileLock();
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

private:
    int fd_;
};

}  // namespace lockstep::os
