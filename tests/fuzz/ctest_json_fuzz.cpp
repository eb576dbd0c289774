// read_ctest_json() on any text: it neither crashes nor accepts what it complains of, and each complaint has a place in
// the text.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "inventory/ctest_json.hpp"

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

void read(const lockstep::SourcePtr& source, const lockstep::CTestJsonOptions& options) {
    lockstep::Diagnostics diagnostics;
    const auto inventory = lockstep::read_ctest_json(source, options, diagnostics);
    require(inventory.has_value() != diagnostics.has_errors());
    for (const auto& diagnostic : diagnostics.all()) {
        const auto& place = diagnostic.place;
        require(place.known() && place.column >= 1);
        // A carriage return at a line's end is not part of what line() gives.
        require(place.column <= place.source->line(place.line).size() + 2);
    }
    if (!inventory) return;
    for (const auto& test : inventory->tests) {
        require(test.command.empty() != test.target.has_value());
        require(!test.dir || !test.dir->empty());
        require(test.name.starts_with(test.suite));
        require(test.has_resource_groups == (test.resource_group_count != 0));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto source = std::make_shared<const lockstep::Source>("tests.json", text);
    read(source, {"/home/u/p", true});
    read(source, {"", false});
    return 0;
}
