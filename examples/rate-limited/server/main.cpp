// dispatch-server: the API that the suite tests. It runs in the foreground until it is ended. See usage below.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "server/api.hpp"

namespace {

constexpr const char* usage =
    "usage: dispatch-server --port N --log FILE [OPTION]...\n"
    "  --port N            where to listen, on 127.0.0.1\n"
    "  --log FILE          one line a request\n"
    "  --per-second N      requests that are served in any second (30)\n"
    "  --at-once N         requests that are served at the same time (4)\n"
    "  --work-ms N         how long each takes; adding a job takes four times as long (60)\n"
    "  --busy-once CLIENT  the first request of that client is refused; may be repeated\n";

struct Options {
    int port = 0;
    std::filesystem::path log;
    int per_second = 30;
    int at_once = 4;
    int work_ms = 60;
    std::set<std::string> busy_once;
};

bool is_number(const char* text, int most, int& number) {
    const char* end = text + std::strlen(text);
    const auto [rest, error] = std::from_chars(text, end, number);
    return error == std::errc{} && rest == end && number >= 1 && number <= most;
}

bool parse(int count, char** words, Options& options) {
    if (count % 2 == 0) return false;
    for (int i = 1; i < count; i += 2) {
        const std::string_view option = words[i];
        const char* value = words[i + 1];
        if (option == "--log") {
            options.log = value;
        } else if (option == "--busy-once") {
            options.busy_once.insert(value);
        } else if (!(option == "--port" && is_number(value, 65535, options.port)) &&
                   !(option == "--per-second" && is_number(value, 1'000'000, options.per_second)) &&
                   !(option == "--at-once" && is_number(value, 1000, options.at_once)) &&
                   !(option == "--work-ms" && is_number(value, 60'000, options.work_ms))) {
            return false;
        }
    }
    return options.port != 0 && !options.log.empty();
}

}  // namespace

int main(int count, char** words) {
    Options options;
    if (!parse(count, words, options)) {
        std::fputs(usage, stderr);
        return 2;
    }
    try {
        dispatch::RequestLog log(options.log);
        dispatch::Quota quota(options.per_second, options.at_once, options.busy_once);
        dispatch::Api(quota, log, std::chrono::milliseconds(options.work_ms)).listen(options.port);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "dispatch-server: %s\n", error.what());
        return 1;
    }
    return 0;
}
