#include "src/convert.hpp"

#include <algorithm>
#include <cstdint>

#include "src/files.hpp"
#include "src/formats.hpp"

namespace recast {
namespace {

/// FNV-1a, 64 bits (RFC 9923).
std::uint64_t checksum(std::string_view text, std::uint64_t sum = 0xcbf29ce484222325) {
    for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return sum;
}

std::filesystem::path place_in_cache(std::string_view text, Format from, Format to, const Settings& settings) {
    const std::string how = std::to_string(static_cast<int>(from)) + std::to_string(static_cast<int>(to));
    return user_directory("XDG_CACHE_HOME", ".cache") / "recast" /
           std::to_string(checksum(text, checksum(how + settings.text())));
}

}  // namespace

Format format_named(std::string_view name) {
    if (name == "csv") return Format::csv;
    if (name == "ini") return Format::ini;
    if (name == "jsonl") return Format::jsonl;
    throw Error("there is no format '" + std::string(name) + "': csv, ini, jsonl");
}

Table read(std::string_view text, Format format, const Settings& settings) {
    switch (format) {
        case Format::csv:
            return read_csv(text, settings.separator);
        case Format::ini:
            return read_ini(text);
        case Format::jsonl:
            return read_jsonl(text);
    }
    return {};
}

std::string write(const Table& table, Format format, const Settings& settings) {
    if (settings.sort_names) {
        Table sorted = table;
        for (Record& record : sorted) {
            // A section's name comes first in INI, whatever the others are.
            const bool has_section = format == Format::ini && !record.empty() && record.front().first == "section";
            std::stable_sort(record.begin() + (has_section ? 1 : 0), record.end(),
                             [](const Field& a, const Field& b) { return a.first < b.first; });
        }
        Settings as_it_is = settings;
        as_it_is.sort_names = false;
        return write(sorted, format, as_it_is);
    }
    switch (format) {
        case Format::csv:
            return write_csv(table, settings.separator);
        case Format::ini:
            return write_ini(table);
        case Format::jsonl:
            return write_jsonl(table);
    }
    return {};
}

std::string convert(std::string_view text, Format from, Format to, const Settings& settings) {
    if (!settings.cache) return write(read(text, from, settings), to, settings);
    const auto place = place_in_cache(text, from, to, settings);
    if (std::filesystem::exists(place)) return read_file(place);
    Settings without_cache = settings;
    without_cache.cache = false;
    std::string result = convert(text, from, to, without_cache);
    write_file(place, result);
    return result;
}

}  // namespace recast
