#include "services/readiness.hpp"

#include <fmt/format.h>

#include "os/processes.hpp"
#include "os/sockets.hpp"

namespace lockstep {
namespace {

std::optional<std::string> with_address(const std::optional<std::string>& problem, const std::string& address) {
    if (!problem) return std::nullopt;
    return fmt::format("{}: {}", address, *problem);
}

std::optional<std::string> command_problem(const ReadyQuestion& question, std::chrono::milliseconds patience) {
    os::RunOptions options;
    options.command = question.command;
    options.working_directory = question.working_directory;
    options.timeout = patience;
    const auto result = os::run(options);
    if (result.timed_out) return fmt::format("'{}' took too long", question.command.front());
    if (result.status == 0) return std::nullopt;
    return fmt::format("'{}' ended with status {}{}{}", question.command.front(), result.status,
                       result.output.empty() ? "" : ": ", result.output);
}

}  // namespace

std::optional<std::string> not_ready(const ReadyQuestion& question, std::chrono::milliseconds patience) {
    switch (question.kind) {
        case runtime::Service::Ready::none:
            return std::nullopt;
        case runtime::Service::Ready::url: {
            const auto address = os::parse_http_url(question.address);
            if (!address) return fmt::format("'{}' is not of the form http://HOST:PORT/PATH", question.address);
            return with_address(os::http_problem(*address, patience), question.address);
        }
        case runtime::Service::Ready::tcp: {
            const auto address = os::parse_tcp_address(question.address);
            if (!address) return fmt::format("'{}' is not of the form HOST:PORT", question.address);
            return with_address(os::tcp_problem(*address, patience), question.address);
        }
        case runtime::Service::Ready::command:
            return command_problem(question, patience);
    }
    return std::nullopt;
}

}  // namespace lockstep
