// What every format is read into and written from.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace recast {

using Field = std::pair<std::string, std::string>;  ///< name and value
using Record = std::vector<Field>;                  ///< in order
using Table = std::vector<Record>;

/// The value of that field; "" if the record has none of that name.
const std::string& value_of(const Record& record, const std::string& name);

/// A document that cannot be read or written, or a setting that makes no sense. Texts begin with "line N: " where a
/// line is to blame.
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace recast
