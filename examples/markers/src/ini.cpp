#include "src/formats.hpp"
#include "src/lines.hpp"

namespace recast {

Table read_ini(std::string_view text) {
    Table table;
    each_line(text, [&table](std::string_view line, int number) {
        line = trimmed(line);
        if (line.empty() || line.front() == ';' || line.front() == '#') return;
        if (line.front() == '[') {
            if (line.back() != ']') refuse(number, "a section's name ends with ]");
            table.push_back({{"section", std::string(line.substr(1, line.size() - 2))}});
            return;
        }
        const auto sign = line.find('=');
        if (sign == std::string_view::npos) refuse(number, "neither [section] nor name = value");
        if (table.empty()) refuse(number, "there is no section yet");
        table.back().emplace_back(trimmed(line.substr(0, sign)), trimmed(line.substr(sign + 1)));
    });
    return table;
}

std::string write_ini(const Table& table) {
    std::string text;
    for (const Record& record : table) {
        if (record.empty() || record.front().first != "section") {
            throw Error("INI wants a field \"section\", before all others");
        }
        text += (text.empty() ? "[" : "\n[") + record.front().second + "]\n";
        for (std::size_t i = 1; i < record.size(); ++i) {
            const auto& [name, value] = record[i];
            if (value.find('\n') != std::string::npos || trimmed(value) != value) {
                throw Error("INI has no way to write the value of \"" + name + "\"");
            }
            text += name + " = " + value + "\n";
        }
    }
    return text;
}

}  // namespace recast
