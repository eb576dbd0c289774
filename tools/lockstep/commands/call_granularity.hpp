// What one call of ctest means by a test of a discovered program: a case, or what plan and project say.
#pragma once

#include <string>

#include "commands/workspace.hpp"
#include "overlay/run_table.hpp"
#include "schedule/schedule.hpp"
#include "session/invocation.hpp"

namespace lockstep {

/// A name or a number on the command line means a case, and so does what an IDE lists: its clicks become names and
/// numbers. A memory checker has to see the program itself. --rerun-failed, and -R of a batch that ctest named as
/// failed, go by the run before, so they get its batches.
void choose_granularity(const Workspace& workspace, const Invocation& invocation, RunFacts& facts);

/// Throws Refusal where --rerun-failed would take the numbers of the run before for other tests: batches may be cut
/// anew when cases have come or changed.
void refuse_other_numbers(const Layout& layout, const Invocation& invocation, const RunTable& table);
void note_last_run(const Layout& layout, const std::string& graph);

}  // namespace lockstep
