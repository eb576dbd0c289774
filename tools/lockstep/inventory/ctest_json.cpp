// From CTest's listing to the inventory: what the backtraces say of where a test was added, and which tests are ours.
#include "inventory/ctest_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "inventory/ctest_listing.hpp"
#include "inventory/paths.hpp"

namespace lockstep {
namespace {

constexpr std::string_view list_file = "CMakeLists.txt";

bool is_generated(const InventoryTest& test) {
    constexpr std::array<std::string_view, 5> prefixes{"checkpoint.", "barrier.", "order.", "cleanup.", "service."};
    if (std::find(test.labels.begin(), test.labels.end(), "lockstep") == test.labels.end()) return false;
    return test.name == "lockstep.end" ||
           std::any_of(prefixes.begin(), prefixes.end(), [&](auto prefix) { return test.name.starts_with(prefix); });
}

/// Directory in which all the CMakeLists.txt lie that appear in a backtrace; "" if none does.
std::string common_source_dir(const std::vector<std::string>& files) {
    std::string common;
    for (const auto& file : files) {
        if (base_name(file) != list_file) continue;
        const auto directory = absolute_path("/", directory_of(file));
        if (common.empty()) common = directory;
        while (common != "/" && directory != common && !directory.starts_with(common + "/")) {
            common = std::string(directory_of(common));
        }
    }
    return common;
}

/// Where frames lead: a test's node is the innermost frame, and the chain of callers ends in the CMakeLists.txt of the
/// directory that the test belongs to, however many functions and included files lie between.
class Backtraces {
public:
    Backtraces(const CTestListing& listing, const CTestJsonOptions& options)
        : listing_(listing),
          top_(options.source_dir.empty() ? common_source_dir(listing.files) : absolute_path("/", options.source_dir)),
          outermost_(listing.nodes.size()),
          directories_(listing.files.size()) {
        for (std::size_t i = 0; i < listing.nodes.size(); ++i) {
            const auto parent = listing.nodes[i].parent;
            outermost_[i] = parent ? outermost_[*parent] : static_cast<std::uint32_t>(i);
        }
    }

    void locate(InventoryTest& test, std::uint32_t node) {
        const auto& innermost = listing_.nodes[node];
        const auto& outermost = listing_.nodes[outermost_[node]];
        if (innermost.file) {
            test.added_file = listing_.files[*innermost.file];
            test.added_line = innermost.line;
        }
        const auto file =
            outermost.file && base_name(listing_.files[*outermost.file]) == list_file ? outermost.file : innermost.file;
        if (file) test.dir = directory(*file);
    }

private:
    /// Made once a file, not once a test.
    const std::string& directory(std::uint32_t file) {
        auto& directory = directories_[file];
        if (directory.empty()) {
            directory = directory_below(absolute_path("/", directory_of(listing_.files[file])), top_);
        }
        return directory;
    }

    const CTestListing& listing_;
    std::string top_;
    std::vector<std::uint32_t> outermost_;
    std::vector<std::string> directories_;
};

/// What is wrong with the listing as a whole, or "".
std::string objection(const CTestListing& listing) {
    constexpr std::string_view no_listing = "this JSON is not a listing of tests by ctest";
    if (!listing.kind) return fmt::format("{}: it has no 'kind'", no_listing);
    if (*listing.kind != "ctestInfo") return fmt::format("{}: its kind is '{}'", no_listing, *listing.kind);
    if (!listing.version) return fmt::format("{}: it has no version", no_listing);
    if (*listing.version != 1)
        return fmt::format("version {} of ctest's listing is not known, only 1", *listing.version);
    if (!listing.has_tests) return fmt::format("{}: it has no 'tests'", no_listing);
    for (std::size_t i = 0; i < listing.nodes.size(); ++i) {
        const auto& node = listing.nodes[i];
        // CTest writes a frame's caller before the frame, so this also excludes a chain that never ends.
        if ((node.parent && *node.parent >= i) || (node.file && *node.file >= listing.files.size())) {
            return fmt::format("the backtrace graph's node {} names a frame or file that does not exist", i);
        }
    }
    return {};
}

void complete(InventoryTest& test) {
    test.command_line = fmt::to_string(fmt::join(test.command, " "));
    if (!test.command.empty()) test.target = std::string(base_name(test.command.front()));
    if (const auto dot = test.name.find('.'); dot != std::string::npos) test.suite = test.name.substr(0, dot);
}

}  // namespace

std::optional<Inventory> read_ctest_json(const SourcePtr& source, const CTestJsonOptions& options,
                                         Diagnostics& diagnostics) {
    const auto errors_before = diagnostics.errors();
    const auto error = [&](std::size_t offset, std::string message) {
        diagnostics.error(place_in(source, offset), "bad-inventory", std::move(message), listing_help);
    };
    auto listing = read_ctest_listing(source, diagnostics);
    if (diagnostics.errors() != errors_before) return std::nullopt;
    if (auto wrong = objection(listing); !wrong.empty()) {
        error(0, std::move(wrong));
        return std::nullopt;
    }

    Inventory inventory;
    inventory.tests.reserve(listing.tests.size());
    Backtraces backtraces(listing, options);
    for (auto& [test, node, offset] : listing.tests) {
        if (node && *node >= listing.nodes.size()) {
            error(offset, fmt::format("test '{}' names frame {} of a backtrace graph that has {}", test.name, *node,
                                      listing.nodes.size()));
            return std::nullopt;
        }
        if (options.drop_generated && is_generated(test)) continue;
        if (node) backtraces.locate(test, *node);
        complete(test);
        inventory.tests.push_back(std::move(test));
    }
    return inventory;
}

}  // namespace lockstep
