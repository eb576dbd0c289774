// `lockstep enter`: called by the opening file while ctest reads a build tree's tests, before it knows any. Prints the
// path of the file that ctest includes next; nothing means "go on without guards", which only a listing is allowed.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "commands/commands.hpp"
#include "commands/output.hpp"
#include "commands/resolution.hpp"
#include "commands/settle.hpp"
#include "os/files.hpp"
#include "os/machine.hpp"
#include "session/invocation.hpp"
#include "text/quote.hpp"
#include "text/render.hpp"

namespace lockstep {
namespace {

using namespace std::chrono_literals;
constexpr auto look_again = 50ms;
constexpr int default_workers = 64;

/// The ctest that reads the test files is our parent (execute_process starts us directly).
Invocation calling_ctest(const os::ProcessId& ctest, const Workspace& workspace) {
    auto words = os::command_line_of(ctest.pid);
    if (!words.empty()) words.erase(words.begin());
    auto invocation = read_invocation(words, [](const std::string& name) { return os::environment(name); });
    apply_preset(invocation, workspace.source_dir, [](const std::string& path) { return os::read_file(path); });
    return invocation;
}

RunFacts facts_of(const Workspace& workspace, const Plan& plan, const Invocation& invocation,
                  Diagnostics& diagnostics) {
    auto facts = facts_from_environment(workspace, plan, diagnostics);
    facts.timeout_on_command_line = invocation.timeout;
    facts.foreign_resource_spec = invocation.resource_spec;
    facts.names_excluded = invocation.takes_away() != nullptr || invocation.script;
    return facts;
}

/// Lines that the included file begins with in a listing and in a run: where temp directories are, which overlay the
/// closing directory includes, and which test files must still be as they were when it does.
std::string session_script(const Layout& layout, const std::string& graph, int session, const Listing& listing) {
    std::string script = "# Of one ctest run: sets what overlay.cmake uses.\n";
    script +=
        fmt::format("set(_lockstep_temp \"{}\")\n", cmake_quoted_inside(cmake_list_element(layout.temp(session))));
    script += fmt::format("set(_lockstep_overlay {})\n", cmake_bracket(layout.graph(graph) + "/overlay.cmake"));
    script += "set(_lockstep_rewritten)\n";
    for (const auto& file : listing.rewritten) {
        if (!os::exists(file)) continue;
        // Discovery at test time may write them again while ctest reads: close.cmake compares.
        script +=
            fmt::format("file(SHA256 {} _lockstep_hash)\nlist(APPEND _lockstep_rewritten {} \"${{_lockstep_hash}}\")\n",
                        cmake_bracket(file), cmake_bracket(cmake_list_element(file)));
    }
    return script;
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
        const os::FileLock lock(layout_.lock());
        refuse_foreign_sessions();
        release_settled_sessions(layout_, ctest_);
        const auto sessions = read_sessions(layout_);
        session_.number = take_number(layout_);
        session_.ctest = ctest_;
        session_.process_group = os::process_group_of(ctest_.pid);
        session_.host = os::host_name();
        session_.boot = os::boot_id();
        session_.process_namespace = os::process_namespace();
        session_.configuration = workspace_.configuration;
        session_.opened_ns = os::now_ns();
        session_.jobs = invocation_.jobs.value_or(0);
        session_.repeated = invocation_.repeat;
        session_.recorded = !invocation_.memcheck;
        session_.no_tests_error = invocation_.no_tests_error;
        session_.id = make_session_id(layout_, session_);
        if (const auto around =
                session_around(sessions, ctest_.pid, os::environment("LOCKSTEP_SESSION").value_or(""))) {
            session_.inside = around->id;
        }
        // Before waiting: another ctest may unlink the log's name meanwhile.
        link_log(layout_, session_);
        write_session(layout_, session_);
        debug(fmt::format("session {} ({}), its log is {}{}", session_.number, session_.id,
                          session_.log_linked ? "linked" : "read through /proc",
                          session_.inside.empty() ? "" : ", inside " + session_.inside));
    }

