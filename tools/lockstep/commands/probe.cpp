// `lockstep probe TEST`: what each test of `lockstep validate` runs. It notes in the suite's log what it was given,
// holds that as long as validation/judge.hpp wants to see it held, and notes its end.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <thread>

#include "commands/commands.hpp"
#include "commands/workspace.hpp"
#include "os/files.hpp"
#include "os/machine.hpp"
#include "os/processes.hpp"
#include "os/sockets.hpp"
#include "runtime/boot_clock.hpp"
#include "validation/judge.hpp"

namespace lockstep {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// For ctest to start another test, on a busy machine too. Once one has waited in vain, the others need not wait as
/// long.
constexpr auto patience = 10s;
constexpr auto patience_after_others = 500ms;
constexpr auto look_again = 10ms;

class Probe {
public:
    Probe(const validation::Suite& suite, const validation::SuiteTest& test, const std::string& folder)
        : suite_(suite), test_(test), log_(validation::log_file(folder)) {}

    void run() {
        begin();
        const auto began = Clock::now();
        // One at a time: nothing that could be waited for will happen.
        const bool alone_anyway = os::environment("LOCKSTEP_MODE") == "sequential";
        while (!alone_anyway) {
            const auto log = validation::read_log(os::read_file(log_).value_or(""));
            const auto held = Clock::now() - began;
            if (validation::may_end(suite_, test_, log.events, held)) break;
            if (held > (others_gave_up(log) ? patience_after_others : patience)) {
                write(event(Kind::gave_up));
                break;
            }
            std::this_thread::sleep_for(look_again);
        }
        std::this_thread::sleep_for(validation::settling_time);
        end();
    }

private:
    using Kind = validation::Event::Kind;

    [[nodiscard]] validation::Event event(Kind kind) const {
        validation::Event event;
        event.kind = kind;
        event.test = test_.name;
        return event;
    }

    void begin() {
        auto start = event(Kind::start);
        start.allocation = validation::read_allocation(os::environment);
        temp_ = start.allocation.temp;
        const bool there = !temp_.empty() && os::exists(temp_);
        start.allocation.found = there ? static_cast<int>(os::list_directory(temp_).size()) : -1;
        const auto self = os::identify_process(os::own_process());
        write(std::move(start), self ? os::started_by(*self) : std::chrono::nanoseconds::max());
        if (there) {
            os::write_file(own_file(), "");
        } else {
            temp_.clear();
        }
    }

    void end() {
        auto end = event(Kind::end);
        if (!temp_.empty()) {
            const auto entries = static_cast<int>(os::list_directory(temp_).size());
            end.foreign = os::exists(own_file()) ? entries - 1 : entries + 1;
        }
        write(std::move(end));
    }

    [[nodiscard]] std::string own_file() const { return temp_ + "/" + test_.name; }

    [[nodiscard]] static bool others_gave_up(const validation::Log& log) {
        for (const auto& event : log.events) {
            if (event.kind == validation::Event::Kind::gave_up) return true;
        }
        return false;
    }

    /// Now, or `at_the_latest`. The lock holds on network file systems too, where appending alone does not keep lines
    /// whole.
    void write(validation::Event event,
               std::chrono::nanoseconds at_the_latest = std::chrono::nanoseconds::max()) const {
        const os::FileLock lock(log_ + ".lock");
        event.time_ns = std::min(runtime::boot_time_ns(), std::int64_t{at_the_latest.count()});
        os::append_file(log_, validation::log_line(event));
    }

    const validation::Suite& suite_;
    const validation::SuiteTest& test_;
    std::string log_;
    std::string temp_;  ///< "": none, or not there
};

/// What a test of the role `served` is for. Returns its exit status.
int ask_server() {
    const auto url = os::environment(validation::server_variable).value_or("");
    const auto address = os::parse_http_url(url);
    const auto problem = address ? os::http_problem(*address, patience) : "there is no address";
    if (problem) fmt::print("{}='{}': {}\n", validation::server_variable, url, *problem);
    return problem ? 1 : 0;
}

[[noreturn]] void serve(const std::string& folder, std::string_view port_text) {
    std::uint16_t port = 0;
    std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
    os::write_file(validation::port_file(folder), std::to_string(port));
    os::serve_http(port);
}

}  // namespace

int probe_command(const InternalOptions& options, const std::string& name) {
    if (name.starts_with(validation::server_name))
        serve(options.state, std::string_view(name).substr(validation::server_name.size()));
    for (const auto& suite : {validation::guards_suite(options.jobs), validation::gate_suite(options.jobs),
                              validation::service_suite(options.jobs)}) {
        const auto* test = suite.find(name);
        if (test == nullptr) continue;
        const int answered = test->role == validation::Role::served ? ask_server() : 0;
        Probe(suite, *test, options.state).run();
        return test->role == validation::Role::failing ? 1 : answered;
    }
    throw Refusal(fmt::format("'{}' is no test of `lockstep validate`", name));
}

}  // namespace lockstep
