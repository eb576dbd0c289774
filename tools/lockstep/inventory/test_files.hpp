// The CMake scripts from which ctest reads a build tree's tests, found by reading them as text: which files there are
// (so that a change is noticed without asking ctest), which test was named in which file (ctest gives no backtrace of
// discovered tests), and which files are written while ctest reads (discovery at test time).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "inventory/inventory.hpp"
#include "text/diagnostics.hpp"

namespace lockstep {

struct TestFile {
    std::string path;        ///< absolute
    bool exists = true;      ///< named by another file, not there: its appearance is a change
    bool rewritten = false;  ///< may be rewritten while ctest reads it (DISCOVERY_MODE PRE_TEST)
    std::string source_dir;  ///< from "# Source directory:" of this or the including CTestTestfile.cmake
    std::string binary_dir;  ///< of this or the including CTestTestfile.cmake: where its tests run by default
};

struct TestFiles {
    std::vector<TestFile> files;  ///< in the order ctest reads them, each once
    /// Test name → positions in `files`, one for each command that adds such a test: branches of a condition count
    /// each. Directories come in the order in which ctest reads them. Only literal names.
    std::map<std::string, std::vector<std::size_t>> named_in;
    std::set<std::string> programs;     ///< that tests start, absolute; those that ctest has to search are left out
    std::set<std::string> spec_makers;  ///< tests with GENERATED_RESOURCE_SPEC_FILE, which CTest 3.31 does not list
};

/// `read` gives a file's text, or none if there is no such file. Reads `top`/CTestTestfile.cmake and all that it names
/// through include(), subdirs(), add_subdirectory(); ${CMAKE_CURRENT_LIST_DIR} and ${CTEST_CONFIGURATION_TYPE} are
/// expanded, other variables make a name unknown (left out). Linear in the text.
[[nodiscard]] TestFiles scan_test_files(const std::string& top, const std::string& configuration,
                                        const std::function<std::optional<std::string>(const std::string&)>& read);

/// Fills `makes_resource_spec`, `binary_dir`, and `dir` of tests that have none, from the file that names them, where
/// that is clear: of a name that several directories use, each test is that of one command. `source_top`: the source
/// tree's top.
void complete_dirs(Inventory& inventory, const TestFiles& files, const std::string& source_top);

/// Reports names that are not UTF-8 ("bad-test-name"): ctest lists such a test under a name that is not its own.
void refuse_undecodable_names(const TestFiles& files, Diagnostics& diagnostics);

}  // namespace lockstep
