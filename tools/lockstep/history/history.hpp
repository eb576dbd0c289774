// The database of sessions: one SQLite file a build tree and configuration. Outcomes and durations of tests, what is
// owed, kept temp directories, content hashes by file identity. What unchanged means is decided by the caller, who
// gives a fingerprint with each verdict. Failures throw std::runtime_error naming the file; a file that is not a
// database, or of a newer schema, is set aside as history.db.unreadable-<n> with a message through `warn`.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

/// unknown: the log contradicted itself, a gate takes it for a failure; lost: that session's log is gone, nothing is
/// known.
enum class Outcome { passed, skipped, failed, not_run, unknown, lost };
inline constexpr std::array all_outcomes{Outcome::passed,  Outcome::skipped, Outcome::failed,
                                         Outcome::not_run, Outcome::unknown, Outcome::lost};

/// What a launcher measured of a test in one session, all its attempts together.
struct Effort {
    int attempts = 0;              ///< 0: no launcher ran it, and nothing else here is known
    double cpu_seconds = 0;        ///< user and system
    std::uint64_t peak_bytes = 0;  ///< largest resident set of an attempt
    [[nodiscard]] bool operator==(const Effort&) const = default;
};

struct TestRecord {
    std::string name;  ///< a verification is recorded as "<phase>\n<verification>"
    Outcome outcome{};
    double seconds = 0;  ///< that it took; not a finite number: not known
    /// What it ran with, as it was when the session opened; "": cannot be known, never equal to anything.
    std::string fingerprint;
    Effort effort{};
};

/// Whether `recorded_name` is that of a verification: it holds a newline, and no test's does.
[[nodiscard]] bool names_verification(std::string_view recorded_name);

struct SessionRecord {
    std::string id;                            ///< LOCKSTEP_SESSION
    std::int64_t opened_ns = 0, ended_ns = 0;  ///< since 1970
    int jobs = 0;                              ///< 0: unknown
    bool complete = false;                     ///< lockstep.end ran
};

/// One session's word on one test.
struct RunRecord {
    std::string session;         ///< its id; "": forgotten, being one of the oldest
    std::int64_t opened_ns = 0;  ///< when the session opened, since 1970
    Outcome outcome{};
    std::optional<double> seconds;  ///< none: no number
    std::string fingerprint;
    Effort effort{};
    /// It passed, though not at its first attempt.
    [[nodiscard]] bool flaky() const { return outcome == Outcome::passed && effort.attempts > 1; }
};

/// A session with what became of its tests; verifications are not counted.
struct SessionSummary {
    SessionRecord session;
    std::map<Outcome, std::int64_t> tests;  ///< outcomes that occurred
    std::int64_t retried = 0;               ///< tests with more than one attempt
    std::int64_t flaky = 0;                 ///< those of them that passed in the end
};

struct Debt {
    std::int64_t id = 0;
    std::string session;
    std::string kind;    ///< "cleanup" of a phase, "test" (after a test), "worker" (its tear-down)
    std::string what;    ///< phase, test, worker
    std::vector<std::string> command;
    std::string working_directory;
    std::vector<std::string> environment;  ///< NAME=value
    std::string record{};                  ///< of the session's journal; "" for a phase
};

class History {
public:
    explicit History(const std::string& path, const std::function<void(const std::string&)>& warn = {});
    ~History();
    History(History&&) noexcept;
    History& operator=(History&&) noexcept;

    /// Idempotent: recording a session again replaces what it said before. One transaction.
    void record(const SessionRecord& session, std::span<const TestRecord> results);
    /// The last verdict of each test ever recorded, by name ('not_run' counts as a verdict). Only of `names` if not
    /// empty.
    [[nodiscard]] std::map<std::string, TestRecord, std::less<>> last(std::span<const std::string> names = {}) const;
    [[nodiscard]] std::optional<SessionRecord> session(std::string_view id) const;
    /// The newest sessions, newest first.
    [[nodiscard]] std::vector<SessionSummary> sessions(std::size_t most) const;
    /// The last few runs of a test, newest first; longer ago only some that passed.
    [[nodiscard]] std::vector<RunRecord> runs(const std::string& test) const;
    /// Mean duration of the last few passed runs, by name. Seconds.
    [[nodiscard]] std::map<std::string, double, std::less<>> durations() const;

    /// Forgets the outcomes and durations of these tests; kept directories stay. Of names of which nothing is recorded
    /// it returns those, and has forgotten nothing. One transaction.
    [[nodiscard]] std::vector<std::string> forget(std::span<const std::string> tests);
    struct Forgotten {
        std::int64_t tests = 0, verifications = 0, sessions = 0, debts = 0;
    };
    /// Forgets all tests and sessions, or all that is owed, or both. One transaction.
    Forgotten forget_all(bool tests, bool debts);

    /// Idempotent: a session owes one thing once, and what several owe in the same words is paid once. Returns its id.
    std::int64_t owe(const Debt& debt);
    void owe(std::span<const Debt> debts);  ///< one transaction, which is one fsync
    [[nodiscard]] std::vector<Debt> debts() const;
    void paid(std::int64_t id);  ///< nothing happens where there is no such debt

    /// kept/<number> holds what `test` left: its number, reusing the one it has, else the smallest free.
    std::int64_t keep(const std::string& test);
    std::vector<std::int64_t> keep(std::span<const std::string> tests);  ///< one transaction, which is one fsync
    [[nodiscard]] std::map<std::string, std::int64_t, std::less<>> kept() const;
    void forget_kept(const std::string& test);
    void forget_kept(std::span<const std::string> tests);  ///< one transaction

    /// Content hashes by path; `identity` is an opaque text of the file's identity when it was hashed.
    struct KnownHash {
        std::string path, identity, hash;
    };
    [[nodiscard]] std::map<std::string, KnownHash, std::less<>> known_hashes() const;
    void remember_hashes(std::span<const KnownHash> hashes);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep
