// Paths as text: nothing here looks at a file system.
#pragma once

#include <string>
#include <string_view>

namespace lockstep {

/// `path` taken from the directory `base` if it is relative, without ".", ".." and doubled slashes, and without a slash
/// at its end.
[[nodiscard]] std::string absolute_path(std::string_view base, std::string_view path);

/// "" for a path without a directory part, "/" for a file in the root.
[[nodiscard]] std::string_view directory_of(std::string_view path);
[[nodiscard]] std::string_view base_name(std::string_view path);

/// `directory` as test-set expressions name it: relative to `top`, "." for `top` itself; one that lies elsewhere stays
/// absolute. Both are absolute and normal.
[[nodiscard]] std::string directory_below(std::string_view directory, std::string_view top);

}  // namespace lockstep