    void refuse_foreign_sessions() const {
        for (const auto& session : read_sessions(layout_)) {
            if (liveness(session) != Liveness::elsewhere) continue;
            throw Refusal(
                fmt::format("session {} of this build tree is of process {} on '{}', in another container or on "
                            "another machine: whether it still runs "
                            "cannot be told from here. If it does not, remove the folder '{}'",
                            session.number, session.ctest.pid, session.host, layout_.session(session.number)));
        }
    }

    /// A session runs when no other holds the build tree. One that was started below another, or whose plan shares the
    /// tree, does not wait, and nobody waits for it.
    void wait_for_others() {
        if (!session_.inside.empty() || plan_.run.sessions.value == Sessions::share) return;
        bool said = false;
        for (;;) {
            {
                const os::FileLock lock(layout_.lock());
                const auto holder = find_holder();
                if (!holder) {
                    session_.holds = true;
                    write_session(layout_, session_);
                    return;
                }
                if (!said) {
                    say(fmt::format(
                        "waiting for ctest {} in this build tree (sessions = \"share\" in the plan runs both at once)",
                        holder->ctest.pid));
                }
                said = true;
            }
            std::this_thread::sleep_for(look_again);
        }
    }

    std::optional<Session> find_holder() const {
        for (auto& session : read_sessions(layout_)) {
            if (session.number == session_.number || !session.holds || session.ctest == ctest_) continue;
            if (liveness(session) == Liveness::alive) return session;
        }
        return std::nullopt;
    }

    std::optional<std::string> prepare() {
        {
            const os::FileLock lock(layout_.lock());
            settle_dead_sessions(layout_, session_, say);
        }
        if (session_.inside.empty()) pay_debts(layout_, say);

        const auto facts = facts_of(workspace_, plan_, invocation_, diagnostics_);
        if (diagnostics_.has_errors()) return std::nullopt;
        const auto listing = current_listing(workspace_, os::executable_of(ctest_.pid));
        const auto graph = graph_name(workspace_, plan_, facts, listing);
        if (!ensure_graph(workspace_, plan_, facts, graph, diagnostics_)) return std::nullopt;
        debug(fmt::format("overlay {}", layout_.graph(graph)));
        point_at(layout_, graph);
        const auto table = read_run_table(layout_, graph);
        if (!table) throw Refusal(fmt::format("'{}/run.json' is damaged: remove that folder", layout_.graph(graph)));
        session_.graph = graph;
        note_files();
        make_temp_directories(*table);
        return write_script(graph, facts, listing, *table);
    }

    void note_files() const {
        const auto folder = layout_.session(session_.number);
        const auto text = os::read_file(layout_.state + "/files.json");
        const auto table = text ? file_table_from_json(*text) : std::nullopt;
        if (!table)
            throw Refusal(fmt::format("'{}/files.json' is damaged: remove it and '{}'", layout_.state,
                                      layout_.inventory_stamp()));
        os::write_file(folder + "/files.json", *text);
        os::write_file(folder + "/identities.json", to_json(identify_all(*table)));
    }

    void make_temp_directories(const RunTable& table) const {
        const auto root = layout_.temp(session_.number);
        os::make_directories(root);
        for (std::size_t position = 0; position < table.tests.size(); ++position) {
            if (!table.tests[position].temp) continue;
            const auto directory = fmt::format("{}/{}", root, position + 1);
            os::make_empty_directory(directory);
            if (table.tests[position].home) os::make_directories(directory + "/home");
        }
    }

