#include "launcher/output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "launcher/message.hpp"

namespace lockstep::launcher {
namespace {

constexpr std::size_t longest_tail = 64 * 1024;

}  // namespace

Stream::Stream(int to, StreamSearch* search, std::string* tail) : to_(to), search_(search), tail_(tail) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) runtime::fail("cannot make", "pipe");
    read_ = runtime::Descriptor(ends[0]);
    write_ = runtime::Descriptor(ends[1]);
}

std::size_t Stream::pass_at_most(std::size_t most) {
    static std::array<char, 65536> buffer;
    const auto size = std::min(most, buffer.size());
    const auto got = runtime::retry([&] { return ::read(read_.get(), buffer.data(), size); });
    const auto length = got < 0 ? 0 : static_cast<std::size_t>(got);
    const std::string_view text(buffer.data(), length);
    if (search_ != nullptr) search_->take(text);
    if (tail_ != nullptr) {
        *tail_ += text;
        if (tail_->size() > longest_tail) tail_->erase(0, tail_->size() - longest_tail);
    }
    const bool taken = to_ < 0 || write_all(to_, text.data(), text.size());
    if (length == 0 || !taken) read_ = {};
    return length;
}

void Stream::pass() {
    pass_at_most(SIZE_MAX);
}

void Stream::drain() {
    int there = 0;
    if (!open() || ::ioctl(read_.get(), FIONREAD, &there) != 0) return;
    for (auto left = static_cast<std::size_t>(there); left > 0 && open();) {
        left -= std::min(left, std::max<std::size_t>(pass_at_most(left), 1));
    }
}

void Output::started() {
    for (auto& stream : streams_) stream.close_write_end();
}

void Output::add_to(std::vector<pollfd>& files) const {
    for (const auto& stream : streams_) {
        if (stream.open()) files.push_back({stream.read_end(), POLLIN, 0});
    }
}

void Output::pass(const std::vector<pollfd>& files) {
    for (auto& stream : streams_) {
        for (const auto& file : files) {
            if (stream.open() && file.fd == stream.read_end() && file.revents != 0) stream.pass();
        }
    }
}

void Output::drain() {
    for (auto& stream : streams_) stream.drain();
}

bool streams_are_one() {
    struct stat output, errors;
    return ::fstat(STDOUT_FILENO, &output) == 0 && ::fstat(STDERR_FILENO, &errors) == 0 &&
           output.st_dev == errors.st_dev && output.st_ino == errors.st_ino;
}

}  // namespace lockstep::launcher
