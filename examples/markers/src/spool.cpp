#include "src/spool.hpp"

#include <algorithm>
#include <vector>

#include "src/convert.hpp"
#include "src/files.hpp"

namespace recast {

SpoolCounts serve_spool(const std::filesystem::path& spool, const Settings& settings) {
    for (const char* folder : {"in", "out", "rejected"}) std::filesystem::create_directories(spool / folder);
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(spool / "in")) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    SpoolCounts counts;
    for (const auto& file : files) {
        const std::string text = read_file(file);
        try {
            const auto format = format_named(std::string_view(file.extension().native()).substr(file.has_extension()));
            const auto name = std::filesystem::path(file.filename()).replace_extension("jsonl");
            write_file(spool / "out" / name, convert(text, format, Format::jsonl, settings));
            std::filesystem::remove(file);
            ++counts.converted;
        } catch (const Error&) {
            std::filesystem::rename(file, spool / "rejected" / file.filename());
            ++counts.rejected;
        }
    }
    return counts;
}

}  // namespace recast
