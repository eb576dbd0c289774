// Taking the inventory of a build tree from ctest, and knowing without asking when that has to be done anew.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/workspace.hpp"
#include "inventory/inventory.hpp"
#include "text/diagnostics.hpp"

namespace lockstep {

/// What ctest listed, kept in B/lockstep/i/<name>/: inventory.json, and files.json (the files that each test is made
/// of). B/lockstep/inventory*.stamp, one a configuration, holds the identities of all files that the listing came from.
struct Listing {
    std::string hash;                    ///< of the JSON text
    std::string name;                    ///< of the folder: a hash of what is in it
    std::vector<std::string> rewritten;  ///< test files that ctest may rewrite while it reads them
};

/// Makes sure that the kept listing is that of the build tree now. Asks `ctest` only if a test file, CTestCustom, a
/// program or the ctest in use changed. Throws Refusal if ctest cannot list.
[[nodiscard]] Listing current_listing(const Workspace& workspace, const std::string& ctest);

/// The kept listing as an inventory, with directories completed.
[[nodiscard]] std::optional<Inventory> read_listing(const Workspace& workspace, const Listing& listing,
                                                    Diagnostics& diagnostics);

/// Asks ctest for the tests of a build tree that Lockstep need not be applied to, and keeps nothing in it. Throws
/// Refusal if ctest cannot list.
[[nodiscard]] std::optional<Inventory> list_once(const Workspace& workspace, Diagnostics& diagnostics);

/// Variable that tells our test files that an inventory is being taken: they then do nothing.
inline constexpr const char* listing_variable = "LOCKSTEP_TAKING_INVENTORY";

}  // namespace lockstep
