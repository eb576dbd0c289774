#include "src/store.hpp"

#include <algorithm>

#include "src/files.hpp"
#include "src/formats.hpp"
#include "src/lines.hpp"

namespace recast {

void Shelf::clear() {
    std::filesystem::remove_all(folder_);
    write_list({});
}

void Shelf::put(const std::string& document, const Table& table) {
    auto all = documents();
    if (std::find(all.begin(), all.end(), document) != all.end()) throw Error(document + " is there already");
    write_file(file(document), write_jsonl(table));
    all.push_back(document);
    write_list(all);
}

Table Shelf::get(const std::string& document) const {
    const auto all = documents();
    if (std::find(all.begin(), all.end(), document) == all.end()) throw Error("there is no " + document);
    return read_jsonl(read_file(file(document)));
}

void Shelf::take_away(const std::string& document) {
    auto all = documents();
    if (std::erase(all, document) == 0) return;
    write_list(all);
    std::filesystem::remove(file(document));
}

std::vector<std::string> Shelf::documents() const {
    std::vector<std::string> result;
    if (!std::filesystem::exists(list())) return result;
    each_line(read_file(list()), [&result](std::string_view line, int) { result.emplace_back(line); });
    return result;
}

void Shelf::write_list(const std::vector<std::string>& documents) {
    std::string text;
    for (const std::string& document : documents) text += document + '\n';
    write_file(list(), text);
}

}  // namespace recast
