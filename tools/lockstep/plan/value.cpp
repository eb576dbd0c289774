#include "plan/value.hpp"

#include <algorithm>

namespace lockstep {

std::string_view Value::description() const {
    switch (kind) {
        case Kind::table:
            return "a table";
        case Kind::array:
            return "an array";
        case Kind::string:
            return "a string";
        case Kind::integer:
            return "an integer";
        case Kind::real:
            return "a number with a fraction";
        case Kind::boolean:
            return "a boolean";
        case Kind::date_or_time:
            return "a date or time";
    }
    return "";
}

Place Value::part(std::size_t offset, std::size_t length) const {
    return inside ? inside->at(offset, length) : place;
}

const Member* Value::find(std::string_view key) const {
    const auto found = std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.key == key; });
    return found == members.end() ? nullptr : &*found;
}

Place join(const Place& first, const Place& last) {
    if (first.source != last.source || first.line != last.line || first.column > last.column) return last;
    Place joined = first;
    joined.length = last.column + last.length - first.column;
    return joined;
}

}  // namespace lockstep
