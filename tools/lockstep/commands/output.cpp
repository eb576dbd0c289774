#include "commands/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "os/machine.hpp"
#include "text/render.hpp"
#include "text/words.hpp"

namespace lockstep {

void say(const std::string& line) {
    fmt::print(stderr, "lockstep: {}\n", line);
}

void say_not_built(const std::vector<std::string>& tests, std::string_view what_to_do) {
    if (tests.empty()) return;
    say(fmt::format("not built yet: {}. Their tests and labels are not known: {}", listed(tests), what_to_do));
}

void flush_results() {
    if (std::fflush(stdout) != 0) throw std::system_error(errno, std::generic_category(), "standard output");
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
