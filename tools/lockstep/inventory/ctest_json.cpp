// From CTest's listing to the inventory: what the backtraces say of where a test was added, and which tests are ours.
#include "inventory/ctest_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "inventory/ctest_listing.hpp"
#include "inventory/paths.hpp"
#include "inventory/roles.hpp"

namespace lockstep {
namespace {

constexpr std::string_view list_file = "CMakeLists.txt";

bool is_generated(const InventoryTest& test) {
    return is_generated_name(test.name) && std::ranges::find(test.labels, "lockstep") != test.labels.end();
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
        const auto& outermost = listing_.nodes[outermost_[node]];
        const auto& innermost = listing_.nodes[node_of_script(test, node)];
        if (innermost.file) {
            test.added_file = listing_.files[*innermost.file];
            test.added_line = innermost.line;
        }
        const auto file =
            outermost.file && base_name(listing_.files[*outermost.file]) == list_file ? outermost.file : innermost.file;
        if (file) test.dir = directory(*file);
    }

private:
    /// `lockstep discover` tells CTest before 3.30, which drops DEF_SOURCE_LINE, by a frame of its own inside of all
    /// others where a case is defined. There is no command of that name in CMake.
    std::uint32_t node_of_script(InventoryTest& test, std::uint32_t node) const {
        const auto& innermost = listing_.nodes[node];
        if (!innermost.file || !innermost.parent || !innermost.command) return node;
        if (*innermost.command >= listing_.commands.size() || listing_.commands[*innermost.command] != "TEST")
            return node;
        if (!test.source) test.source = listing_.files[*innermost.file];
        return *innermost.parent;
    }

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

/// CTest sets properties by name, and a backtrace and a source line are properties: of tests that share a name, all
/// have those of the last. Which of them they are right for cannot be told.
void forget_borrowed_places(Inventory& inventory) {
    std::unordered_map<std::string_view, std::vector<InventoryTest*>> by_name;
    for (auto& test : inventory.tests) by_name[test.name].push_back(&test);
    for (const auto& [name, tests] : by_name) {
        if (tests.size() < 2) continue;
        const auto place = [](const InventoryTest& test) {
            return std::tie(test.added_file, test.added_line, test.dir);
        };
        std::map<std::tuple<std::string, std::uint32_t, std::optional<std::string>>, std::size_t> times;
        for (const auto* test : tests) ++times[place(*test)];
        for (auto* test : tests) {
            if (times[place(*test)] < 2) continue;
            test->added_file.clear();
            test->added_line = 0;
            test->dir.reset();
            test->source.reset();
        }
    }
}

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
    test.suite = test.name.substr(0, test.name.find('.'));
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
    forget_borrowed_places(inventory);
    return inventory;
}

}  // namespace lockstep
