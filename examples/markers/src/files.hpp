// Files and the user's directories.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace recast {

/// Throw std::filesystem::filesystem_error.
std::string read_file(const std::filesystem::path& file);
void write_file(const std::filesystem::path& file, std::string_view text);  ///< makes its directory too

/// What the variable names, else `otherwise` below $HOME (XDG Base Directory Specification). Throws Error where there
/// is no HOME.
std::filesystem::path user_directory(const char* variable, const char* otherwise);

}  // namespace recast
