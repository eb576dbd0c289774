// What a program prints, where it does not go straight to this process's own stdout and stderr.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "launcher/patterns.hpp"
#include "runtime/descriptor.hpp"

struct pollfd;

namespace lockstep::launcher {

/// A pipe from a program. What comes is passed on at once and unchanged, and searched.
class Stream {
public:
    /// `to`: an open file; -1: nowhere. `search` and `tail` may be missing; `tail` gets the last bytes, 64 KiB at most.
    Stream(int to, StreamSearch* search, std::string* tail);

    [[nodiscard]] int write_end() const { return write_.get(); }
    /// To be called once the program has it.
    void close_write_end() { write_ = {}; }
    [[nodiscard]] int read_end() const { return read_.get(); }
    [[nodiscard]] bool open() const { return static_cast<bool>(read_); }
    /// Passes on what one read gives. At the end of the text, or where nobody takes it any more, the stream closes: the
    /// program then gets SIGPIPE, as if it wrote there itself.
    void pass();
    /// What is in the pipe now, and no more: a daemon may go on writing for ever.
    void drain();

private:
    std::size_t pass_at_most(std::size_t most);

    int to_;
    StreamSearch* search_;
    std::string* tail_;
    runtime::Descriptor read_, write_;
};

/// Where the two streams of a program go. Where both go to the same open file they share a pipe, so that the order of
/// what comes out is that of what went in.
class Output {
public:
    Output() = default;
    void add(int to, StreamSearch* search, std::string* tail) { streams_.emplace_back(to, search, tail); }

    /// For Program: -1 where there is no stream of ours.
    [[nodiscard]] int output() const { return streams_.empty() ? -1 : streams_.front().write_end(); }
    [[nodiscard]] int errors() const { return streams_.empty() ? -1 : streams_.back().write_end(); }
    void started();
    void add_to(std::vector<pollfd>& files) const;
    void pass(const std::vector<pollfd>& files);
    void drain();

private:
    std::deque<Stream> streams_;
};

/// stdout and stderr of this process are one file, as CTest has it.
[[nodiscard]] bool streams_are_one();

}  // namespace lockstep::launcher
