// `lockstep enter`: called by the opening file while ctest reads a build tree's tests, before it knows any. Prints the
// path of the file that ctest includes next; nothing means "go on without guards", which only a listing is allowed.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "commands/call_granularity.hpp"
#include "commands/commands.hpp"
#include "commands/debts.hpp"
#include "commands/holdings.hpp"
#include "commands/output.hpp"
#include "commands/resolution.hpp"
#include "commands/settle.hpp"
#include "commands/turn.hpp"
#include "os/files.hpp"
#include "os/machine.hpp"
#include "runtime/debug_request.hpp"
#include "runtime/session_facts.hpp"
#include "schedule/names.hpp"
#include "session/debug_log.hpp"
#include "session/fingerprint.hpp"
#include "session/invocation.hpp"
#include "session/waiting.hpp"
#include "text/quote.hpp"
#include "text/render.hpp"
#include "text/suggest.hpp"

namespace lockstep {
namespace {

constexpr int default_workers = 64;

/// The ctest that reads the test files is our parent (execute_process starts us directly).
Invocation calling_ctest(const os::ProcessId& ctest, const Workspace& workspace) {
    auto words = os::command_line_of(ctest.pid);
    if (!words.empty()) words.erase(words.begin());
    auto invocation = read_invocation(words, [](const std::string& name) { return os::environment(name); });
    const auto read = [](const std::string& path) { return os::read_file(path); };
    apply_preset(invocation, workspace.source_dir, read);
    // A dashboard's ctest has gone into the build tree by now; the shell's PWD tells where it was started.
    const std::array directories{os::environment("PWD").value_or("/"), workspace.source_dir,
                                 workspace.layout.build_dir};
    apply_scripts(invocation, directories, read);
    return invocation;
}

std::string command_of(const os::ProcessId& process) {
    return shell_command(os::command_line_of(process.pid));
}

/// The file that ctest has open as its log, as /proc names it.
std::string open_log(const Session& session) {
    for (const auto& [descriptor, path] : os::open_files_of(session.ctest.pid)) {
        if (descriptor == session.log_descriptor) return path;
    }
    return "not to be found";
}

std::string switches() {
    std::string text;
    for (const auto* name : {"LOCKSTEP_PROFILE", "LOCKSTEP_SET", "LOCKSTEP_GATE", "LOCKSTEP_SEQUENTIAL",
                             "LOCKSTEP_LIMITS", "LOCKSTEP_SHARD", "LOCKSTEP_HISTORY"}) {
        if (const auto value = os::environment(name); value && !value->empty())
            text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, *value);
    }
    return text.empty() ? "no switches are set" : text;
}

RunFacts facts_of(const Workspace& workspace, const Plan& plan, const Invocation& invocation,
                  Diagnostics& diagnostics) {
    auto facts = facts_from_environment(workspace, plan, diagnostics);
    facts.timeout_on_command_line = invocation.timeout;
    if (invocation.timeout_seconds > 0) facts.default_timeout = invocation.timeout_seconds;
    facts.foreign_resource_spec = invocation.resource_spec;
    facts.names_excluded = invocation.takes_away() != nullptr || invocation.script;
    choose_granularity(workspace, invocation, facts);
    return facts;
}

/// Lines that the included file begins with in a listing and in a run: where temp directories are, which overlay the
/// closing directory includes, and which test files must still be as they were when it does.
std::string session_script(const Layout& layout, const Graph& graph, int session) {
    std::string script = "# Of one ctest run: sets what overlay.cmake uses.\n";
    script +=
        fmt::format("set(_lockstep_temp \"{}\")\n", cmake_quoted_inside(cmake_list_element(layout.temp(session))));
    script += fmt::format("set(_lockstep_overlay {})\n", cmake_bracket(layout.graph(graph.name) + "/overlay.cmake"));
    if (const auto batches = layout.graph(graph.name) + "/batches.cmake"; os::exists(batches))
        script += fmt::format("include({})\n", cmake_bracket(batches));
    int count = 0;
    for (const auto& file : graph.listing.rewritten) {
        if (!os::exists(file)) continue;
        // Discovery at test time may write them again while ctest reads: close.cmake compares.
        script += fmt::format("set(_lockstep_file_{0} {1})\nfile(SHA256 {1} _lockstep_hash_{0})\n", ++count,
                              cmake_bracket(file));
    }
    return script + fmt::format("set(_lockstep_rewritten {})\n", count);
}

/// Calls `make(directory, whether it has a home)` for each test and batch that has one of its own.
template <class Make>
void each_temp_directory(const Layout& layout, int session, const RunTable& table, const Make& make) {
    for (std::size_t number = 1; number <= table.tests.size(); ++number) {
        if (const auto& test = table.tests[number - 1]; test.temp) make(layout.temp(session, number), test.home);
    }
    for (const auto& batch : table.batches) {
        if (batch.temp) make(layout.temp(session, batch.index), batch.home);
    }
}

/// Notes the numbers of the tests that `regex` (of ctest -E) takes away. Left to ctest, whose regular expressions they
/// are, at the time when it reads the tests; paid for by runs with -E only.
std::string dropping_script(const std::string& regex, const RunTable& table, const std::string& file) {
    auto script = fmt::format("set(_lockstep_regex {})\nset(_lockstep_dropped \"\")\n", cmake_bracket(regex));
    for (std::uint32_t index = 1; !table.name_of(index).empty(); ++index) {
        script += fmt::format(
            "if({} MATCHES \"${{_lockstep_regex}}\")\n  string(APPEND _lockstep_dropped \"{}\\n\")\nendif()\n",
            cmake_bracket(table.name_of(index)), index);
    }
    return script + fmt::format("file(WRITE {} \"${{_lockstep_dropped}}\")\n", cmake_bracket(file));
}

RunTable table_of(const Layout& layout, const std::string& graph) {
    auto table = read_run_table(layout, graph);
    if (!table) throw Refusal(fmt::format("'{}/run.json' is damaged: remove that folder", layout.graph(graph)));
    return std::move(*table);
}

class RunEntry {
public:
    RunEntry(const Workspace& workspace, Plan plan, Invocation invocation, os::ProcessId ctest,
             Diagnostics& diagnostics)
        : workspace_(workspace),
          layout_(workspace.layout),
          plan_(std::move(plan)),
          invocation_(std::move(invocation)),
          ctest_(ctest),
          diagnostics_(diagnostics) {}

