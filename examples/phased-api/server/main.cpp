// phased-api-server: the backend that the suite tests. See usage below.
#include <pthread.h>
#include <signal.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <functional>
#include <string_view>
#include <thread>

#include "server/daemon.hpp"
#include "server/service.hpp"

namespace {

namespace fs = std::filesystem;

constexpr const char* usage =
    "usage: phased-api-server [--daemonize | --stop] --state DIR [--connections N]\n"
    "  --daemonize      start in the background and return when it can be reached\n"
    "  --stop           end the server of that directory, if there is one\n"
    "  --state DIR      where the store, the address and the log are; made if missing\n"
    "  --connections N  how many connections are served at the same time (16)\n";

struct Options {
    enum class Mode { here, daemonize, stop } mode = Mode::here;
    fs::path state;
    int connections = 16;
};

bool parse(int count, char** words, Options& options) {
    for (int i = 1; i < count; ++i) {
        const std::string_view word = words[i];
        const bool has_value = i + 1 < count;
        if (word == "--daemonize") {
            options.mode = Options::Mode::daemonize;
        } else if (word == "--stop") {
            options.mode = Options::Mode::stop;
        } else if (word == "--state" && has_value) {
            options.state = fs::absolute(words[++i]);
        } else if (word == "--connections" && has_value) {
            const char* value = words[++i];
            const char* end = value + std::strlen(value);
            const auto [rest, error] = std::from_chars(value, end, options.connections);
            if (error != std::errc{} || rest != end || options.connections < 1 || options.connections > 1024)
                return false;
        } else {
            return false;
        }
    }
    return !options.state.empty();
}

/// Serves until SIGTERM or SIGINT. Stopping takes locks, which a signal handler must not, so a thread waits for them.
void serve(const Options& options, const std::function<void(int port)>& ready) {
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ending, nullptr);  // before any other thread: they inherit it

    phased_api::Service service(options.state / "store.sqlite", options.connections);
    const int port = service.bind();
    std::thread waiter([&ending, &service] {
        int signal = 0;
        sigwait(&ending, &signal);
        service.stop();
    });
    ready(port);
    service.run();
    pthread_kill(waiter.native_handle(), SIGTERM);  // in case listening failed: nobody else would wake it
    waiter.join();
}

void act(const Options& options) {
    fs::create_directories(options.state);
    const auto serve_here = [&options](const std::function<void(int)>& ready) { serve(options, ready); };
    switch (options.mode) {
        case Options::Mode::here:
            return phased_api::run_here(options.state, serve_here);
        case Options::Mode::daemonize:
            return phased_api::start_daemon(options.state, serve_here);
        case Options::Mode::stop:
            std::puts(phased_api::stop_daemon(options.state) ? "stopped" : "no server was running");
            return;
    }
}

}  // namespace

int main(int count, char** words) {
    Options options;
    if (!parse(count, words, options)) {
        std::fputs(usage, stderr);
        return 2;
    }
    try {
        act(options);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "phased-api-server: %s\n", error.what());
        return 1;
    }
    return 0;
}
