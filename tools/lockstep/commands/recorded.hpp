// What is recorded of a test or a verification, and what a gate makes of it. Checkpoints judge by it, `history` shows
// it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "commands/workspace.hpp"
#include "history/history.hpp"
#include "overlay/run_table.hpp"
#include "session/fingerprint.hpp"
#include "session/judge.hpp"

namespace lockstep {

/// The build tree's history; none where nothing was ever recorded, since looking must not make one.
[[nodiscard]] std::optional<History> recorded_history(const Layout& layout);

/// What a gate goes by; none: nothing is known, as if it had never run. `now` is the fingerprint it has now, "" if that
/// cannot be known.
[[nodiscard]] std::optional<RecordedVerdict> recorded_verdict(const TestRecord& last, const std::string& now);

/// Of the command, without what a session fills in, and the files that are named in it where the session's `temp_dir`
/// and `session` are filled in.
[[nodiscard]] std::string fingerprint_of(const RunTable::Verification& verification, const std::string& build_dir,
                                         const std::string& temp_dir, const std::string& session);

/// The tests as a run that began now would find them.
struct PresentTests {
    RunTable table;
    FileTable files;
};
/// None, with the errors printed, where the plan does not fit the tests.
[[nodiscard]] std::optional<PresentTests> present_tests(const Workspace& workspace);

/// A test, or a verification of a checkpoint, with what is recorded of it.
struct Recorded {
    std::string name;
    bool verification = false;
    std::optional<std::size_t> number;  ///< CTest's; none: a verification, or there is no such test any more
    std::string phase;                  ///< "": in none
    bool untested_fails = false;        ///< of its phase
    std::optional<Standing> standing;   ///< in a run that leaves it out; none: no gate asks for it
    std::string now;                    ///< the fingerprint it has now, "" if that cannot be known
    std::vector<RunRecord> runs;        ///< newest first
    std::string kept;                   ///< where the directory is that it left, or ""
    [[nodiscard]] bool unchanged(const RunRecord& run) const { return !now.empty() && run.fingerprint == now; }
};

class Records {
public:
    Records(const Layout& layout, const PresentTests& present);

    /// A test of that name (several, if directories share it; one that is only recorded, if there is none), or the
    /// verifications of a checkpoint of that name. Empty: neither is known.
    [[nodiscard]] std::vector<Recorded> of(const std::string& name);
    /// What could have been meant in place of a name that is not known.
    [[nodiscard]] std::optional<std::string> nearest_to(const std::string& name) const;

private:
    Recorded of_test(std::size_t position);
    Recorded of_verification(const RunTable::Phase& phase, const RunTable::Verification& verification);
    void add_recorded(Recorded& recorded, JudgedTest& judged, const std::string& key, bool gated);

    const Layout& layout_;
    const RunTable& table_;
    std::optional<History> history_;
    std::map<std::string, TestRecord, std::less<>> last_;
    std::optional<Fingerprints> fingerprints_;
};

}  // namespace lockstep
