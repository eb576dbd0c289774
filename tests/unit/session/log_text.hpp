// Builds texts as ctest's log has them, for tests of its reader.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "session/ctest_log.hpp"

namespace lockstep::testing {

inline constexpr std::string_view rule = "----------------------------------------------------------\n";
inline constexpr std::string_view log_start =
    "Start testing: Nov 21 05:00 UTC\n"
    "----------------------------------------------------------\n";
inline constexpr std::string_view log_end = "End testing: Nov 21 05:01 UTC\n";

/// What a test is called: number 3 of 9 is "t.3".
inline std::string name_of(unsigned index) {
    return fmt::format("t.{}", index);
}

inline std::string header(unsigned index, std::string_view name, std::string_view time = "Nov 21 05:00 UTC",
                          unsigned total = 9) {
    return fmt::format(
        "{0}/{3} Testing: {1}\n{0}/{3} Test: {1}\nCommand: \"/usr/bin/true\"\nDirectory: /build\n"
        "\"{1}\" start time: {2}\nOutput:\n{4}",
        index, name, time, total, rule);
}

inline std::string tail(std::string_view name, std::string_view verdict) {
    return fmt::format(
        "<end of output>\nTest time =   1.25 sec\n{2}{1}\n\"{0}\" end time: Nov 21 05:00 UTC\n"
        "\"{0}\" time elapsed: 00:00:01\n{2}\n",
        name, verdict, rule);
}

inline constexpr std::string_view passed = "Test Passed.";
inline constexpr std::string_view failed = "Test Failed.";

inline std::string head(unsigned index) {
    return header(index, name_of(index));
}
inline std::string tail(unsigned index, std::string_view verdict) {
    return tail(name_of(index), verdict);
}
inline std::string block(unsigned index, std::string_view verdict, std::string_view output = "") {
    return head(index) + std::string(output) + tail(index, verdict);
}
inline std::string not_run(unsigned index) {
    return header(index, name_of(index), "") + tail(index, passed);
}

inline std::string_view describe(LogVerdict verdict) {
    switch (verdict) {
        case LogVerdict::passed:
            return "passed";
        case LogVerdict::failed:
            return "failed";
        case LogVerdict::skipped:
            return "skipped";
        case LogVerdict::not_run:
            return "not_run";
        case LogVerdict::unknown:
            return "unknown";
        case LogVerdict::started:
            return "started";
    }
    return "";
}

}  // namespace lockstep::testing
