// Reads `ctest --show-only=json-v1`.
#pragma once

#include <functional>
#include <istream>
#include <optional>
#include <string>
#include <string_view>

#include "inventory/inventory.hpp"
#include "text/diagnostics.hpp"

namespace lockstep {

struct CTestJsonOptions {
    std::string source_dir;  ///< top of the source tree, absolute, for `dir`; "": worked out from the backtraces
                             ///< (the common parent of all that are called CMakeLists.txt)
    /// Tests that carry the label `lockstep` and one of our names are left out: the file is a listing of ours.
    bool drop_generated = true;
};

/// One pass, without a document tree (10,000 tests are some 5 MB). Understands kind "ctestInfo", version major 1.
/// Errors ("bad-inventory") have a place in `source`. Property values of a type that CTest never writes are errors.
[[nodiscard]] std::optional<Inventory> read_ctest_json(const SourcePtr& source, const CTestJsonOptions& options,
                                                       Diagnostics& diagnostics);

}  // namespace lockstep
