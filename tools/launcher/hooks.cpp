#include "launcher/hooks.hpp"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <string_view>

#include "launcher/message.hpp"

extern char** environ;

namespace lockstep::launcher {
namespace {

std::string command_text(const Words& words) {
    std::string text;
    for (const auto& word : words) {
        if (!text.empty()) text += ' ';
        text += word.empty() || word.find_first_of(" \t\n'\"") != std::string::npos ? "'" + word + "'" : word;
    }
    return text;
}

std::string current_directory() {
    std::string path(4096, '\0');
    if (::getcwd(path.data(), path.size()) == nullptr) runtime::fail("cannot tell", "working directory");
    path.resize(path.find('\0'));
    return path;
}

/// What a clean-up that is run later, from elsewhere, needs of this process's environment. The rest is that of whoever
/// runs it.
bool matters_later(std::string_view variable) {
    for (const std::string_view name : {"LOCKSTEP_", "CTEST_RESOURCE_GROUP_",
                                        "TMPDIR=", "TMP=", "TEMP=", "HOME=", "XDG_", "PATH=", "LD_LIBRARY_PATH="}) {
        if (variable.substr(0, name.size()) == name) return true;
    }
    return false;
}

}  // namespace

HookRun run_hook(const Context& context, const runtime::Hook& hook, std::optional<Milliseconds> timeout) {
    Program program;
    program.words = runtime::fill(hook.command, context.values);
    program.variables = context.variables;
    const runtime::Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    std::string printed;
    Output output;
    output.add(-1, nullptr, &printed);
    program.input = nothing.get();
    program.output = output.output();
    program.errors = output.errors();
    const auto ended = supervise(program, output, timeout);
    if (ended.passed_on != 0) throw Interrupted{ended.passed_on};

    HookRun run;
    run.succeeded = ended.error == 0 && ended.status == 0 && !ended.timed_out;
    if (run.succeeded) return run;
    run.text = command_text(program.words) + " (" + hook.place + "): ";
    if (ended.error != 0) {
        run.text += std::generic_category().message(ended.error);
    } else if (ended.timed_out) {
        run.text += "not done after " + seconds_text(ended.seconds);
    } else {
        run.text += status_text(ended.status);
    }
    while (!printed.empty() && printed.back() == '\n') printed.pop_back();
    if (!printed.empty()) run.text += "\n" + printed;
    return run;
}

void owe(const Context& context, const runtime::Hook& hook, const std::string& id, const char* kind) {
    const auto& name = std::string_view(kind) == "worker" ? context.values.worker : context.options.name;
    runtime::JournalRecord record{"owe", {{"id", id}, {"kind", kind}, {"test", context.options.test}, {"name", name}}};
    record.fields.emplace_back("place", hook.place);
    record.fields.emplace_back("directory", current_directory());
    for (auto& word : runtime::fill(hook.command, context.values)) record.fields.emplace_back("word", std::move(word));
    for (char** entry = environ; *entry != nullptr; ++entry) {
        if (matters_later(*entry)) record.fields.emplace_back("set", *entry);
    }
    // After those, because the later of two counts.
    for (const auto& [name, value] : context.variables) record.fields.emplace_back("set", name + "=" + value);
    context.note_in_journal(record);
}

void pay(const Context& context, const std::string& id) {
    context.note_in_journal({"paid", {{"id", id}}});
}

MarkerCleanups::MarkerCleanups(const Context& context) : context_(context) {
    const auto& hooks = context_.kind().cleanup;
    if (hooks.empty()) return;
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    own_ = context_.options.test + "." + std::to_string(::getpid()) + "." + std::to_string(now.tv_sec) + "." +
           std::to_string(now.tv_nsec);
    for (std::size_t i = 0; i < hooks.size(); ++i) owe(context_, hooks[i], id(i), "cleanup");
}

std::string MarkerCleanups::id(std::size_t position) const {
    return own_ + "." + std::to_string(position);
}

void MarkerCleanups::run() {
    const auto& hooks = context_.kind().cleanup;
    for (std::size_t i = 0; i < hooks.size(); ++i) {
        const auto run = run_hook(context_, hooks[i], runtime::longest_clean_up);
        if (!run.succeeded) {
            note("a clean-up did not succeed and stays owed: " + run.text);
            continue;
        }
        try {
            pay(context_, id(i));
        } catch (const std::system_error& problem) {  // the verdict is the test's
            note(std::string("a clean-up stays owed: ") + problem.what());
        }
    }
}

void run_setups(const Context& context) {
    for (const auto& hook : context.kind().setup) {
        const auto run = run_hook(context, hook);
        if (!run.succeeded) throw Unfit("a set-up did not succeed, so the test is not started: " + run.text);
    }
}

}  // namespace lockstep::launcher
