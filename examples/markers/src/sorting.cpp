#include "src/sorting.hpp"

#include <algorithm>
#include <fstream>
#include <functional>
#include <queue>
#include <vector>

#include "src/files.hpp"
#include "src/formats.hpp"

namespace recast {
namespace {

struct Entry {
    std::string key, line;
};

bool next_entry(std::istream& stream, const std::string& field, Entry& entry) {
    while (std::getline(stream, entry.line)) {
        const Table table = read_jsonl(entry.line);
        if (table.empty()) continue;
        entry.key = value_of(table.front(), field);
        return true;
    }
    return false;
}

std::filesystem::path run_file(const std::filesystem::path& scratch, std::size_t number) {
    return scratch / ("run-" + std::to_string(number) + ".jsonl");
}

void write_run(std::vector<Entry>& entries, const std::filesystem::path& file) {
    std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.key < b.key; });
    std::string text;
    for (const Entry& entry : entries) text += entry.line + '\n';
    write_file(file, text);
    entries.clear();
}

std::size_t write_runs(std::istream& stream, const std::string& field, const std::filesystem::path& scratch,
                       std::size_t in_memory) {
    std::size_t runs = 0;
    std::vector<Entry> entries;
    for (Entry entry; next_entry(stream, field, entry);) {
        entries.push_back(entry);
        if (entries.size() >= in_memory) write_run(entries, run_file(scratch, runs++));
    }
    if (!entries.empty()) write_run(entries, run_file(scratch, runs++));
    return runs;
}

void merge_runs(std::size_t count, const std::string& field, const std::filesystem::path& scratch, std::ostream& out) {
    std::vector<std::ifstream> runs;
    std::vector<Entry> heads(count);
    const auto comes_later = [&heads](std::size_t a, std::size_t b) {
        return heads[a].key != heads[b].key ? heads[a].key > heads[b].key : a > b;
    };
    std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(comes_later)> next(comes_later);
    for (std::size_t i = 0; i < count; ++i) {
        if (next_entry(runs.emplace_back(run_file(scratch, i)), field, heads[i])) next.push(i);
    }
    while (!next.empty()) {
        const std::size_t run = next.top();
        next.pop();
        out << heads[run].line << '\n';
        if (next_entry(runs[run], field, heads[run])) next.push(run);
    }
}

}  // namespace

std::size_t sort_file(const std::filesystem::path& from, const std::filesystem::path& to, const std::string& field,
                      const std::filesystem::path& scratch, std::size_t in_memory) {
    std::ifstream in(from);
    if (!in) throw Error("cannot read " + from.string());
    const std::size_t runs = write_runs(in, field, scratch, in_memory);
    std::ofstream out(to);
    merge_runs(runs, field, scratch, out);
    for (std::size_t i = 0; i < runs; ++i) std::filesystem::remove(run_file(scratch, i));
    if (!out.flush()) throw Error("cannot write " + to.string());
    return runs;
}

}  // namespace recast
