// The plan: what lockstep.toml says, parsed and checked, before any test is known. Every value has the place that says
// so. The format is documented in docs/reference/plan-file.md; keys that this version does not put into effect are
// refused by name (code "not-in-effect-yet") unless written with their default.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "testset/testset.hpp"
#include "text/diagnostics.hpp"

namespace lockstep {

using Milliseconds = std::chrono::milliseconds;

enum class Unmarked { parallel, serial };
/// How cases of discovered programs become CTest's tests: each its own, or several in one process.
enum class Granularity { single, suite, file, batch };
enum class Sessions { wait, share };
enum class Order { parallel, sequential, chain };
enum class Gate { recorded, strict, order, none };
enum class Untested { pass, fail };
enum class Scope { build, machine };
enum class ServiceMode { service, test };
enum class Unavailable { fail, skip };

[[nodiscard]] std::string_view to_string(Gate gate);
[[nodiscard]] std::string_view to_string(Order order);
[[nodiscard]] std::string_view to_string(Granularity granularity);  ///< "case", "suite", …
[[nodiscard]] std::optional<Granularity> granularity_from(std::string_view word);

/// Any of tmp, home, cwd.
struct Isolation {
    bool tmp = false, home = false, cwd = false;
    bool operator==(const Isolation&) const = default;
};

/// A text with ${…} in it, checked: build_dir, source_dir, temp_dir, session, worker, worker_dir, port.NAME, env:NAME,
/// env:NAME:-default. Which of them a key may use depends on when its value is needed (plan/template.hpp).
struct Template {
    struct Part {
        enum class Kind { text, build_dir, source_dir, temp_dir, session, worker, worker_dir, port, environment };
        Kind kind = Kind::text;
        std::string text;                     ///< the text, or the name of the variable or of the port
        std::optional<std::string> fallback;  ///< of environment
        bool operator==(const Part&) const = default;
    };
    std::vector<Part> parts;
};

/// Whether only a running launcher can fill it in: it holds a worker, its directory or a port.
[[nodiscard]] bool needs_launcher(const Template& text);

/// As the plan writes it.
[[nodiscard]] std::string to_string(const Template& text);

using Command = std::vector<Spanned<Template>>;
using EnvironmentMap = std::map<std::string, Spanned<Template>>;

struct Defaults {
    Spanned<Isolation> isolate{{.tmp = true}, {}};
    Spanned<bool> context{true, {}};
    Spanned<std::optional<Milliseconds>> timeout;
    Spanned<Unmarked> unmarked{Unmarked::parallel, {}};
    Spanned<bool> labels{true, {}};
    Spanned<Granularity> granularity{Granularity::single, {}};
    Spanned<Milliseconds> batch_time{std::chrono::seconds(2), {}};  ///< that a batch should take
    Spanned<bool> verify_batch{false, {}};
};

struct Run {
    Spanned<std::optional<int>> workers;                ///< 0: no worker ids; none: as many as ctest's -j
    Spanned<std::optional<std::string>> resource_spec;  ///< relative to the source tree's top
    Spanned<Sessions> sessions{Sessions::wait, {}};
    Spanned<bool> measure{false, {}};
};

struct Verification {
    Spanned<std::string> name;
    Spanned<Command> command;
};

struct Phase {
    Spanned<std::string> name;
    Place place;                 ///< of its [[phase]]
    std::vector<TestSet> tests;  ///< one an entry of the array
    Spanned<Order> order{Order::parallel, {}};
    std::vector<Spanned<std::string>> needs;  ///< resolved: the default ("the one above") is filled in
    bool needs_written = false;
    Spanned<std::optional<Gate>> gate;  ///< none: see Gates
    Spanned<Untested> untested{Untested::pass, {}};
    Spanned<bool> optional{false, {}};
    Spanned<std::optional<int>> max_parallel;
    Spanned<std::optional<Milliseconds>> stagger;
    std::vector<Verification> checkpoint;
    Spanned<std::optional<Command>> cleanup;
    std::vector<Spanned<std::string>> fixtures;
};

struct Marker {
    Spanned<std::string> name;  ///< place unknown for serial, exclusive, parallel_safe where not declared
    bool declared = true;
    std::optional<TestSet> tests;
    std::vector<Spanned<std::string>> lock;
    Spanned<bool> alone{false, {}};
    Spanned<std::optional<int>> processors;
    Spanned<std::optional<std::uint64_t>> memory;  ///< bytes
    Spanned<std::optional<int>> max_parallel;
    std::map<std::string, Spanned<int>> use;  ///< pool → slots
    Spanned<std::optional<Milliseconds>> timeout;
    EnvironmentMap env;
    std::vector<Spanned<std::string>> labels;
    Spanned<std::optional<Isolation>> isolate;
    Spanned<std::optional<std::string>> rate_limit, retry;  ///< names
    Spanned<std::optional<Command>> setup, cleanup;
    Spanned<std::optional<Granularity>> granularity;
};

struct Pool {
    Spanned<std::string> name;  ///< [a-z_][a-z0-9_]*, not lockstep_…: CTest's rule for resource types
    Spanned<int> slots;
};

/// Starts, and calls of the client library, of all tests that name it.
struct RateLimit {
    Spanned<std::string> name;
    Spanned<std::optional<double>> rate;  ///< a second
    Spanned<int> burst{1, {}};
    Spanned<std::optional<int>> max_concurrent;
    Spanned<bool> adapt{false, {}};
    Spanned<Scope> scope{Scope::build, {}};
};

struct RetryRule {
    Spanned<std::string> name;
    Spanned<int> attempts{3, {}};  ///< in all
    /// Both empty: any failure. Of the texts each is a part in any case, or a /regex/ that RE2 has accepted.
    std::vector<Spanned<int>> on_exit;
    std::vector<Spanned<std::string>> on_output;
    Spanned<Milliseconds> backoff{std::chrono::seconds(1), {}};
    Spanned<Milliseconds> max_backoff{std::chrono::seconds(60), {}};
    Spanned<std::optional<double>> give_up_after;  ///< a share: above 0, at most 1
};

/// How a service shows that it is up: one of the three, or none.
struct Readiness {
    Spanned<std::optional<Template>> url, tcp;
    Spanned<std::optional<Command>> command;
    Spanned<Milliseconds> within{std::chrono::seconds(10), {}};
    [[nodiscard]] bool asked() const { return url.value || tcp.value || command.value; }
};

struct Service {
    Spanned<std::string> name;
    TestSet tests;
    Spanned<ServiceMode> mode{ServiceMode::service, {}};
    Spanned<std::optional<int>> max_parallel;
    Spanned<std::optional<Command>> start;  ///< none: somebody else runs it
    std::vector<Spanned<std::string>> ports;
    Readiness ready;
    Spanned<Unavailable> if_unavailable{Unavailable::fail, {}};
    EnvironmentMap env;                         ///< of its tests
    Spanned<std::optional<Isolation>> isolate;  ///< of its tests

