// A JSON value as far as a test's property can be one in CTest's listing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

enum class JsonType { null, boolean, number, string, array, object };

/// "a number", "an array": for messages.
[[nodiscard]] std::string_view describe(JsonType type);

struct JsonValue {
    JsonType type = JsonType::null;
    bool boolean = false;
    double number = 0;
    bool integral = false;  ///< `number` was written without a fraction
    std::string string;
    std::vector<std::string> list;  ///< an array's strings
    std::size_t objects = 0;        ///< how many objects an array holds
    bool others = false;            ///< it holds something else besides
};

}  // namespace lockstep
