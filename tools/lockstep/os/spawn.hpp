// Private to os/: what the callers of posix_spawn(3) share.
#pragma once

#include <string>
#include <system_error>
#include <vector>

namespace lockstep::os {

/// For what returns an error number and leaves errno alone. Throws std::system_error unless it is 0.
inline void check_spawn(int error) {
    if (error != 0) throw std::system_error(error, std::generic_category(), "posix_spawn");
}

/// An argv or environ: pointers into `texts`, which has to outlive them, with a null pointer at the end.
[[nodiscard]] inline std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (auto& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

}  // namespace lockstep::os