    /// Returns the path to include; none with errors reported. A refused run leaves no session behind.
    std::optional<std::string> open() {
        os::make_directories(layout_.sessions());
        register_session();
        try {
            wait_for_others();
            auto script = prepare();
            if (!script) withdraw();
            return script;
        } catch (...) {
            withdraw();
            throw;
        }
    }

private:
    void register_session() {
        const auto lock = lock_registry(layout_);
        refuse_foreign_sessions();
        release_settled_sessions(layout_, ctest_, say);
        const auto sessions = read_sessions(layout_);
        session_ = open_session(layout_, ctest_);
        session_.configuration = workspace_.configuration;
        session_.jobs = invocation_.jobs.value_or(0);
        // ctest_test(REPEAT …) of a dashboard script does not show outside.
        session_.repeated = invocation_.repeat || invocation_.script;
        session_.recorded = !invocation_.memcheck;
        session_.no_tests_error = invocation_.no_tests_error;
        note_sessions_around(sessions);
        // Before waiting: another ctest may unlink the log's name meanwhile.
        link_log(layout_, session_);
        // A test in a debugger ends as its user wishes, which says nothing about it.
        if (os::environment(runtime::debug_variable)) session_.recorded = false;
        write_session(layout_, session_);
        debug_into(layout_.debug_log(session_.number), "enter", true);
        debug([&] { return "all of this, and what checkpoints decide, is in " + layout_.debug_log(session_.number); });
        debug([&] {
            return fmt::format("session {} is {}{}", session_.number, session_.id,
                               session_.inside.empty() ? "" : ", inside " + session_.inside);
        });
        debug([&] {
            return fmt::format("its log is '{}', read at {}", open_log(session_), log_place(layout_, session_));
        });
    }

