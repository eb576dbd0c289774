#include "tests/support/sample.hpp"

#include <random>

#include <lockstep/lockstep.hpp>

#include "src/files.hpp"
#include "src/formats.hpp"
#include "tests/support/notes.hpp"

namespace recast {

Table sample(std::size_t records) {
    const std::string cities[] = {"Aachen", "Bergen, Norway", "Coimbra", "\"Den Haag\"", "Évora"};
    std::mt19937 random;  // the standard fixes the seed of the default constructor
    Table table;
    for (std::size_t i = 0; i < records; ++i) {
        const auto number = random();
        table.push_back({{"id", std::to_string(i)},
                         {"name", "N" + std::to_string(number % 100'000)},
                         {"city", cities[number % std::size(cities)]},
                         {"amount", std::to_string(number % 1000) + ".50"}});
    }
    return table;
}

std::filesystem::path sample_file() {
    const auto file = lockstep::worker_dir() / "sample.jsonl";
    lockstep::once_per_worker("sample", [&file] {
        write_file(file, write_jsonl(sample(sample_records)));
        note("sample", file.string());
    });
    return file;
}

}  // namespace recast
