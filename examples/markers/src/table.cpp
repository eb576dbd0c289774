#include "src/table.hpp"

namespace recast {

const std::string& value_of(const Record& record, const std::string& name) {
    static const std::string none;
    for (const auto& [field, value] : record) {
        if (field == name) return value;
    }
    return none;
}

}  // namespace recast
