// lockstep-exec: runs one test as its plan entry says, where CTest alone cannot: retries, rate limits, stagger, set-up
// and clean-up, workers, services, measurement. To CTest it is the test: it ends as the test ends.
//
// It starts once a test, so it reads two flat files and nothing else, and is linked to start fast. `lockstep-exec
// batch` runs several cases of one program instead (batch_run.hpp).
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <string_view>
#include <system_error>

#include "launcher/batch_run.hpp"
#include "launcher/context.hpp"
#include "launcher/debugging.hpp"
#include "launcher/hooks.hpp"
#include "launcher/message.hpp"
#include "launcher/options.hpp"
#include "launcher/services.hpp"
#include "launcher/test_run.hpp"
#include "launcher/workers.hpp"
#include "runtime/names.hpp"

namespace lockstep::launcher {
namespace {

/// A command line that somebody copied out of a log: there is no session to take part in.
[[noreturn]] void run_plainly(const Options& options) {
    note("there is no session (LOCKSTEP_SESSION_FILE), so '" + options.name +
         "' runs without what the plan adds to it");
    std::vector<char*> words;
    auto command = options.command;
    for (auto& word : command) words.push_back(word.data());
    words.push_back(nullptr);
    ::execvp(words.front(), words.data());
    const int error = errno;
    note("cannot start '" + options.command.front() + "': " + std::generic_category().message(error));
    ::_exit(status_of_unstarted(error));
}

/// Throws std::runtime_error that names the file.
std::string content(const std::string& path, const char* what) {
    std::string text;
    if (!runtime::read_file(path, text)) throw std::runtime_error(std::string(what) + " '" + path + "' is missing");
    return text;
}

Context read_context(Options options, const std::string& session_file) {
    Context context;
    std::string error;
    auto facts = runtime::session_facts_from_text(content(session_file, "session file"), error);
    if (!facts) throw std::runtime_error(session_file + ": " + error);
    auto table = runtime::launch_table_from_text(content(options.table, "launch table"), error);
    if (!table) throw std::runtime_error(options.table + ": " + error);
    if (options.kind >= table->kinds.size()) throw std::runtime_error(options.table + ": there is no such kind");
    context.options = std::move(options);
    context.facts = std::move(*facts);
    context.table = std::move(*table);
    context.values.session = context.facts.id;
    context.values.temp_dir = context.facts.temp + "/" + context.options.test;
    return context;
}

/// What the project sets on the test itself stands.
void leave_out_own_variables(Context& context) {
    Variables variables;
    for (auto& variable : context.variables) {
        bool own = false;
        for (const auto& name : context.kind().own_variables) own = own || name == variable.first;
        if (!own) variables.push_back(std::move(variable));
    }
    context.variables = std::move(variables);
}

End run_test(Context& context) {
    for (const auto& [name, value] : context.kind().env) {
        context.variables.emplace_back(name, runtime::fill(value, context.values));
    }
    leave_out_own_variables(context);
    MarkerCleanups cleanups(context);
    End end;
    try {
        run_setups(context);
        end = TestRun(context).run();
    } catch (const Unfit& problem) {
        note(problem.what());
        end.status = failure_status(context.kind(), 1);
    }
    // After a signal nobody waits for clean-ups: they are owed, and the next session, or `lockstep cleanup`, pays them.
    if (end.interrupted == 0) cleanups.run();
    return end;
}

End run_in_session(Context& context) {
    try {
        Worker worker(context);
        add_services(context);
        worker.set_up();
        return run_test(context);
    } catch (const Skipped& reason) {
        const auto line = std::string(runtime::skip_line) + reason.what() + "\n";
        write_all(STDOUT_FILENO, line.data(), line.size());
        return {};
    } catch (const Interrupted& interrupted) {
        return {0, interrupted.signal, interrupted.signal};
    } catch (const std::exception& problem) {
        note(problem.what());
        return {failure_status(context.kind(), 1), 0, 0};
    }
}

int run(int argc, char** argv) {
    if (argc > 1 && std::string_view(argv[1]) == "batch") return run_batch(argc - 1, argv + 1);
    std::string error;
    auto options = read_options(argc, argv, error);
    if (!options) {
        note(error +
             "\nusage: lockstep-exec --table FILE --kind N --test N --name NAME -- PROGRAM [ARGUMENT…]\n"
             "Lockstep writes this command line; docs/reference/launcher.md says what it does.");
        return 2;
    }
    const auto session_file = runtime::environment("LOCKSTEP_SESSION_FILE");
    if (session_file.empty()) run_plainly(*options);
    Context context;
    std::string debug_status;
    try {
        debug_status = take_debug_request(*options);
        context = read_context(std::move(*options), session_file);
    } catch (const std::exception& problem) {
        // What CTest would take for a failure of this test is not known: a status might be a pass. A signal never is.
        note(std::string("the test is not started: ") + problem.what());
        end_by(SIGABRT);
    }
    const auto end = run_in_session(context);
    answer_debug_request(debug_status, end.status, end.signal);
    if (end.signal != 0) end_by(end.signal);
    return end.status;
}

}  // namespace
}  // namespace lockstep::launcher

int main(int argc, char** argv) {
    return lockstep::launcher::run(argc, argv);
}
