// Plan × inventory → schedule: for each test its phase, markers, locks, pool slots, fixtures, and which line of the
// plan says so. Pure: no file, no clock, no environment; what must be known of the machine and of the run comes in as
// values.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "inventory/inventory.hpp"
#include "plan/plan.hpp"
#include "text/diagnostics.hpp"

namespace lockstep {

/// What resolving needs besides plan and inventory. All of it goes into the name of the folder that results are kept
/// in.
struct RunFacts {
    std::uint64_t memory_bytes = 0;        ///< of this machine
    bool sequential = false;               ///< LOCKSTEP_SEQUENTIAL=1
    std::optional<Gate> gate;              ///< LOCKSTEP_GATE: for all phases
    bool timeout_on_command_line = false;  ///< ctest --timeout: defaults.timeout stands back
    double default_timeout = 0;            ///< seconds that ctest gives a test without TIMEOUT; 0: no end
    /// A spec file that is not ours decides (ctest --resource-spec-file, a preset), or would (a project's own, below).
    bool foreign_resource_spec = false;
    bool project_has_spec = false;  ///< run.resource_spec, or the project set CTEST_RESOURCE_SPEC_FILE
    bool names_excluded = false;    ///< ctest -E may take generated tests away: gates have to hold without them
    std::string debugged{};         ///< the test that `lockstep debug` runs, or ""
    bool limits = true;             ///< false: LOCKSTEP_LIMITS=off, no rate limit and no retry
    int shard = 0, shards = 0;      ///< LOCKSTEP_SHARD=shard/shards, from 1; 0: none
    std::optional<Granularity> granularity{};  ///< of all cases, whatever project and plan say
    bool one_by_one = false;                   ///< tests are looked at, not run: no batches
    int processors = 1;                        ///< of this machine
    /// What cases are expected to take, by name: batches are cut by it. Seconds; others are not known.
    std::map<std::string, double, std::less<>> case_seconds{};
};

/// A text with the plan line that causes it; an unknown place: Lockstep itself does.
struct Cause {
    std::string value;
    Place place;
};

/// Slots of a resource type, as CTest counts them.
struct Demand {
    std::string type;  ///< CTest resource type
    int slots = 1;
    /// true: the slots come from one id (`type:3`), for counters; false: one slot each of several ids, for pools whose
    /// slots have names of their own.
    bool counter = false;
    std::string shown;  ///< "pool db_connection", "max_parallel of marker live", "memory"
    Place place;
};

/// A resource type that the session's spec file has to offer.
struct ResourceType {
    std::string type;
    int ids = 0;         ///< number of ids with one slot each, or 1 …
    int slots_each = 1;  ///< … with this many
    std::string shown;
};

/// One environment variable put onto a test. Values that depend on the session are templates: the overlay fills them
/// in.
struct EnvironmentEntry {
    std::string name;
    Template value;
    Place place;
    std::optional<std::size_t> service;  ///< whose env it is; none: a marker's
};

/// What only the launcher can do for a test, and why the test is started through it.
struct Launching {
    std::vector<Cause> because;               ///< "retry rule too_many_requests"; empty: ctest starts the test itself
    std::vector<std::size_t> rate_limits;     ///< positions in the plan, ascending: so no two wait for each other
    std::optional<std::size_t> retry;         ///< position in the plan
    bool stagger = false;                     ///< that of its phase
    std::vector<std::size_t> setup, cleanup;  ///< markers whose commands run around it, in the plan's order
    std::vector<std::size_t> services;        ///< whose env the launcher fills in, or whose absence skips the test
    /// Of each attempt. With a value, time that passes before an attempt does not count: ctest has a long TIMEOUT, and
    /// its clock begins anew when the launcher says so.
    std::optional<Milliseconds> timeout;

