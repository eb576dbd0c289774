// The tests CTest knows. Values only: readers are ctest_json.hpp (what ctest lists) and test_files.hpp (the scripts it
// read them from).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lockstep {

/// Of a test that is a case of a program, as discovery wrote it down.
struct CaseOrigin {
    std::size_t program = 0;           ///< position in Inventory::programs
    std::string filter;                ///< what selects it on the program's command line
    std::string suite;                 ///< the framework's
    std::string file;                  ///< that defines it; "" where the framework does not say
    std::vector<std::string> command;  ///< its own but for what selects it
};

/// A program whose cases were discovered.
struct DiscoveredProgram {
    std::string target;       ///< CMake's
    std::string framework;    ///< "gtest", …
    std::string granularity;  ///< as lockstep_discover_tests() was given it, "" without
    std::string cases_file;   ///< where they are written down
    std::string place;        ///< of the call, "CMakeLists.txt:12"
    std::string cases_hash;   ///< of that file's text
};

/// One test as CTest has it, before Lockstep adds anything.
struct InventoryTest {
    std::string name;
    std::vector<std::string>
        command;               ///< empty: CTest did not find the program (a run says "Could not find executable")
    std::string command_line;  ///< words joined by a space

    // Properties. An absent one is empty or none.
    std::vector<std::string> labels, depends, resource_lock, required_files;
    std::vector<std::string> fixtures_setup, fixtures_required, fixtures_cleanup;
    std::vector<std::string> environment;  ///< "NAME=value"
    std::vector<std::string> environment_modification;
    std::optional<double> timeout;  ///< seconds
    std::optional<int> processors;
    bool run_serial = false, disabled = false, will_fail = false;
    std::optional<int> skip_return_code;
    bool judged_by_output = false;              ///< PASS_, FAIL_ or SKIP_REGULAR_EXPRESSION
    std::vector<std::string> skip_expressions;  ///< SKIP_REGULAR_EXPRESSION
    bool passes_by_output = false;              ///< PASS_ or FAIL_REGULAR_EXPRESSION
    /// Properties that mean nothing to a schedule, as values of set_tests_properties().
    std::vector<std::pair<std::string, std::string>> other_properties;
    bool more_properties = false;      ///< it has one that is neither here nor there
    bool timeout_after_match = false;  ///< TIMEOUT_AFTER_MATCH
    bool has_resource_groups = false;
    bool makes_resource_spec = false;      ///< GENERATED_RESOURCE_SPEC_FILE: ctest then takes no other spec file
    std::size_t resource_group_count = 0;  ///< processes in RESOURCE_GROUPS
    std::string working_directory;

    // Where it was added. From the backtrace (outermost frame for `dir`), else from the test file that names it.
    std::string added_file;  ///< as CTest gives it, "" when unknown
    std::uint32_t added_line = 0;
    std::optional<std::string> dir;     ///< relative to the source tree's top, "." for the top itself
    std::string binary_dir;             ///< where it runs unless the project chose a directory; "" when unknown
    std::optional<std::string> source;  ///< DEF_SOURCE_LINE's file
    std::string suite;                  ///< the part of the name before the first '.'; the whole of one without
    std::optional<std::string> target;  ///< base name of command[0]
    std::optional<CaseOrigin> origin;
};

struct Inventory {
    std::vector<InventoryTest> tests;    ///< in CTest's order: test number i is tests[i - 1]
    std::vector<std::string> markers{};  ///< labels that were given as MARKERS in CMake, and so are meant for the plan
    std::vector<DiscoveredProgram> programs{};
};

}  // namespace lockstep
