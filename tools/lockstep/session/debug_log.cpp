#include "session/debug_log.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstdio>
#include <ctime>
#include <exception>
#include <utility>
#include <vector>

#include "os/files.hpp"
#include "os/machine.hpp"
#include "text/utf8.hpp"

namespace lockstep {
namespace {

struct Line {
    std::int64_t at_ns;
    std::string text;
};

/// Of this process.
struct Log {
    std::string file, speaker;
    bool aloud = true;
    std::vector<Line> waiting;  ///< until there is a file
};

Log& log() {
    static Log log;
    return log;
}

void append(const Line& line) {
    constexpr std::int64_t second = 1'000'000'000, millisecond = 1'000'000;
    const auto moment = fmt::localtime(static_cast<std::time_t>(line.at_ns / second));
    const auto text = fmt::format("{:%H:%M:%S}.{:03} {}: {}\n", moment, line.at_ns % second / millisecond,
                                  log().speaker, printable(line.text));
    try {
        os::append_file(log().file, text);
    } catch (const std::exception&) {
        // Not a word: a full disk is reported by those who need it.
    }
}

}  // namespace

bool debugging() {
    static const bool on = os::environment("LOCKSTEP_LOG") == "debug";
    return on;
}

void debug_into(const std::string& file, const std::string& speaker, bool aloud) {
    if (!debugging()) return;
    log().file = file;
    log().speaker = speaker;
    log().aloud = aloud;
    for (const auto& line : std::exchange(log().waiting, {})) append(line);
}

void write_debug_line(const std::string& line) {
    if (log().aloud) std::fputs(fmt::format("lockstep: debug: {}\n", printable(line)).c_str(), stderr);
    const Line now{os::now_ns(), line};
    if (log().file.empty()) {
        log().waiting.push_back(now);
    } else {
        append(now);
    }
}

}  // namespace lockstep
