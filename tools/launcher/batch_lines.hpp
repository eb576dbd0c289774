// The lines by which GoogleTest says what it does, found in what a program prints. Pure; what they mean for the cases
// of a batch is told by batch_watch.hpp.
//
// GoogleTest ends each of these lines with a newline, but does not begin it on a line of its own: what a case printed
// last may stand before it. So a mark counts wherever it stands, and what follows it reaches to the end of the line.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace lockstep::launcher {

struct Line {
    enum class Kind {
        run,            ///< "[ RUN      ] NAME"
        ok,             ///< "[       OK ] NAME (3 ms)", or without a time
        failed,         ///< "[  FAILED  ] NAME (3 ms)", "[  FAILED  ] NAME, where GetParam() = 3 (3 ms)"
        skipped,        ///< "[  SKIPPED ] NAME (3 ms)"
        program_begin,  ///< "[==========] Running 3 tests from 1 test suite."
        program_end,    ///< "[==========] 3 tests from 1 test suite ran. (3 ms total)"
        suite_begin,    ///< "[----------] 3 tests from NAME"
        suite_end,      ///< "[----------] 3 tests from NAME (3 ms total)"
        plain           ///< any other; `text` is all of it
    } kind = Kind::plain;
    std::string_view text;                  ///< what follows the mark, without " (3 ms)"
    std::optional<long long> milliseconds;  ///< of a result, where the line has it
    std::uint64_t begin = 0, end = 0;       ///< the mark's first byte, the byte after the newline: in the whole stream
};

/// What of `line`, which has no newline, begins at its last marks, in order; one plain line where there is none.
/// `begin` is where the line begins in the stream.
void each_mark(std::string_view line, std::uint64_t begin, const std::function<void(const Line&)>& visit);

/// Cuts a stream that comes in pieces into lines.
class Lines {
public:
    /// Of a line that is longer only the last so many bytes are looked at, so marks and names have to fit into them.
    static constexpr std::size_t longest = 64 * 1024;

    explicit Lines(std::uint64_t begin, std::function<void(const Line&)> visit)
        : position_(begin), visit_(std::move(visit)) {}
    void take(std::string_view piece);
    /// Bytes of the stream so far.
    [[nodiscard]] std::uint64_t position() const { return position_; }

private:
    void end_line(std::string_view line);

    std::uint64_t position_;
    std::function<void(const Line&)> visit_;
    std::string rest_;
};

}  // namespace lockstep::launcher
