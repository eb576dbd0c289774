// phased-api-server: the backend that the suite tests. Serves until SIGTERM or SIGINT. See usage below.
#include <pthread.h>
#include <signal.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <string_view>
#include <thread>

#include "server/service.hpp"

namespace {

namespace fs = std::filesystem;

constexpr const char* usage =
    "usage: phased-api-server --port N --state DIR [--connections N]\n"
    "  --port N         of 127.0.0.1\n"
    "  --state DIR      where the store is; made if missing\n"
    "  --connections N  how many connections are served at the same time (16)\n";

struct Options {
    int port = 0;
    fs::path state;
    int connections = 16;
};

bool is_number(const char* text, int most, int& number) {
    const char* end = text + std::strlen(text);
    const auto [rest, error] = std::from_chars(text, end, number);
    return error == std::errc{} && rest == end && number >= 1 && number <= most;
}

bool parse(int count, char** words, Options& options) {
    for (int i = 1; i + 1 < count; i += 2) {
        const std::string_view name = words[i];
        const char* value = words[i + 1];
        if (name == "--state") {
            options.state = value;
        } else if (name == "--port") {
            if (!is_number(value, 65535, options.port)) return false;
        } else if (name != "--connections" || !is_number(value, 1024, options.connections)) {
            return false;
        }
    }
    return count % 2 == 1 && options.port != 0 && !options.state.empty();
}

/// Stopping takes locks, which a signal handler must not, so a thread waits for the signals.
void serve(const Options& options) {
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ending, nullptr);  // before any other thread: they inherit it

    fs::create_directories(options.state);
    phased_api::Service service(options.state / "store.sqlite", options.connections);
    service.bind(options.port);
    std::thread waiter([&ending, &service] {
        int signal = 0;
        sigwait(&ending, &signal);
        service.stop();
    });
    service.run();
    pthread_kill(waiter.native_handle(), SIGTERM);  // in case listening failed: nobody else would wake it
    waiter.join();
}

}  // namespace

int main(int count, char** words) {
    Options options;
    if (!parse(count, words, options)) {
        std::fputs(usage, stderr);
        return 2;
    }
    std::setvbuf(stdout, nullptr, _IOLBF, 0);  // a log that can be read while the server runs
    try {
        serve(options);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "phased-api-server: %s\n", error.what());
        return 1;
    }
    return 0;
}
