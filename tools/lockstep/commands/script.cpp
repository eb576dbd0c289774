#include "commands/script.hpp"

#include <fmt/format.h>

// No header of the plan besides these: both have a Service.
#include <lockstep/lockstep.hpp>
#include <nlohmann/json.hpp>

#include "commands/output.hpp"
#include "commands/refusal.hpp"
#include "os/front.hpp"
#include "os/processes.hpp"
#include "text/quote.hpp"

namespace lockstep {
namespace {

bool is_program(int pid, std::string_view name) {
    const auto path = os::executable_of(pid);
    return std::string_view(path).substr(path.rfind('/') + 1) == name;
}

/// Whose the port or the worker is: the test, which ctest or a launcher has started; by hand the script that called us.
os::ProcessId holder() {
    const auto parent = os::parent_process();
    for (int pid = parent.pid; pid > 1;) {
        const int above = os::parent_of(pid);
        if (is_program(above, "ctest") || is_program(above, "lockstep-exec"))
            return os::identify_process(pid).value_or(parent);
        pid = above;
    }
    return parent;
}

using Values = std::vector<std::pair<std::string, std::string>>;

Values values_of_this_test() {
    const auto now = context();
    Values values{{"LOCKSTEP_WORKER", now.worker.name},
                  {"LOCKSTEP_WORKER_INDEX", std::to_string(now.worker.index)},
                  {"LOCKSTEP_WORKERS", std::to_string(now.worker.count)},
                  {"LOCKSTEP_TEST", now.test},
                  {"LOCKSTEP_PHASE", now.phase},
                  {"LOCKSTEP_MARKERS", fmt::format("{}", fmt::join(now.markers, ","))},
                  {"LOCKSTEP_MODE", now.mode},
                  {"LOCKSTEP_SESSION", now.session},
                  {"LOCKSTEP_ATTEMPT", std::to_string(now.attempt)},
                  {"LOCKSTEP_SHARD", now.shards == 0 ? "" : fmt::format("{}/{}", now.shard, now.shards)}};
    // Outside a session the directory would be this process's own, and gone with it.
    if (!now.session.empty()) values.emplace_back("LOCKSTEP_WORKER_DIR", worker_dir().string());
    return values;
}

LockOptions lock_options(const ScriptOptions& options) {
    LockOptions wanted;
    wanted.is_shared = options.shared;
    if (options.machine) wanted.scope = LockOptions::Scope::machine;
    wanted.timeout = options.timeout;
    return wanted;
}

std::vector<std::string> rest(const std::vector<std::string>& words) {
    return {words.begin() + 1, words.end()};
}

/// The library's words for a bad name are a refusal's.
template <class Call>
auto refusing(Call call) {
    try {
        return call();
    } catch (const Error& error) {
        throw Refusal(error.what());
    }
}

}  // namespace

int env_command(const ScriptOptions& options) {
    const auto values = refusing(values_of_this_test);
    // One that no resource group gave is a lock of this process, and has to outlive it.
    if (worker().source == WorkerSource::lock_file) os::hold_until_end_of(holder());
    if (options.json) {
        nlohmann::ordered_json json{{"version", 1}};
        for (const auto& [name, value] : values) json["environment"][name] = value;
        fmt::print("{}\n", json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
        return 0;
    }
    for (const auto& [name, value] : values) fmt::print("export {}={}\n", name, shell_word(value));
    return 0;
}

int lock_command(const ScriptOptions& options, const std::vector<std::string>& words) {
    const auto wanted = lock_options(options);
    const auto lock = refusing([&] { return try_named_lock(words.front(), wanted); });
    if (!lock)
        throw Refusal(fmt::format("lock '{}' was not to be had within {} ms", words.front(), options.timeout->count()));
    return os::run_in_front(rest(words));
}

int port_command(const ScriptOptions& options) {
    const auto port = refusing([] { return reserve_port(); });
    os::hold_until_end_of(holder());
    if (options.json) {
        fmt::print("{}\n", nlohmann::ordered_json{{"version", 1}, {"port", port.number()}}.dump(1));
    } else {
        fmt::print("{}\n", port.number());
    }
    return 0;
}

int unique_command(const ScriptOptions& options, const std::vector<std::string>& words) {
    if (options.separator.size() != 1) throw Refusal("--separator is '_' or '-'");
    const auto name = refusing([&] { return unique_name(words.front(), options.separator.front()); });
    if (options.json) {
        fmt::print("{}\n", nlohmann::ordered_json{{"version", 1}, {"name", name}}.dump(1));
    } else {
        fmt::print("{}\n", name);
    }
    return 0;
}

int limit_command(const ScriptOptions&, const std::vector<std::string>& words) {
    const auto permit = refusing([&] { return rate_limiter(words.front()).acquire(); });
    return words.size() > 1 ? os::run_in_front(rest(words)) : 0;
}

}  // namespace lockstep
