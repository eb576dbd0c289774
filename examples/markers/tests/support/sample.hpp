// Documents that are large enough to be work.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "src/table.hpp"

namespace recast {

/// Records with the fields id, name, city and amount, in no order. The same in every run.
Table sample(std::size_t records);

/// 10,000 of them as JSON lines. Takes longer to make than most tests take, so each worker makes it once; nobody may
/// change it.
std::filesystem::path sample_file();
inline constexpr std::size_t sample_records = 10'000;

}  // namespace recast