    [[nodiscard]] bool needed() const { return !because.empty(); }
};

struct ScheduledTest {
    std::size_t position = 0;  ///< in the inventory; CTest's number is one more
    std::optional<std::size_t> phase;
    Place phase_place;                                    ///< the expression that put it there
    std::vector<std::pair<std::size_t, Place>> markers;   ///< in the plan's order, with what put each there
    std::vector<std::pair<std::size_t, Place>> services;  ///< that it talks to, the same way
    std::vector<Cause> locks;
    std::vector<Demand> demands;
    std::vector<Cause> labels;  ///< added ones
    std::vector<EnvironmentEntry> environment;
    std::vector<Cause> fixtures_required, fixtures_setup;
    std::optional<Cause> timeout;               ///< seconds, as CTest reads them
    std::optional<Milliseconds> timeout_value;  ///< the same
    std::optional<Cause> processors;
    std::optional<Place> alone;
    Isolation isolate;
    Place isolate_place;
    bool own_working_directory = false;         ///< isolate = cwd and the project chose none
    std::optional<std::size_t> chain_position;  ///< in a phase of order "chain"
    bool gated = true;  ///< false: a fixture clean-up, or after one: no checkpoint can wait for it
    Launching launching;
    std::optional<std::size_t> batch;  ///< position in Schedule::batches, of the batch that runs it
};

/// Cases of one program that run in one process, as one test of ctest.
struct Batch {
    std::size_t generated = 0;       ///< position in Schedule::generated
    std::size_t program = 0;         ///< position in Inventory::programs
    std::vector<std::size_t> cases;  ///< positions in the inventory, in its order
    Granularity granularity = Granularity::batch;
    double timeout = 0;   ///< seconds, of each case; 0: none
    double expected = 0;  ///< seconds, of all
};

/// How a case is to be run: by LOCKSTEP_GRANULARITY, else lockstep_discover_tests(), else the last marker that says,
/// else the plan's default.
struct CaseGranularity {
    Granularity granularity = Granularity::single;
    Cause because;         ///< who says so: "marker slow"
    std::string obstacle;  ///< why it is a test of its own all the same; ""
};

enum class GeneratedKind { batch, checkpoint, barrier, order, cleanup, service_start, service_stop, end };

/// A test that Lockstep adds.
struct GeneratedTest {
    std::string name;
    GeneratedKind kind{};
    std::optional<std::size_t> phase, service, batch;
    std::vector<std::string> depends, fixtures_setup, fixtures_required, fixtures_cleanup, labels, locks;
    Place place;
    std::string why;  ///< one line for overlay.cmake
};

/// What gates need to know of a phase in this plan and run.
struct ScheduledPhase {
    std::vector<std::size_t> tests;  ///< positions in the inventory; in chain order for chains
    /// Phases whose tests its checkpoint judges: itself and, through recorded and strict gates, those it needs.
    std::vector<std::size_t> judges;
    std::vector<std::pair<std::size_t, Gate>> needs;  ///< with the gate in force towards each
    std::vector<std::size_t> needed_by;  ///< itself and all phases ordered after it: its clean-up comes after them
};

struct Schedule {
    const Plan* plan = nullptr;
    const Inventory* inventory = nullptr;
    std::vector<ScheduledTest> tests;            ///< one for each of the inventory, same order
    std::vector<ScheduledPhase> phases;          ///< as the plan's
    std::vector<GeneratedTest> generated;        ///< in the order in which they are added, after all others
    std::vector<ResourceType> resources;         ///< besides the workers
    std::vector<CaseGranularity> granularities;  ///< by position; empty where no case was discovered
    std::vector<Batch> batches;
    bool worker_ids = true;
    std::string spec_maker;  ///< a test with GENERATED_RESOURCE_SPEC_FILE, or ""
};

/// Resolves. Warnings and errors go to `diagnostics`; nothing is returned after an error. Cost: linear in tests ×
/// expressions. The result points into `plan` and `inventory`, which have to outlive it.
[[nodiscard]] std::optional<Schedule> resolve(const Plan& plan, const Inventory& inventory, const RunFacts& facts,
                                              Diagnostics& diagnostics);

/// Of a run whose spec file cannot be ours: why not.
[[nodiscard]] std::string why_no_resources(const RunFacts& facts, std::string_view spec_maker);

/// The label that puts a test into a phase from CMake, and that phases show as: "phase:core".
[[nodiscard]] std::string phase_label(std::string_view phase);
/// What services show as: "service:users".
[[nodiscard]] std::string service_label(std::string_view service);

/// Whether a test sees to it that the service is up before others talk to it; without `start` and `ready` there is
/// nothing to see to.
[[nodiscard]] bool has_start_test(const Service& service);

/// Of the services that `test` talks to, those that have such a port; `service`: only that one is asked.
[[nodiscard]] std::vector<std::size_t> port_owners(const Plan& plan, const ScheduledTest& test,
                                                   std::optional<std::size_t> service, std::string_view port);

/// Edges "waits for" among all tests, ours included: DEPENDS, set-up before user, user before clean-up. Reports each
/// cycle ("test-cycle") test by test, with the cause of each edge; returns false then. CTest 3.25 answers such a cycle
/// with "No tests were found" and status 0.
bool check_cycles(const Schedule& schedule, Diagnostics& diagnostics);

/// A direct reason to wait: `value` reads "NAME (WHY)".
struct Wait : Cause {
    std::string name, why;
};

/// Direct reasons to wait, for `explain`. Linear in tests and edges.
struct Waits {
    std::vector<Wait> waits_for, waited_for_by;
};
[[nodiscard]] Waits waits_of(const Schedule& schedule, std::string_view name);

}  // namespace lockstep
