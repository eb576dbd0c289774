// A document of one format, in another.
#pragma once

#include <string>
#include <string_view>

#include "src/settings.hpp"
#include "src/table.hpp"

namespace recast {

enum class Format { csv, ini, jsonl };

/// By its name, which is also the extension of its files. Throws Error.
Format format_named(std::string_view name);

Table read(std::string_view text, Format format, const Settings& settings = {});
std::string write(const Table& table, Format format, const Settings& settings = {});

/// With the cache enabled what was converted before is taken from recast/ in $XDG_CACHE_HOME, else in $HOME/.cache: a
/// file for each document, named by a checksum of it and of everything else that decides about the result.
std::string convert(std::string_view text, Format from, Format to, const Settings& settings = {});

}  // namespace recast
