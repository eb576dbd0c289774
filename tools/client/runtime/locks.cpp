#include "runtime/locks.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <thread>

#include "runtime/lock_positions.hpp"
#include "runtime/names.hpp"

namespace lockstep::runtime {

namespace {

using namespace std::chrono_literals;

struct flock request(Range range, int type) {
    struct flock lock {};
    lock.l_type = static_cast<short>(type);
    lock.l_whence = SEEK_SET;
    lock.l_start = static_cast<off_t>(range.first);
    lock.l_len = static_cast<off_t>(range.length);
    return lock;
}

// What one thread wrote before it freed a lock is there for the thread that takes it next: the kernel sees to it, and
// this says so in the terms of C++ (and of ThreadSanitizer).
void synchronise() {
    static std::atomic<unsigned> point{0};
    point.fetch_add(1, std::memory_order_acq_rel);
}

int type_of(LockFile::Mode mode) {
    return mode == LockFile::Mode::exclusive ? F_WRLCK : F_RDLCK;
}

Descriptor open_lock_file(const std::string& path, bool inheritable) {
    const int flags = O_RDWR | O_CREAT | (inheritable ? 0 : O_CLOEXEC);
    const auto open = [&] { return retry([&] { return ::open(path.c_str(), flags, 0666); }); };
    int fd = open();
    if (fd < 0 && errno == ENOENT && path.find('/') != std::string::npos) {
        make_directories(path.substr(0, path.rfind('/')));
        fd = open();
    }
    if (fd < 0) fail("open", path);
    return Descriptor(fd);
}

// A look from outside makes no file.
std::optional<LockFile> open_if_there(const std::string& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return std::nullopt;
    return LockFile(path);
}

struct Note {
    std::int64_t since = 0;
    std::int32_t pid = 0;
    std::uint32_t length = 0;
    std::array<char, 200> text{};
};
static_assert(sizeof(Note) <= note_size);

void write_note(const LockFile& file, std::size_t slot, std::string_view text) {
    Note note;
    note.since = std::time(nullptr);
    note.pid = ::getpid();
    note.length = static_cast<std::uint32_t>(std::min(text.size(), note.text.size()));
    std::copy_n(text.begin(), note.length, note.text.begin());
    file.write(notes_offset + slot * note_size, &note, sizeof note);
}

}  // namespace

Deadline after(std::optional<std::chrono::nanoseconds> patience) {
    if (!patience) return std::nullopt;
    const auto now = std::chrono::steady_clock::now();
    // "for ever" written as a number must not overflow into the past.
    if (*patience > std::chrono::steady_clock::time_point::max() - now) return std::nullopt;
    return now + *patience;
}

bool passed(const Deadline& deadline) {
    return deadline && std::chrono::steady_clock::now() >= *deadline;
}

LockFile::LockFile(std::string path, bool inheritable)
    : path_(std::move(path)), file_(open_lock_file(path_, inheritable)) {}

bool LockFile::try_lock(Range range, Mode mode) {
    auto lock = request(range, type_of(mode));
    if (retry([&] { return ::fcntl(file_.get(), F_OFD_SETLK, &lock); }) == 0) {
        synchronise();
        return true;
    }
    if (errno != EAGAIN && errno != EACCES) fail("lock", path_);
    return false;
}

void LockFile::lock(Range range, Mode mode) {
    auto lock = request(range, type_of(mode));
    if (retry([&] { return ::fcntl(file_.get(), F_OFD_SETLKW, &lock); }) != 0) fail("lock", path_);
    synchronise();
}

bool LockFile::lock_until(const Deadline& deadline, Range range, Mode mode) {
    if (!deadline) {
        lock(range, mode);
        return true;
    }
    // Only a signal ends a wait in the kernel early, and signals are the program's own business.
    for (auto pause = 100us; !try_lock(range, mode); pause = std::min(pause * 2, 5000us)) {
        if (passed(deadline)) return false;
        std::this_thread::sleep_until(std::min(std::chrono::steady_clock::now() + pause, *deadline));
    }
    return true;
}

void LockFile::unlock(Range range) {
    synchronise();
    auto lock = request(range, F_UNLCK);
    if (retry([&] { return ::fcntl(file_.get(), F_OFD_SETLK, &lock); }) != 0) fail("unlock", path_);
}

std::vector<std::uint64_t> LockFile::taken(Range range) const {
    std::vector<std::uint64_t> result;
    std::vector<Range> rest{range};
    // F_OFD_GETLK tells of any one lock in the way, not of the first; what lies on either side is asked for again.
    while (!rest.empty()) {
        const auto asked = rest.back();
        rest.pop_back();
        if (asked.length == 0) continue;
        auto lock = request(asked, F_RDLCK);
        if (retry([&] { return ::fcntl(file_.get(), F_OFD_GETLK, &lock); }) != 0) fail("look at the locks of", path_);
        if (lock.l_type == F_UNLCK) continue;
        const auto end = asked.first + asked.length;
        const auto begin = std::max(asked.first, static_cast<std::uint64_t>(lock.l_start));
        const auto stop = lock.l_len == 0 ? end : std::min(end, static_cast<std::uint64_t>(lock.l_start + lock.l_len));
        for (auto position = begin; position < stop; ++position) result.push_back(position);
        rest.push_back({asked.first, begin - asked.first});
        rest.push_back({stop, end - stop});
    }
    std::sort(result.begin(), result.end());
    return result;
}

void LockFile::read(std::uint64_t offset, void* data, std::size_t size) const {
    auto* to = static_cast<char*>(data);
    while (size > 0) {
        const auto got = retry([&] { return ::pread(file_.get(), to, size, static_cast<off_t>(offset)); });
        if (got < 0) fail("read", path_);
        if (got == 0) break;
        to += got;
        offset += static_cast<std::uint64_t>(got);
        size -= static_cast<std::size_t>(got);
    }
    std::memset(to, 0, size);
}

void LockFile::write(std::uint64_t offset, const void* data, std::size_t size) const {
    const auto put = retry([&] { return ::pwrite(file_.get(), data, size, static_cast<off_t>(offset)); });
    if (put < 0) fail("write", path_);
    if (static_cast<std::size_t>(put) != size) fail("write", path_, ENOSPC);
}

ScopedLock::~ScopedLock() {
    try {
        file_.unlock(range_);
    } catch (const std::system_error&) {
        // Closing the file does it.
    }
}

Turn::Turn(LockFile& file, int queue) : file_(file) {
    const ScopedLock lock(file_, mutex_of_queue(queue));
    std::uint64_t number = 0;
    file_.read(counter_of_queue(queue), &number, sizeof number);
    // A counter that somebody damaged: numbers still held are passed over.
    number %= tickets / 2;
    while (!file_.try_lock({first_ticket(queue) + number})) ++number;
    ticket_ = {first_ticket(queue) + number};
    before_ = {first_ticket(queue), number};
    head_ = head_of_queue(queue);
    const auto next = number + 1;
    file_.write(counter_of_queue(queue), &next, sizeof next);
}

Turn::~Turn() {
    try {
        file_.unlock(head_);
        file_.unlock(ticket_);
    } catch (const std::system_error&) {
        // Frees nothing less than closing the file will.
    }
}

bool Turn::wait(const Deadline& deadline) {
    if (before_.length > 0) {
        // The one before, so that one process is woken for each turn and not all that wait; then all others, who are
        // gone unless that one left the queue without having had its turn.
        const Range one_before{ticket_.first - 1};
        for (const auto range : {one_before, before_}) {
            if (!file_.lock_until(deadline, range, LockFile::Mode::shared)) return false;
            file_.unlock(range);
        }
    }
    return file_.lock_until(deadline, head_);
}

std::size_t Turn::length(const LockFile& file, int queue) {
    return file.taken({first_ticket(queue), tickets}).size();
}

std::optional<std::size_t> take_slot(LockFile& file, std::string_view text) {
    for (std::size_t slot = 0; slot < slots_of_a_file; ++slot) {
        if (!file.try_lock(slot_range(slot))) continue;
        write_note(file, slot, text);
        return slot;
    }
    return std::nullopt;
}

std::size_t slots_taken(const LockFile& file) {
    return file.taken(all_slots).size();
}

std::vector<Holder> holders(const std::string& path) {
    std::vector<Holder> result;
    const auto file = open_if_there(path);
    if (!file) return result;
    for (const auto position : file->taken(all_slots)) {
        Note note;
        const auto slot = position - all_slots.first;
        file->read(notes_offset + slot * note_size, &note, sizeof note);
        const auto length = std::min<std::size_t>(note.length, note.text.size());
        result.push_back({slot, note.pid, note.since, std::string(note.text.data(), length)});
    }
    return result;
}

std::size_t waiting(const std::string& path, int queue) {
    const auto file = open_if_there(path);
    return file ? Turn::length(*file, queue) : 0;
}

std::optional<NamedLock> NamedLock::acquire(const std::string& path, LockFile::Mode mode, std::string_view text,
                                            const Deadline& deadline, bool inheritable) {
    auto file = std::make_unique<LockFile>(path, inheritable);
    Turn turn(*file, 0);
    if (!turn.wait(deadline) || !file->lock_until(deadline, main_lock, mode)) return std::nullopt;
    static_cast<void>(take_slot(*file, text));
    return NamedLock(std::move(file));
}

NamedLock::~NamedLock() {
    if (!file_) return;
    try {
        // Not left to closing: a child that was forked meanwhile has the file open too.
        file_->unlock(main_lock);
        file_->unlock(all_slots);
    } catch (const std::system_error&) {
        // Closing does the rest.
    }
}

}  // namespace lockstep::runtime
