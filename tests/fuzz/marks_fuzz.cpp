// Marks in any source file, taken for one with a test on every third line; and any file of LOCKSTEP_MARK's.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "discovery/marks.hpp"

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto source =
        std::make_shared<const lockstep::Source>("t.cpp", std::string(reinterpret_cast<const char*>(data), size));
    const auto text = source->text();
    const auto count = static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '\n') + 1);
    std::vector<std::uint32_t> lines;
    for (std::uint32_t line = 3; line <= count; line += 3) lines.push_back(line);

    lockstep::Diagnostics diagnostics;
    for (const auto& [line, markers] : lockstep::source_marks(source, lines, diagnostics)) {
        require(line % 3 == 0 && line <= count);
        for (const auto& marker : markers)
            require(!marker.empty() && marker.find_first_of(" ,\t\n\"") == std::string::npos);
    }
    for (const auto& one : diagnostics.all()) require(one.place.line >= 1 && one.place.line <= count);

    std::vector<lockstep::DiscoveredCase> cases(2);
    cases[0].file = "a.cpp";
    cases[0].line = 10;
    lockstep::Diagnostics more;
    const auto marks = lockstep::read_program_marks(source, more);
    lockstep::apply_program_marks(cases, marks, more);
    require(cases[0].markers.size() + cases[1].markers.size() <= marks.size());
    return 0;
}
