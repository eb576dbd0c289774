// drop_test_data SUITE…: drops the records of these test suites; drop_test_data --scope NAME: those of one scope. It
// opens the store itself, because what a killed run has left is cleaned up before the next one starts its server.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>

#include "server/store.hpp"

int main(int count, char** words) {
    const bool one_scope = count == 3 && std::string_view(words[1]) == "--scope";
    if (count < 2 || (!one_scope && words[1][0] == '-')) {
        std::fputs("usage: drop_test_data SUITE... | --scope NAME\n", stderr);
        return 2;
    }
    try {
        const auto file = std::filesystem::path(PHASED_API_STATE) / "store.sqlite";
        if (!std::filesystem::exists(file)) {
            std::puts("no store, nothing to drop");
            return 0;
        }
        phased_api::Store store(file);
        if (one_scope) {
            std::printf("%s: %d records dropped\n", words[2], store.remove_all(std::string(words[2]) + "/"));
            return 0;
        }
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