    std::string write_script(const std::string& graph, const RunFacts& facts, const Listing& listing,
                             const RunTable& table) {
        const auto folder = layout_.session(session_.number);
        auto script = session_script(layout_, graph, session_.number, listing);
        const bool sequential = facts.sequential || invocation_.jobs == 1;
        script += fmt::format("set(ENV{{LOCKSTEP_SESSION}} \"{}\")\n", session_.id);
        script += fmt::format("set(ENV{{LOCKSTEP_MODE}} {})\n", sequential ? "sequential" : "parallel");
        choose_workers();
        if (const auto spec = spec_text(facts)) {
            os::write_file(folder + "/resources.json", *spec);
            // For the closing directory to set: where the project has a spec file, each directory's test file sets
            // that.
            script += fmt::format("set(_lockstep_resource_spec {})\n", cmake_bracket(folder + "/resources.json"));
        }
        if (const auto* regex = invocation_.takes_away())
            script += dropping_script(*regex, table, layout_.dropped(session_.number));
        const auto path = folder + "/session.cmake";
        os::write_file(path, script);
        const os::FileLock lock(layout_.lock());
        write_session(layout_, session_);
        return path;
    }

    /// As many ids as tests can run at once; ranges of sessions that run side by side do not meet.
    void choose_workers() {
        session_.workers = plan_.run.workers.value.value_or(
            invocation_.jobs ? *invocation_.jobs : std::max(default_workers, 2 * os::processors()));
        const os::FileLock lock(layout_.lock());
        for (const auto& other : read_sessions(layout_)) {
            if (other.number != session_.number)
                session_.first_worker = std::max(session_.first_worker, other.first_worker + other.workers);
        }
        write_session(layout_, session_);
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
        const os::FileLock lock(layout_.lock());
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
    if (diagnostics.has_errors()) return std::nullopt;
    const auto listing = current_listing(workspace, os::executable_of(ctest.pid));
    const auto graph = graph_name(workspace, plan, facts, listing);
    if (!ensure_graph(workspace, plan, facts, graph, diagnostics)) return std::nullopt;
    const auto path = layout.graph(graph) + "/listing.cmake";
    const auto made = layout.temp(0) + "/.made-for-" + graph;
    if (!os::exists(path) || !os::exists(made) || !listing.rewritten.empty()) {
        point_at(layout, graph);
        const auto table = read_run_table(layout, graph);
        if (!table) throw Refusal(fmt::format("'{}/run.json' is damaged: remove that folder", layout.graph(graph)));
        for (std::size_t position = 0; position < table->tests.size(); ++position) {
            const auto& test = table->tests[position];
            if (test.temp)
                os::make_directories(fmt::format("{}/{}{}", layout.temp(0), position + 1, test.home ? "/home" : ""));
        }
        os::make_directories(layout.temp(0));
        os::write_file(path, session_script(layout, graph, 0, listing));
        os::write_file(made, "");
    }
    return path;
}

}  // namespace

int enter_command(const CommonOptions& options) {
    const auto ctest = os::parent_process();
    const auto workspace = open_workspace({options.build_dir, options.plan, options.configuration});
    const auto invocation = calling_ctest(ctest, workspace);
    debug(fmt::format("ctest {} {}", ctest.pid, invocation.listing ? "lists" : "runs"));
    Diagnostics diagnostics;
    std::optional<std::string> path;
    try {
        if (!invocation.listing && !os::proc_available()) {
            throw Refusal("/proc is not there: which tests of this run are still running could not be told");
        }
        if (auto plan = load_plan(workspace.plan_path, workspace.plan_name, diagnostics)) {
            path = invocation.listing ? enter_listing(workspace, *plan, invocation, ctest, diagnostics)
                                      : RunEntry(workspace, std::move(*plan), invocation, ctest, diagnostics).open();
        }
    } catch (const Refusal& refusal) {
        if (!invocation.listing) throw;
        say(refusal.what());
    }
    if (path) {
        fmt::print("{}", *path);
        return 0;
    }
    // Errors only: warnings are `lockstep check`'s, and would be repeated by every run.
    Diagnostics errors;
    for (const auto& diagnostic : diagnostics.all()) {
        if (diagnostic.severity == Severity::error) errors.report(diagnostic);
    }
    print_diagnostics(errors, false);
    if (!invocation.listing) return 1;
    say("warning: the plan cannot be used; these are the tests without it");
    return 0;
}

}  // namespace lockstep
