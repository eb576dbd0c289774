// The CMake scripts from which ctest reads a build tree's tests, found by reading them as text: which files there are
// (so that a change is noticed without asking ctest), which test was named in which file (ctest gives no backtrace of
// discovered tests), and which files are written while ctest reads (discovery at test time).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "inventory/inventory.hpp"

namespace lockstep {

struct TestFile {
    std::string path;        ///< absolute
    bool exists = true;      ///< named by another file, not there: its appearance is a change
    bool rewritten = false;  ///< may be rewritten while ctest reads it (DISCOVERY_MODE PRE_TEST)
    std::string source_dir;  ///< from "# Source directory:" of this or the including CTestTestfile.cmake
};

struct TestFiles {
    std::vector<TestFile> files;                  ///< in the order ctest reads them, each once
    std::map<std::string, std::size_t> named_in;  ///< test name → position in `files`; only literal names
};

/// `read` gives a file's text, or none if there is no such file. Reads `top`/CTestTestfile.cmake and all that it names
/// through include(), subdirs(), add_subdirectory(); ${CMAKE_CURRENT_LIST_DIR} and ${CTEST_CONFIGURATION_TYPE} are
/// expanded, other variables make a name unknown (left out). Linear in the text.
[[nodiscard]] TestFiles scan_test_files(const std::string& top, const std::string& configuration,
                                        const std::function<std::optional<std::string>(const std::string&)>& read);

/// Fills `dir` of tests that have none from the file that names them. `source_top`: the source tree's top.
void complete_dirs(Inventory& inventory, const TestFiles& files, const std::string& source_top);

}  // namespace lockstep
