// drop_test_data SUITE…: drops the records of these test suites. It opens the store itself, because what a killed run
// has left is cleaned up before the next one starts its server.
#include <cstdio>
#include <exception>
#include <string>

#include "server/store.hpp"
#include "tests/support/client.hpp"

int main(int count, char** words) {
    if (count < 2) {
        std::fputs("usage: drop_test_data SUITE...\n", stderr);
        return 2;
    }
    try {
        const auto file = phased_api::state_directory() / "store.sqlite";
        if (!std::filesystem::exists(file)) {
            std::puts("no store, nothing to drop");
            return 0;
        }
        phased_api::Store store(file);
        for (int i = 1; i < count; ++i) {
            const std::string suite = words[i];
            // A task keeps its records below SUITE.CASE-PID/, a chain below SUITE/.
            const int dropped = store.remove_all(suite + ".") + store.remove_all(suite + "/");
            std::printf("%s: %d records dropped\n", suite.c_str(), dropped);
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "drop_test_data: %s\n", error.what());
        return 1;
    }
    return 0;
}
