// What a test program says of its cases, and the script from which ctest reads them. Values in, values out: who runs
// the program, and where files lie, is the matter of commands/discover.cpp. Readers of listings are in listing.hpp,
// marks in the source in marks.hpp.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/diagnostics.hpp"

namespace lockstep {

enum class Framework { gtest, catch2, doctest };
[[nodiscard]] std::string_view to_text(Framework framework);
[[nodiscard]] std::optional<Framework> framework_of(std::string_view name);

struct DiscoveredCase {
    std::string name;    ///< ctest's, prefix and suffix included
    std::string filter;  ///< the framework's own full name ("Suite.Case/0"): what selects it on the command line
    std::string suite;   ///< the framework's; "" where it has none
    std::string file;    ///< where it is defined; "" when unknown
    std::uint32_t line = 0;
    std::vector<std::string> markers;  ///< from the source, each once
    std::vector<std::string> labels;   ///< from the framework: tags or suite, where they were asked for
    bool disabled = false;

    // What the name is made of. Not kept in the file of cases.
    std::optional<std::string> type_parameter, value_parameter;
};

/// Tells whether a program may be another than the one that was listed.
struct ProgramIdentity {
    std::uint64_t size = 0;        ///< bytes
    std::int64_t modified_ns = 0;  ///< since 1970
    bool operator==(const ProgramIdentity&) const = default;
};

/// One call of lockstep_discover_tests() and what came of it.
struct Discovery {
    std::string target;
    Framework framework = Framework::gtest;
    std::string program;                ///< absolute path
    std::vector<std::string> emulator;  ///< words in front of the program
    std::vector<std::string> extra_args;
    std::string working_directory;
    std::string binary_dir;  ///< of the directory of the call: where ctest starts tests that name no other
    std::string test_prefix, test_suffix;
    std::vector<std::string> properties;  ///< name, value, name, value…, as given with PROPERTIES
    std::vector<std::string> labels;      ///< from MARKERS and PHASE ("phase:p")
    std::string test_list;                ///< variable of the script that gets the names; "": none
    std::string granularity;              ///< "", case, suite, file, batch
    std::string source_dir;               ///< of the directory of the call
    std::string list_file;                ///< where the call is written, and the line; 0: not known
    std::uint32_t list_line = 0;
    std::string xml_output_dir;                                      ///< GoogleTest's; doctest's JUNIT_OUTPUT_DIR
    std::string reporter, output_dir, output_prefix, output_suffix;  ///< Catch2's
    bool skips_by_status = false;                                    ///< Catch2 v3: exit status 4 says "skipped"
    ProgramIdentity listed_from;
    std::string failure;  ///< why there is no listing, with what the program printed; "": there is one
    std::vector<DiscoveredCase> cases;
};

/// Version of the text that to_json() writes.
inline constexpr int discovery_version = 1;

/// One flat object; the cases come last, one a line.
[[nodiscard]] std::string to_json(const Discovery& discovery);
/// None, and an error ("bad-cases-file") with a place, for anything else.
[[nodiscard]] std::optional<Discovery> discovery_from_json(const SourcePtr& source, Diagnostics& diagnostics);
/// All markers that cases have from the source, each once, in order of first use; reads no further than it must.
[[nodiscard]] std::vector<std::string> markers_in_json(std::string_view text);

/// The words that run this case alone.
[[nodiscard]] std::vector<std::string> case_command(const Discovery& discovery, const DiscoveredCase& one);

/// The CMake script ctest reads: those of the cases for which `wanted` is true. Where there is no listing it has one
/// test, which fails by the command `not_listed`: `<target>.NOT_LISTED`, or `<target>.NOT_BUILT` where `listed_from`
/// says that there was no program.
[[nodiscard]] std::string tests_script(const Discovery& discovery,
                                       const std::function<bool(const DiscoveredCase&)>& wanted,
                                       const std::vector<std::string>& not_listed = {});

}  // namespace lockstep
