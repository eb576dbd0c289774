// What `lockstep debug` asks of the launcher of one test: the file that LOCKSTEP_DEBUG_FILE names. Private to one
// version of Lockstep.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::runtime {

struct DebugRequest {
    std::string test;                 ///< name in ctest
    int process = 0;                  ///< whose standard streams the test gets in place of ctest's
    std::vector<std::string> prefix;  ///< "gdb", "--args"
};

/// In the environment of the ctest that debugs.
inline constexpr const char* debug_variable = "LOCKSTEP_DEBUG_FILE";
/// Where the launcher writes the exit status of the test, as a number.
[[nodiscard]] inline std::string debug_status_file(const std::string& request) {
    return request + ".status";
}

[[nodiscard]] std::string to_text(const DebugRequest& request);
/// None, with `error` saying which line and why, for what to_text did not write.
[[nodiscard]] std::optional<DebugRequest> debug_request_from_text(std::string_view text, std::string& error);

}  // namespace lockstep::runtime
