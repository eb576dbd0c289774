// Folders that are named by what is in them (i/<hash>, g/<hash>): whoever reads one reads files that belong together,
// and nobody makes the same one twice.
#pragma once

#include <string>

#include "session/layout.hpp"

namespace lockstep {

/// An empty folder of its own to fill. Throws std::system_error, as all here do.
[[nodiscard]] std::string make_draft(const Layout& layout);
/// Renames the draft. Another process may have made the same folder meanwhile: the first rename wins.
void put_in_place(const std::string& draft, const std::string& folder);

/// Of a folder that is in use: it is not the next to be pruned.
void keep_from_pruning(const std::string& folder);
/// Unless somebody can still be about to read it: a listing that was just answered is in no session, and ctest has yet
/// to read it.
void prune(const std::string& folder);

/// Removes drafts, and scratch folders, that killed processes have left.
void sweep_drafts(const Layout& layout);
/// For what is neither of these: a folder of its own that ctest lists from.
[[nodiscard]] std::string make_scratch_folder(const Layout& layout);

}  // namespace lockstep
