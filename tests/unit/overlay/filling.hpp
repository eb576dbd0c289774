// Options and values for what is made from a schedule.
#pragma once

#include <map>
#include <string>

#include "../schedule/resolving.hpp"
#include "overlay/overlay.hpp"

namespace lockstep::testing {

inline FillValues fill_values(std::map<std::string, std::string> environment = {}) {
    return {"/b", "/s", [environment](const std::string& name) -> std::optional<std::string> {
                const auto found = environment.find(name);
                return found == environment.end() ? std::nullopt : std::optional(found->second);
            }};
}

inline OverlayOptions overlay_options(std::string tool = "/opt/lock step/lockstep") {
    return {std::move(tool),
            "0123abcd",
            "/b/lockstep",
            "/s/lockstep.toml",
            "1.2.3",
            "/opt/lock step/lockstep-exec",
            "/b/lockstep/g/0123abcd/batches.txt"};
}

inline std::string script_of(const Resolved& r, const OverlayOptions& options = overlay_options()) {
    Diagnostics diagnostics;
    auto script = overlay_script(*r.schedule, fill_values(), options, diagnostics);
    EXPECT_EQ(shown(diagnostics), "");
    return script.value_or("");
}

/// Names of tests that mean something to CMake, to its lists or to regular expressions.
inline const Names& hostile_names() {
    static const Names names{"a b",     "a;b",     "]]",          "x]==]y",   "[[q]]", "\"quoted\"", "$x",
                             "${PATH}", "$ENV{x}", "@PATH@",      "#hash",    "[open", "back\\",     "back\\;slash",
                             "(paren)", "a,b",     "\xc3\xa4 ok", "tab\tbed", "a=b",   "'single'",   "\\n"};
    return names;
}

}  // namespace lockstep::testing
