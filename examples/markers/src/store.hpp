// Converted documents that others read: shelves of JSON lines files, each with a list of what is on it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "src/table.hpp"

namespace recast {

/// Not safe for two writers: put() and take_away() read the shelf's list and write it anew. Callers see to it that
/// nobody else does anything with the shelf meanwhile, as with a mailbox file or an INI file.
class Shelf {
public:
    /// Below `store`. The shelf need not be there.
    Shelf(const std::filesystem::path& store, const std::string& name) : folder_(store / name) {}

    /// Empty, whatever was on it.
    void clear();
    /// Throws Error for a document that is there already.
    void put(const std::string& document, const Table& table);
    Table get(const std::string& document) const;
    /// Nothing happens where it is not there.
    void take_away(const std::string& document);
    /// In the order in which they came.
    std::vector<std::string> documents() const;

private:
    std::filesystem::path list() const { return folder_ / "LIST"; }
    std::filesystem::path file(const std::string& document) const { return folder_ / (document + ".jsonl"); }
    void write_list(const std::vector<std::string>& documents);

    std::filesystem::path folder_;
};

}  // namespace recast
