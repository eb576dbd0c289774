// Private to the library: directories that a process has for itself.
#pragma once

#include <filesystem>

namespace lockstep {
inline namespace v1 {
namespace detail {

/// Made at the first call; removed when the process ends, whatever its status.
[[nodiscard]] std::filesystem::path directory_of_process();

}  // namespace detail
}  // namespace v1
}  // namespace lockstep