    [[nodiscard]] bool has_port(std::string_view port) const;
};

/// Once per worker and session.
struct WorkerHooks {
    Spanned<std::optional<Command>> setup, teardown;
};

struct Plan {
    SourcePtr source;
    Defaults defaults;
    Run run;
    std::vector<Phase> phases;    ///< in the order written; `needs` name earlier or later ones, never in a circle
    std::vector<Marker> markers;  ///< in the order written, after the predeclared serial, exclusive, parallel_safe
                                  ///< that the plan does not declare itself
    std::vector<Pool> pools;
    std::vector<RateLimit> rate_limits;
    std::vector<RetryRule> retries;
    std::vector<Service> services;
    WorkerHooks worker;
    /// Names of environment variables whose value the plan asks for.
    std::set<std::string> environment_names;

    [[nodiscard]] std::optional<std::size_t> phase_index(std::string_view name) const;
    [[nodiscard]] std::optional<std::size_t> marker_index(std::string_view name) const;
    [[nodiscard]] const Pool* pool(std::string_view name) const;
    [[nodiscard]] std::optional<std::size_t> rate_limit_index(std::string_view name) const;
    [[nodiscard]] std::optional<std::size_t> retry_index(std::string_view name) const;
    [[nodiscard]] std::optional<std::size_t> service_index(std::string_view name) const;
};

struct PlanOptions {
    std::optional<std::string> profile;    ///< LOCKSTEP_PROFILE
    std::optional<std::string> overrides;  ///< LOCKSTEP_SET; places in it belong to a source of that name
};

/// Parses and checks. Always goes through the whole file; returns a plan only if there was no error. Order of
/// precedence: overrides, then the profile, then the plan.
[[nodiscard]] std::optional<Plan> read_plan(const SourcePtr& source, const PlanOptions& options,
                                            Diagnostics& diagnostics);

/// Whether a phase, marker, profile, … may have this name: letters, digits, '_', '.' and '-'.
[[nodiscard]] bool is_name(std::string_view name);
/// The same for a marker, which must not have a name of Lockstep's own either.
[[nodiscard]] bool is_marker_name(std::string_view name);

/// "200ms", "5m", "1h30m", "2s", "1.5s" in milliseconds; none if malformed, zero or above 30 days.
[[nodiscard]] std::optional<Milliseconds> parse_duration(std::string_view text);
/// "2GiB", "512MiB", "64KiB", "1GB" (decimal) in bytes; none if malformed, zero or above 2^50.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

}  // namespace lockstep
