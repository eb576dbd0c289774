// The shape of `ctest --show-only=json-v1`, read as a stream of events: what each value means is told by a table, so a
// wrong type is found wherever it stands. Knows nothing of source trees; ctest_json.cpp makes an inventory of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "inventory/inventory.hpp"
#include "text/diagnostics.hpp"

namespace lockstep {

/// A node of the backtrace graph: one frame, whose caller is `parent`.
struct BacktraceNode {
    std::optional<std::uint32_t> file, parent, command;
    std::uint32_t line = 0;
};

struct ListedTest {
    InventoryTest test;  ///< without what needs the backtrace graph, which may come later in the text
    std::optional<std::uint32_t> node;
    std::size_t offset = 0;  ///< of its opening brace
};

struct CTestListing {
    std::optional<std::string> kind;
    std::optional<std::int64_t> version;
    bool has_tests = false;
    std::vector<ListedTest> tests;
    std::vector<std::string> files, commands;
    std::vector<BacktraceNode> nodes;
};

/// Reports what is wrong, at most some twenty times. What it returns is only of use if that was nothing.
[[nodiscard]] CTestListing read_ctest_listing(const SourcePtr& source, Diagnostics& diagnostics);

/// The way out that goes with every "bad-inventory".
inline constexpr const char* listing_help = "make such a file with: ctest --show-only=json-v1 > tests.json";

}  // namespace lockstep
