// Locks between processes that the kernel frees when their holder dies: locks on ranges of bytes of a file, owned by an
// open file description (fcntl(2), F_OFD_SETLK, Linux 3.15).
//
// Why these and not flock(2): a range makes a queue possible (below), and one file serves many places or ports. Why not
// the locks of fcntl's F_SETLK: those belong to the process, so threads share them, and closing any descriptor of the
// file frees them.
//
// The kernel wakes waiters in the order in which they came, but a newcomer may take the lock before the one that was
// woken runs. Who frees a lock and at once wants it again would win for ever. So where order matters, a Turn decides.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/descriptor.hpp"

namespace lockstep::runtime {

using Deadline = std::optional<std::chrono::steady_clock::time_point>;  ///< none: waits for ever
[[nodiscard]] Deadline after(std::optional<std::chrono::nanoseconds> patience);
[[nodiscard]] bool passed(const Deadline& deadline);

/// Bytes that are locked; they need not exist. Positions are below 2^62.
struct Range {
    std::uint64_t first = 0, length = 1;
};

/// A file opened for locks of its own: another LockFile of the same path, in this process or another, competes with it.
/// One LockFile is used by one thread at a time. A process that forks without exec shares the locks with its child
/// until one of them frees them or both end.
class LockFile {
public:
    enum class Mode { exclusive, shared };
    /// Opens or creates the file and the folders above it. `inheritable`: programs that this process starts hold the
    /// locks too, until all of them end. Throws std::system_error naming the path, as all of these.
    explicit LockFile(std::string path, bool inheritable = false);

    [[nodiscard]] bool try_lock(Range range, Mode mode = Mode::exclusive);
    void lock(Range range, Mode mode = Mode::exclusive);
    /// False if it was not to be had by then. Looks again and again, at least every 5 ms.
    [[nodiscard]] bool lock_until(const Deadline& deadline, Range range, Mode mode = Mode::exclusive);
    void unlock(Range range);

    /// Positions in the range that others have locked exclusively, ascending.
    [[nodiscard]] std::vector<std::uint64_t> taken(Range range) const;

    /// The file's content, apart from what is locked. A missing part reads as zeros.
    void read(std::uint64_t offset, void* data, std::size_t size) const;
    void write(std::uint64_t offset, const void* data, std::size_t size) const;

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] int descriptor() const { return file_.get(); }

private:
    std::string path_;
    Descriptor file_;
};

/// Holds a range exclusively until the end of the scope, whatever was forked meanwhile.
class ScopedLock {
public:
    ScopedLock(LockFile& file, Range range) : file_(file), range_(range) { file_.lock(range_); }
    ~ScopedLock();
    ScopedLock(const ScopedLock&) = delete;
    ScopedLock& operator=(const ScopedLock&) = delete;

private:
    LockFile& file_;
    Range range_;
};

/// A place in a queue of processes, first come, first served. Each takes a number and locks the byte of that number;
/// its turn has come when no smaller number is locked. A process that dies loses its place, and nobody else's. (The
/// ticket lock of Mellor-Crummey and Scott, 1991, with the kernel's locks as what shows that a ticket is still valid.)
class Turn {
public:
    /// Takes a number. A file has queues 0 to 3.
    Turn(LockFile& file, int queue);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    /// False if the turn has not come by then; the place in the queue is kept, so it can be called again.
    [[nodiscard]] bool wait(const Deadline& deadline = {});

    /// How many hold a number, whoever's turn it is among them.
    [[nodiscard]] static std::size_t length(const LockFile& file, int queue);

private:
    LockFile& file_;
    Range ticket_, before_, head_;
};

/// Who has one of the slots of a file: what `lockstep limits` shows.
struct Holder {
    std::size_t slot = 0;
    int pid = 0;
    std::int64_t since = 0;  ///< seconds since 1970
    std::string text;        ///< whose, for a person; at most 200 bytes
};
/// Slots are locked bytes with a note of who has them; a file has 65,536.
inline constexpr std::size_t slots_of_a_file = 65536;
/// Takes the first free slot and notes this process; none where all are taken.
[[nodiscard]] std::optional<std::size_t> take_slot(LockFile& file, std::string_view text);
[[nodiscard]] std::size_t slots_taken(const LockFile& file);            ///< by others
[[nodiscard]] std::vector<Holder> holders(const std::string& path);     ///< empty where there is no such file
[[nodiscard]] std::size_t waiting(const std::string& path, int queue);  ///< 0 where there is no such file

/// A lock with a name: `path` is its file. Held until destroyed. Whoever waits is served in the order of arrival,
/// shared and exclusive alike, so that neither starves.
class NamedLock {
public:
    /// None if it was not to be had by then. `text` says for whom.
    [[nodiscard]] static std::optional<NamedLock> acquire(const std::string& path, LockFile::Mode mode,
                                                          std::string_view text, const Deadline& deadline = {},
                                                          bool inheritable = false);
    NamedLock(NamedLock&&) noexcept = default;
    NamedLock& operator=(NamedLock&&) = delete;
    ~NamedLock();

private:
    explicit NamedLock(std::unique_ptr<LockFile> file) : file_(std::move(file)) {}
    std::unique_ptr<LockFile> file_;
};

}  // namespace lockstep::runtime
