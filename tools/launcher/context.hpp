// What the parts of one launch have in common.
#pragma once

#include <stdexcept>
#include <string>

#include "launcher/options.hpp"
#include "launcher/spawn.hpp"
#include "runtime/fill.hpp"
#include "runtime/journal.hpp"
#include "runtime/launch_table.hpp"
#include "runtime/session_facts.hpp"

namespace lockstep::launcher {

struct Context {
    Options options;
    runtime::SessionFacts facts;
    runtime::LaunchTable table;
    runtime::FillValues values;  ///< for OpenText
    Variables variables;         ///< that the test and its hooks get

    [[nodiscard]] const runtime::LaunchKind& kind() const { return table.kinds[options.kind]; }
    void note_in_journal(const runtime::JournalRecord& record) const { runtime::append(facts.journal(), record); }
};

/// The test cannot be run as the plan says, and so counts as failed. The text says why.
class Unfit : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The service is not available, and the plan says that its tests are then skipped.
class Skipped : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The launcher got this signal while something else than the test ran.
struct Interrupted {
    int signal = 0;
};

/// An exit status that CTest takes for a failure of that kind of test: `preferred`, unless the kind gives that one
/// another meaning.
[[nodiscard]] int failure_status(const runtime::LaunchKind& kind, int preferred);

}  // namespace lockstep::launcher
