// verify: asks the running server whether what a checkpoint demands is so. Status 0: yes, 1: no, 2: misused.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>

#include "tests/support/client.hpp"

namespace {

constexpr const char* usage =
    "usage: verify health\n"
    "       verify property-iterations --at-least N\n"
    "       verify orphans --at-most N\n"
    "       verify connections --at-most N\n";

bool report(bool holds, const std::string& finding) {
    std::printf("%s: %s\n", holds ? "verified" : "NOT SO", finding.c_str());
    return holds;
}

bool health() {
    const phased_api::Client client;  // throws if there is no server, or an ill one
    return report(true, "the server is healthy");
}

bool property_iterations(long least) {
    const long done = phased_api::Client().metrics().at("property_iterations");
    return report(done >= least,
                  std::to_string(done) + " property iterations, at least " + std::to_string(least) + " wanted");
}

bool orphans(long most) {
    phased_api::Client client;
    const long found = client.metrics().at("orphans");
    const bool holds = found <= most;
    report(holds, std::to_string(found) + " orphaned records, at most " + std::to_string(most) + " allowed");
    if (!holds) std::fputs(client.get("/orphans").body.c_str(), stdout);
    return holds;
}

bool connections(long most) {
    const long peak = phased_api::Client().metrics().at("connections_peak");
    return report(peak <= most,
                  std::to_string(peak) + " connections at once, at most " + std::to_string(most) + " allowed");
}

bool is_number(const char* text, long& number) {
    const char* end = text + std::strlen(text);
    const auto [rest, error] = std::from_chars(text, end, number);
    return error == std::errc{} && rest == end && number >= 0;
}

struct Check {
    std::string_view name, bound;
    bool (*holds)(long bound);
};

constexpr Check checks[] = {
    {"property-iterations", "--at-least", property_iterations},
    {"orphans", "--at-most", orphans},
    {"connections", "--at-most", connections},
};

}  // namespace

int main(int count, char** words) {
    try {
        if (count == 2 && std::string_view(words[1]) == "health") return health() ? 0 : 1;
        long bound = 0;
        if (count == 4 && is_number(words[3], bound)) {
            for (const Check& check : checks) {
                if (words[1] == check.name && words[2] == check.bound) return check.holds(bound) ? 0 : 1;
            }
        }
    } catch (const std::exception& error) {
        report(false, error.what());
        return 1;
    }
    std::fputs(usage, stderr);
    return 2;
}
