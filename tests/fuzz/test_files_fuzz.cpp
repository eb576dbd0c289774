// scan_test_files() on any script. Each file that the script names is the script again, up to a number of files.
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>

#include "inventory/test_files.hpp"

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    constexpr int most_files = 20;
    int files_read = 0;
    const auto files = lockstep::scan_test_files("/home/u/b", "Debug", [&](const std::string&) {
        return ++files_read <= most_files ? std::optional(text) : std::nullopt;
    });

    std::set<std::string> paths;
    for (const auto& file : files.files) {
        require(file.path.starts_with('/'));
        require(paths.insert(file.path).second);
    }
    require(files.files.front().path == "/home/u/b/CTestTestfile.cmake");
    lockstep::Inventory inventory;
    for (const auto& [name, positions] : files.named_in) {
        require(!positions.empty());
        for (const auto position : positions) {
            require(position < files.files.size());
            inventory.tests.emplace_back().name = name;
        }
    }
    lockstep::complete_dirs(inventory, files, "/home/u/p");
    for (const auto& test : inventory.tests) require(!test.dir || !test.dir->empty());
    return 0;
}