    void note_sessions_around(const std::vector<Session>& sessions) {
        session_.around = sessions_around(ctest_, os::environment("LOCKSTEP_SESSIONS"));
        auto ids = std::vector{os::environment("LOCKSTEP_SESSION").value_or("")};
        for (const auto& name : session_.around) {
            if (name.state == layout_.state) ids.push_back(name.id);
        }
        for (const auto& id : ids) {
            if (const auto around = session_around(sessions, ctest_.pid, id)) session_.inside = around->id;
        }
    }

    void refuse_foreign_sessions() const {
        for (const auto& session : read_sessions(layout_)) {
            if (session.ended || liveness(session) != Liveness::elsewhere) continue;
            throw Refusal(foreign_session(layout_, session));
        }
    }

    /// A session runs when no other holds the build tree. One that was started below another, or whose plan shares the
    /// tree, waits for nobody but who writes into its log, and nobody waits for it.
    void wait_for_others() {
        const bool alone = session_.inside.empty() && plan_.run.sessions.value == Sessions::wait;
        if (!alone)
            debug([&] { return std::string("shares the build tree: by the plan, or since it is inside another"); });
        wait_for_turn(layout_, session_, alone);
    }

    std::optional<std::string> prepare() {
        {
            const auto lock = lock_registry(layout_);
            settle_dead_sessions(layout_, session_, say);
            // What others had left in a file that ctest has opened at the same moment is settled by now.
            cut_log(session_);
        }
        // Not beside one that holds the build tree: its tests may be using what a clean-up removes.
        const bool shares = plan_.run.sessions.value == Sessions::share && session_.inside.empty();
        if (session_.holds || shares) pay_debts(layout_, say);

        const auto facts = facts_of(workspace_, plan_, invocation_, diagnostics_);
        const auto graph = current_graph(workspace_, plan_, facts, os::executable_of(ctest_.pid), diagnostics_);
        if (!graph) return std::nullopt;
        point_at(layout_, *graph);
        const auto table = table_of(layout_, graph->name);
        say_unmatched(graph->name);
        refuse_to_resume(table);
        session_.graph = graph->name;
        refuse_other_numbers(layout_, invocation_, table);
        // A ctest that a test has started leaves what a person sees alone.
        if (!workspace_.discoveries.empty() && session_.inside.empty()) note_last_run(layout_, graph->name);
        note_files(graph->listing);
        make_temp_directories(table);
        return write_script(*graph, facts, table);
    }

    /// Other warnings are for `lockstep check`. This one says that tests which the plan's author means to be guarded
    /// may not be, and their run is when that shows.
    void say_unmatched(const std::string& graph) const {
        const auto lines = os::read_file(layout_.graph(graph) + "/unmatched.txt");
        if (!lines) return;
        const auto more = std::ranges::count(*lines, '\n') - 1;
        say(fmt::format("warning: {}{}", lines->substr(0, lines->find('\n')),
                        more == 0 ? "" : fmt::format(" (and {} more: `lockstep check` shows them)", more)));
    }

    /// `ctest -F` takes away what an interrupted run has done, but not from the lists of those that wait for it: they
    /// never start, and ctest ends with status 0. It is CTest's file that says what was done.
    void refuse_to_resume(const RunTable& table) const {
        const bool ordered = table.generated.size() > 1;  // more than lockstep.end
        const auto done = layout_.build_dir + "/Testing/Temporary/CTestCheckpoint.txt";
        if (!invocation_.resume || !ordered || os::read_file(done).value_or("").empty()) return;
        throw Refusal(
            "with -F, ctest leaves out what an interrupted run has done, and without a word all tests that wait for "
            "that, which is later phases. Start it without -F: what has passed counts for the gates");
    }

    void note_files(const Listing& listing) const {
        const auto folder = layout_.session(session_.number);
        const auto text = os::read_file(layout_.listing(listing.name) + "/files.json");
        const auto table = text ? file_table_from_json(*text) : std::nullopt;
        if (!table)
            throw Refusal(fmt::format("'{}/files.json' is damaged: remove that folder", layout_.listing(listing.name)));
        os::write_file(folder + "/files.json", *text);
        os::write_file(folder + "/identities.json", to_json(identify_all(*table)));
    }

