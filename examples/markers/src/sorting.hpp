// Documents that do not fit into memory, sorted.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace recast {

/// Writes the records of a JSON lines file to another, sorted by a field; records that have the same value stay in
/// their order. No more than `in_memory` records are in memory at a time: the rest lies in `scratch`, a directory that
/// nobody else sorts in meanwhile, and that is empty of runs afterwards. Returns how many runs there were. Throws
/// Error.
std::size_t sort_file(const std::filesystem::path& from, const std::filesystem::path& to, const std::string& field,
                      const std::filesystem::path& scratch, std::size_t in_memory);

}  // namespace recast
