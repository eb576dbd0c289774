#include "launcher/attempt.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "launcher/message.hpp"
#include "runtime/names.hpp"

namespace lockstep::launcher {
namespace {

/// s/<n>/attempts/<test>.<attempt>
std::string file_of(const Context& context, int attempt) {
    const auto folder = context.facts.folder + "/attempts";
    runtime::make_directories(folder);
    return folder + "/" + context.options.test + "." + std::to_string(attempt);
}

}  // namespace

AttemptRun run_attempt(const Context& context, const Patterns& patterns, const AttemptOptions& options) {
    Program program;
    program.words = context.options.command;
    program.variables = context.variables;
    program.variables.insert(program.variables.end(), options.variables.begin(), options.variables.end());
    program.terminal = true;

    AttemptRun run;
    runtime::Descriptor file;
    Output output;
    StreamSearch first(patterns), second(patterns);
    if (options.withhold) {
        run.withheld = file_of(context, options.number);
        file = runtime::Descriptor(::open(run.withheld.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
        if (!file) runtime::fail("cannot make", run.withheld);
        output.add(file.get(), &first, nullptr);
    } else if (!patterns.empty()) {
        output.add(STDOUT_FILENO, &first, nullptr);
        if (!streams_are_one()) output.add(STDERR_FILENO, &second, nullptr);
    }
    program.output = output.output();
    program.errors = output.errors();

    run.ended = supervise(program, output, options.timeout, options.started);
    run.outcome.status = run.ended.status;
    run.outcome.timed_out = run.ended.timed_out;
    run.outcome.pattern = first.finish();
    if (run.outcome.pattern.empty()) run.outcome.pattern = second.finish();
    return run;
}

void pass_on_withheld(const std::string& path) {
    const runtime::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) runtime::fail("cannot read", path);
    std::array<char, 65536> buffer;
    for (;;) {
        const auto got = runtime::retry([&] { return ::read(file.get(), buffer.data(), buffer.size()); });
        if (got < 0) runtime::fail("cannot read", path);
        if (got == 0 || !write_all(STDOUT_FILENO, buffer.data(), static_cast<std::size_t>(got))) break;
    }
    ::unlink(path.c_str());
}

}  // namespace lockstep::launcher