    void make_temp_directories(const RunTable& table) const {
        os::make_directories(layout_.temp(session_.number));
        each_temp_directory(layout_, session_.number, table, [](const std::string& directory, bool home) {
            os::make_empty_directory(directory);
            if (home) os::make_directories(directory + "/home");
        });
        for (const auto& phase : table.phases) {
            if (phase.cleanup && uses_temp_dir(*phase.cleanup)) make_own_directory(table, names::cleanup(phase.name));
            if (std::ranges::any_of(phase.verifications, [](const auto& v) { return uses_temp_dir(v.command); }))
                make_own_directory(table, names::checkpoint(phase.name));
        }
        // A service's commands may ask for one too.
        for (const auto& service : plan_.services) make_own_directory(table, names::service_start(service.name.value));
    }

    /// For a generated test whose command asks for one.
    void make_own_directory(const RunTable& table, const std::string& name) const {
        if (const auto index = table.generated_index(name))
            os::make_empty_directory(layout_.temp(session_.number, *index));
    }

    std::string write_script(const Graph& graph, const RunFacts& facts, const RunTable& table) {
        const auto folder = layout_.session(session_.number);
        auto script = session_script(layout_, graph, session_.number);
        const bool sequential = facts.sequential || invocation_.jobs == 1;
        // Of a test that this ctest was started in: what they say is not true of the tests of this one.
        script +=
            "foreach(_lockstep_name IN ITEMS WORKER WORKER_DIR ATTEMPT HELD_PLACES GROUP SERVICE TEMP_DIR TEST PHASE "
            "MARKERS BATCH BATCH_TABLE)\n  unset(ENV{LOCKSTEP_${_lockstep_name}})\nendforeach()\n";
        script += fmt::format("set(ENV{{LOCKSTEP_SESSION}} \"{}\")\n", session_.id);
        auto sessions = session_.around;
        sessions.push_back({layout_.state, session_.id});
        script += fmt::format("set(ENV{{LOCKSTEP_SESSIONS}} {})\n", cmake_bracket(sessions_text(sessions)));
        script += fmt::format("set(ENV{{LOCKSTEP_MODE}} {})\n", sequential ? "sequential" : "parallel");
        script += fmt::format("set(ENV{{LOCKSTEP_SESSION_FILE}} {})\n", cmake_bracket(layout_.facts(session_.number)));
        choose_workers(table);
        write_facts(facts, sequential);
        if (const auto spec = spec_text(facts)) {
            os::write_file(folder + "/resources.json", *spec);
            // For the closing directory to set: where the project has a spec file, each directory's test file sets
            // that.
            script += fmt::format("set(_lockstep_resource_spec {})\n", cmake_bracket(folder + "/resources.json"));
        } else if (plan_.run.workers.value.value_or(1) != 0) {
            say(fmt::format("tests get no worker ids in this run: {}", why_no_resources(facts, table.spec_maker)));
        }
        if (const auto* regex = invocation_.takes_away())
            script += dropping_script(*regex, table, layout_.dropped(session_.number));
        if (!table.batches.empty()) require_launcher();
        if (os::exists(layout_.launch_script(graph.name))) script += launching_script(graph.name);
        const auto path = folder + "/session.cmake";
        os::write_file(path, script);
        debug([&] {
            return fmt::format("temp directories are below {}, workers are {} from {}", layout_.temp(session_.number),
                               session_.workers, session_.first_worker);
        });
        keep_log_open(layout_, session_, os::own_executable());
        const auto lock = lock_registry(layout_);
        session_.began = true;
        write_session(layout_, session_);
        return path;
    }

    /// For launched tests, the client library and services.
    void write_facts(const RunFacts& run, bool sequential) const {
        runtime::SessionFacts facts;
        facts.id = session_.id;
        facts.number = session_.number;
        facts.folder = layout_.session(session_.number);
        facts.state = layout_.state;
        facts.build_dir = layout_.build_dir;
        facts.source_dir = workspace_.source_dir;
        if (const auto path = layout_.launch_table(session_.graph); os::exists(path)) facts.table = path;
        facts.mode = sequential ? "sequential" : "parallel";
        facts.first_worker = session_.first_worker;
        facts.workers = session_.workers;
        facts.limits = run.limits;
        facts.shard = run.shard;
        facts.shards = run.shards;
        facts.temp = layout_.temp(session_.number);
        os::write_file(layout_.facts(session_.number), runtime::to_text(facts));
    }

