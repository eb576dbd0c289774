// The launch table: what lockstep-exec, the client library and `lockstep service` need to know of a plan, in one flat
// file (g/<hash>/launch.txt) that is read in a few microseconds. Its format is private to one version of Lockstep: the
// first line names it, and a reader of another version refuses.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lockstep::runtime {

using Milliseconds = std::chrono::milliseconds;

/// A word of a command line or a value of a variable, with what only a running test knows left open.
struct OpenText {
    struct Part {
        enum class Kind { text, temp_dir, session, worker, worker_dir, port } kind = Kind::text;
        std::string text;         ///< the text; of a port its name
        std::size_t service = 0;  ///< of a port: whose, in LaunchTable::services
    };
    std::vector<Part> parts;
};
using OpenCommand = std::vector<OpenText>;
using OpenEnvironment = std::vector<std::pair<std::string, OpenText>>;  ///< in order; names are distinct

struct RateLimit {
    std::string name;
    double per_second = 0;         ///< 0: no rate
    int burst = 1;                 ///< from 1
    int max_concurrent = 0;        ///< 0: none
    bool adapt = false;
    bool machine = false;          ///< scope: all of this user's on this machine; else this build tree
};

struct RetryRule {
    std::string name;
    int attempts = 3;                     ///< in all, from 1
    std::vector<int> on_exit;             ///< exit statuses
    std::vector<std::string> on_output;   ///< a substring in any case, or "/regex/" (RE2); both empty: any failure
    Milliseconds backoff{1000}, max_backoff{60000};
    double give_up_after = 0;             ///< share of `tests`; 0: never
    int tests = 0;                        ///< that name this rule
};

/// A command around a test, a worker or a service.
struct Hook {
    OpenCommand command;
    std::string place;  ///< "lockstep.toml:30": what a report names
};

struct Service {
    std::string name;
    std::optional<Hook> start;          ///< none: somebody else runs it
    std::vector<std::string> ports;     ///< names; chosen at start
    enum class Ready { none, url, tcp, command } ready = Ready::none;
    OpenText ready_at;                  ///< of url and tcp
    OpenCommand ready_command;
    Milliseconds within{10000};
    bool skip_if_unavailable = false;   ///< else its tests fail
    OpenEnvironment env;
    std::string place;
};

/// What several launched tests have in common.
struct LaunchKind {
    std::vector<std::size_t> rate_limits;  ///< positions in LaunchTable::rate_limits; taken in this order
    std::optional<std::size_t> retry;      ///< position in LaunchTable::retries
    std::string stagger_name;              ///< of the phase; "": no stagger
    Milliseconds stagger{0};
    std::vector<Hook> setup, cleanup;      ///< of its markers, in the plan's order
    std::vector<std::size_t> services;     ///< whose env it gets
    OpenEnvironment env;                   ///< of markers, where only a launcher can fill it in
    bool worker = false;                   ///< [worker] has set-up or tear-down
    std::vector<std::string> own_variables; ///< variables that the project itself sets on the test: env leaves them alone
    std::optional<Milliseconds> timeout;   ///< of each attempt but the last, which ctest ends
    /// A line is printed when the last attempt's clock begins, for CTest's TIMEOUT_AFTER_MATCH (see begin_line).
    bool announce = false;
    bool will_fail = false;                ///< WILL_FAIL: exit status 0 is the failure
    std::optional<int> skip_status;        ///< SKIP_RETURN_CODE: neither failed nor retried
    bool judged_by_output = false;         ///< PASS_, FAIL_ or SKIP_REGULAR_EXPRESSION: what retried attempts print is withheld from ctest
};

struct LaunchTable {
    std::vector<RateLimit> rate_limits;
    std::vector<RetryRule> retries;
    std::vector<Service> services;
    std::optional<Hook> worker_setup, worker_teardown;
    std::vector<LaunchKind> kinds;
};

/// What TIMEOUT_AFTER_MATCH waits for: printed by the launcher on a line of its own when a test's last attempt begins.
inline constexpr std::string_view begin_line = "lockstep-exec: the last attempt begins";
/// What a test begins a line with whose service is not there and that is skipped for that, before the reason: ctest's
/// SKIP_REGULAR_EXPRESSION for it.
inline constexpr std::string_view skip_line = "lockstep-exec: skipped: ";

[[nodiscard]] std::string to_text(const LaunchTable& table);
/// None, with `error` saying which line and why, for what to_text did not write: every reference is checked.
[[nodiscard]] std::optional<LaunchTable> launch_table_from_text(std::string_view text, std::string& error);

}  // namespace lockstep::runtime
