// database make FILE OWNER: an empty catalogue. database drop FILE: no catalogue, also if there was none.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string_view>

#include "catalogue/catalogue.hpp"

int main(int count, char** words) {
    const std::string_view verb = count > 1 ? words[1] : "";
    try {
        if (verb == "make" && count == 4) {
            std::filesystem::remove(words[2]);  // of a set-up that was killed
            shop::Catalogue::make(words[2], words[3]);
            return 0;
        }
        if (verb == "drop" && count == 3) {
            std::filesystem::remove(words[2]);
            return 0;
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "database %s %s: %s\n", words[1], words[2], error.what());
        return 1;
    }
    std::fputs("usage: database make FILE OWNER | drop FILE\n", stderr);
    return 2;
}
