#include "commands/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "os/machine.hpp"
#include "text/render.hpp"

namespace lockstep {

void say(const std::string& line) {
    fmt::print(stderr, "lockstep: {}\n", line);
}

void debug(const std::string& line) {
    static const bool on = os::environment("LOCKSTEP_LOG") == "debug";
    if (on) fmt::print(stderr, "lockstep: debug: {}\n", line);
}

void print_diagnostics(const Diagnostics& diagnostics, bool as_json) {
    if (as_json) {
        fmt::print(stderr, "{}", render_json(diagnostics));
        return;
    }
    RenderOptions options;
    options.colour = ::isatty(STDERR_FILENO) != 0 && !os::environment("NO_COLOR");
    fmt::print(stderr, "{}", render_text(diagnostics, options));
}

std::string absolute_from(const std::string& path, const std::string& directory) {
    const std::filesystem::path given(path);
    return (given.is_absolute() ? given : std::filesystem::path(directory) / given).lexically_normal().string();
}

}  // namespace lockstep
