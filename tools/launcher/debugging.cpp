#include "launcher/debugging.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <stdexcept>

#include "runtime/debug_request.hpp"
#include "runtime/descriptor.hpp"
#include "runtime/names.hpp"

namespace lockstep::launcher {
namespace {

/// Opened anew through /proc: ctest stands between that process and us, and has given us streams of its own. What
/// cannot be opened so, a socket, stays ctest's.
void take_stream(int process, int stream) {
    const auto path = "/proc/" + std::to_string(process) + "/fd/" + std::to_string(stream);
    const runtime::Descriptor file(
        ::open(path.c_str(), (stream == STDIN_FILENO ? O_RDONLY : O_WRONLY | O_APPEND) | O_CLOEXEC));
    if (file.get() >= 0) ::dup2(file.get(), stream);
}

}  // namespace

std::string take_debug_request(Options& options) {
    const auto path = runtime::environment(runtime::debug_variable);
    if (path.empty()) return {};
    std::string text, error = "it is missing";
    const auto request = runtime::read_file(path, text) ? runtime::debug_request_from_text(text, error) : std::nullopt;
    if (!request) throw std::runtime_error(path + ": " + error);
    if (request->test != options.name) return {};
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) take_stream(request->process, stream);
    options.command.insert(options.command.begin(), request->prefix.begin(), request->prefix.end());
    return runtime::debug_status_file(path);
}

void answer_debug_request(const std::string& status_file, int status, int signal) {
    if (status_file.empty()) return;
    const auto text = std::to_string(signal != 0 ? 128 + signal : status);
    const runtime::Descriptor file(::open(status_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    // Who asked takes a missing answer for a test that did not run.
    static_cast<void>(::write(file.get(), text.data(), text.size()));
}

}  // namespace lockstep::launcher