    static void require_launcher() {
        if (!os::exists(launcher_path()))
            throw Refusal(fmt::format("tests of this plan start through '{}', which is not there", launcher_path()));
    }

    std::string launching_script(const std::string& graph) const {
        require_launcher();
        if (invocation_.memcheck) {
            say("warning: ctest's memory checker sees the launcher of those tests that start through it (`lockstep "
                "explain` shows which); --trace-children=yes has valgrind follow it to the test");
        }
        return fmt::format("include({})\n", cmake_bracket(layout_.launch_script(graph)));
    }

    /// As many ids as tests can run at once; ranges of sessions that run side by side do not meet.
    void choose_workers(const RunTable& table) {
        const auto tests = std::max<std::size_t>(table.tests.size() + table.generated.size(), 1);
        const int jobs =
            invocation_.jobs
                ? static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(*invocation_.jobs), tests))
                : std::max(default_workers, 2 * os::processors());
        session_.workers = plan_.run.workers.value.value_or(jobs);
        const auto lock = lock_registry(layout_);
        session_.first_worker = first_free_worker(session_.workers);
        write_session(layout_, session_);
    }

    /// The lowest range of ids that nobody has, so that the same run gets the same ids whenever it has the build tree
    /// for itself. A session that has ended runs no test, even while its ctest takes its time to exit.
    int first_free_worker(int wanted) const {
        std::vector<std::pair<int, int>> taken;
        for (const auto& other : read_sessions(layout_)) {
            if (other.number == session_.number || (other.ended && !other.processes_left)) continue;
            if (other.workers > 0) taken.emplace_back(other.first_worker, other.first_worker + other.workers);
        }
        std::ranges::sort(taken);
        int first = 0;
        for (const auto& [begin, end] : taken) {
            if (first + wanted <= begin) break;
            first = std::max(first, end);
        }
        return first;
    }

    std::optional<std::string> spec_text(const RunFacts& facts) {
        // Resolving anew would cost more than reading what the graph keeps of it.
        const auto kept = os::read_file(layout_.graph(session_.graph) + "/resources.json");
        if (!kept || facts.foreign_resource_spec) return std::nullopt;
        SourcePtr base;
        auto base_path = workspace_.project_spec;
        if (plan_.run.resource_spec.value)
            base_path = absolute_from(*plan_.run.resource_spec.value, workspace_.source_dir);
        if (!base_path.empty()) {
            base = load_source(base_path, base_path);
            if (!base) throw Refusal(fmt::format("there is no resource spec file '{}'", base_path));
        }
        auto text = resource_spec(*kept, session_.first_worker, session_.workers, base, plan_.run.resource_spec.place,
                                  diagnostics_);
        if (!text) throw Refusal(render_text(diagnostics_));
        return text;
    }

    void withdraw() {
        const auto lock = lock_registry(layout_);
        remove_session(layout_, session_.number);
    }

    const Workspace& workspace_;
    const Layout& layout_;
    Plan plan_;
    Invocation invocation_;
    os::ProcessId ctest_;
    Diagnostics& diagnostics_;
    Session session_;
};

/// What a listing includes: no session, a fixed temp directory for each test, there for whoever starts one by hand.
std::optional<std::string> enter_listing(const Workspace& workspace, const Plan& plan, const Invocation& invocation,
                                         const os::ProcessId& ctest, Diagnostics& diagnostics) {
    const auto& layout = workspace.layout;
    const auto facts = facts_of(workspace, plan, invocation, diagnostics);
    const auto graph = current_graph(workspace, plan, facts, os::executable_of(ctest.pid), diagnostics);
    if (!graph) return std::nullopt;
    const auto path = layout.graph(graph->name) + "/listing.cmake";
    const auto made = layout.temp(0) + "/.made-for";
    if (!os::exists(path) || os::read_file(made) != graph->name || !graph->listing.rewritten.empty()) {
        point_at(layout, *graph);
        const auto table = table_of(layout, graph->name);
        each_temp_directory(layout, 0, table, [](const std::string& directory, bool home) {
            os::make_directories(directory + (home ? "/home" : ""));
        });
        os::make_directories(layout.temp(0));
        os::write_file(path, session_script(layout, *graph, 0));
        os::write_file(made, graph->name);
    }
    return path;
}

