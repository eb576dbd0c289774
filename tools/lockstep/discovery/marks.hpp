// Marks in the source: `// lockstep: serial, slow` directly above a test, and LOCKSTEP_MARK of the client library,
// which writes what it knows into a file when the program ends. What cannot be a marker, or has no test below it, is a
// warning
// ("bad-mark", "lost-mark") and never dropped in silence.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "discovery/discovery.hpp"

namespace lockstep {

/// Line of a test → its markers, in the order written.
using LineMarks = std::map<std::uint32_t, std::vector<std::string>>;

/// Marks in comments of one file. `lines`: where tests are defined, ascending, each once. Comment lines right above
/// each other count together. Linear in the text.
[[nodiscard]] LineMarks source_marks(const SourcePtr& source, std::span<const std::uint32_t> lines,
                                     Diagnostics& diagnostics);

struct ProgramMark {
    std::string file;
    std::uint32_t line = 0;
    std::string marker;
};
/// The file LOCKSTEP_MARK writes: lines of file, line and marker, separated by tabs.
[[nodiscard]] std::vector<ProgramMark> read_program_marks(const SourcePtr& source, Diagnostics& diagnostics);

/// Each mark goes to the nearest cases at or below it in its file.
void apply_program_marks(std::vector<DiscoveredCase>& cases, std::span<const ProgramMark> marks,
                         Diagnostics& diagnostics);

/// Adds a marker unless the case has it.
void add_marker(DiscoveredCase& one, std::string_view marker);

}  // namespace lockstep
