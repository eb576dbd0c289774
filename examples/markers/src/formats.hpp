// The three formats, each a reader and a writer.
#pragma once

#include <string>
#include <string_view>

#include "src/table.hpp"

namespace recast {

/// Comma-separated values (RFC 4180): the first line names the fields; a value with a separator, a quote or a line end
/// stands in quotes. All records have the same fields.
Table read_csv(std::string_view text, char separator = ',');
std::string write_csv(const Table& table, char separator = ',');

/// One record a section. The section's name is the field "section", which comes first. Comments begin with `;` or `#`.
Table read_ini(std::string_view text);
std::string write_ini(const Table& table);

/// One JSON object a line, of strings, numbers, true, false and null; all are text afterwards, null is "". No \u
/// escapes.
Table read_jsonl(std::string_view text);
std::string write_jsonl(const Table& table);

}  // namespace recast