/// A project may have variables of such names for itself, so only what is nearly one of ours is said.
void say_misspelt_switches() {
    constexpr std::string_view prefix = "LOCKSTEP_";
    static const std::vector<std::string> known{
        "DISABLE",    "SEQUENTIAL",  "GATE",  "PROFILE",    "SET",        "HISTORY",      "LOG",
        "LIMITS",     "GRANULARITY", "SHARD", "EXECUTABLE", "SESSION",    "SESSION_FILE", "SESSIONS",
        "MODE",       "TEST",        "PHASE", "MARKERS",    "TEMP_DIR",   "WORKER",       "WORKER_DIR",
        "ATTEMPT",    "HELD_PLACES", "GROUP", "SERVICE",    "DEBUG_FILE", "WORKERS",      "WORKER_INDEX",
        "MARKS_FILE", "PAYING",      "BATCH", "BATCH_TABLE"};
    for (const auto& name : os::environment_names()) {
        if (!name.starts_with(prefix)) continue;
        const auto word = name.substr(prefix.size());
        if (std::ranges::find(known, word) != known.end()) continue;
        if (const auto meant = nearest(word, known))
            say(fmt::format("warning: environment variable {} is not known: did you mean {}{}?", name, prefix, *meant));
    }
}

int list_without_plan() {
    say("warning: the plan cannot be used; these are the tests without it");
    return 0;
}

/// ctest reads a directory's test file from within that directory, so we are called in the build tree that it reads. In
/// a copy, the test files name the original.
void refuse_copy(const Layout& layout) {
    const auto here = os::identify("."), configured = os::identify(layout.build_dir);
    if (!here || !configured || same_file(*here, *configured)) return;
    throw Refusal(
        fmt::format("this build tree is a copy of '{}', and its test files still name that one: configure it "
                    "anew with cmake --fresh, or set LOCKSTEP_DISABLE=1 to run the tests without their plan",
                    layout.build_dir));
}

}  // namespace

int enter_command(const CommonOptions& options, const InternalOptions& internal) {
    const auto ctest = os::parent_process();
    // What a dead ctest asked for must not go on: its number, and with it its directories, may soon be another's.
    os::end_with(ctest);
    // It died before that, and whoever adopts orphans here is no ctest: of a session of init, no end is ever seen.
    if (internal.caller != 0 && internal.caller != ctest.pid && os::proc_available()) return 1;
    Workspace workspace;
    try {
        workspace = open_workspace({options.build_dir, options.plan, options.configuration});
    } catch (const Refusal& refusal) {
        if (!calling_ctest(ctest, workspace).listing) throw;
        say(refusal.what());
        return list_without_plan();
    }
    const auto invocation = calling_ctest(ctest, workspace);
    if (!invocation.listing) say_misspelt_switches();
    debug([&] { return fmt::format("ctest {} is {}: {}", ctest.pid, describe(invocation), command_of(ctest)); });
    debug([&] { return fmt::format("the plan is '{}'; {}", workspace.plan_path, switches()); });
    Diagnostics diagnostics;
    std::optional<std::string> path;
    try {
        refuse_copy(workspace.layout);
        if (!invocation.listing && !os::proc_available()) {
            throw Refusal("/proc is not there: which tests of this run are still running could not be told");
        }
        if (auto plan = load_plan(workspace.plan_path, workspace.plan_name, diagnostics)) {
            path = invocation.listing ? enter_listing(workspace, *plan, invocation, ctest, diagnostics)
                                      : RunEntry(workspace, std::move(*plan), invocation, ctest, diagnostics).open();
        }
    } catch (const std::exception& error) {  // of the system too (a full disk): an IDE's list must not become empty
        if (!invocation.listing) throw;
        say(error.what());
    }
    if (path) {
        fmt::print("{}", *path);
        return 0;
    }
    // Not the warnings: they are `lockstep check`'s, and would be repeated by every run.
    print_errors(diagnostics, false);
    if (!invocation.listing) return 1;
    return list_without_plan();
}

}  // namespace lockstep
