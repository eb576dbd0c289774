// What holds for one test, value by value, and who says so. `explain` prints it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schedule/schedule.hpp"

namespace lockstep {

struct ExplainedValue {
    std::string kind;  ///< "phase", "lock", …: docs/reference/json.md has the list
    std::string value;
    std::string from;          ///< "lockstep.toml:12", "project", "default" or "Lockstep"
    std::optional<int> slots;  ///< of pools and counters
};

struct Explanation {
    std::size_t number = 0;  ///< CTest's
    std::string name;
    std::string added_at;  ///< "tests/CMakeLists.txt:14", without a line or "" where ctest does not tell
    std::string why;       ///< of a test that Lockstep adds, "" for the project's
    bool generated = false;
    std::vector<ExplainedValue> values;
};

[[nodiscard]] Explanation explain_test(const Schedule& schedule, std::size_t position);
/// `index` is that in schedule.generated.
[[nodiscard]] Explanation explain_generated(const Schedule& schedule, std::size_t index);

}  // namespace lockstep
