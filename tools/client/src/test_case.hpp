// Private to the library: the test case that runs now.
#pragma once

#include <string>
#include <vector>

namespace lockstep {
inline namespace v1 {
namespace detail {

struct TestCase {
    std::string name;  ///< "": none
    std::vector<std::string> markers;
};
[[nodiscard]] TestCase current_test_case();

}  // namespace detail
}  // namespace v1
}  // namespace lockstep
