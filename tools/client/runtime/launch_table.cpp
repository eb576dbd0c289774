// Lines of a table come in sections: "retry" begins a rule, the lines on_exit and on_output after it belong to it.
#include "runtime/launch_table.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "runtime/flat.hpp"
#include "runtime/open_text.hpp"

namespace lockstep::runtime {
namespace {

constexpr std::string_view first_line = "lockstep launch table 1";

std::string text_of(Milliseconds duration) {
    return std::to_string(duration.count());
}

std::vector<std::string> fields_of(const OpenCommand& command, std::vector<std::string> fields = {}) {
    for (const auto& word : command) fields.push_back(open_text_field(word));
    return fields;
}

class TableWriter {
public:
    std::string write(const LaunchTable& table) {
        for (const auto& limit : table.rate_limits) {
            writer_.line("rate_limit",
                         {limit.name, number_text(limit.per_second), std::to_string(limit.burst),
                          std::to_string(limit.max_concurrent), flag_text(limit.adapt), flag_text(limit.machine)});
        }
        for (const auto& rule : table.retries) write(rule);
        for (const auto& service : table.services) write(service);
        if (table.worker_setup) write("worker_setup", *table.worker_setup);
        if (table.worker_teardown) write("worker_teardown", *table.worker_teardown);
        for (const auto& kind : table.kinds) write(kind);
        return std::move(writer_).finish();
    }

private:
    void write(const char* key, const Hook& hook) { writer_.line(key, fields_of(hook.command, {hook.place})); }

    void write(const OpenEnvironment& environment) {
        for (const auto& [name, value] : environment) writer_.line("env", {name, open_text_field(value)});
    }

    void write(const RetryRule& rule) {
        writer_.line("retry", {rule.name, std::to_string(rule.attempts), text_of(rule.backoff),
                               text_of(rule.max_backoff), number_text(rule.give_up_after), std::to_string(rule.tests)});
        for (const int status : rule.on_exit) writer_.line("on_exit", {std::to_string(status)});
        for (const auto& pattern : rule.on_output) writer_.line("on_output", {pattern});
    }

    void write(const Service& service) {
        writer_.line("service",
                     {service.name, service.place, text_of(service.within), flag_text(service.skip_if_unavailable)});
        for (const auto& port : service.ports) writer_.line("port", {port});
        if (service.start) write("start", *service.start);
        using Ready = Service::Ready;
        if (service.ready == Ready::url) writer_.line("ready_url", {open_text_field(service.ready_at)});
        if (service.ready == Ready::tcp) writer_.line("ready_tcp", {open_text_field(service.ready_at)});
        if (service.ready == Ready::command) writer_.line("ready_command", fields_of(service.ready_command));
        write(service.env);
    }

    void write(const LaunchKind& kind) {
        writer_.line("kind");
        for (const auto limit : kind.rate_limits) writer_.line("use_rate_limit", {std::to_string(limit)});
        if (kind.retry) writer_.line("use_retry", {std::to_string(*kind.retry)});
        if (!kind.stagger_name.empty()) writer_.line("stagger", {kind.stagger_name, text_of(kind.stagger)});
        for (const auto& hook : kind.setup) write("setup", hook);
        for (const auto& hook : kind.cleanup) write("cleanup", hook);
        for (const auto service : kind.services) writer_.line("use_service", {std::to_string(service)});
        write(kind.env);
        if (kind.worker) writer_.line("worker");
        for (const auto& name : kind.own_variables) writer_.line("own_variable", {name});
        if (kind.timeout) writer_.line("timeout", {text_of(*kind.timeout)});
        if (kind.announce) writer_.line("announce");
        if (kind.will_fail) writer_.line("will_fail");
        if (kind.skip_status) writer_.line("skip_status", {std::to_string(*kind.skip_status)});
        if (kind.judged_by_output) writer_.line("judged_by_output");
    }

    FlatWriter writer_{first_line};
};

/// A duration of at most a hundred years, so that it can be added to any point in time.
Milliseconds duration(const FlatLine& line, std::size_t field, std::int64_t least = 0) {
    return Milliseconds(line.number(field, least, std::int64_t{100} * 366 * 24 * 3600 * 1000));
}

OpenCommand command_of(const FlatLine& line, std::size_t first) {
    if (line.fields.size() <= first) throw FlatError("'" + std::string(line.key) + "' has no command");
    OpenCommand command;
    for (std::size_t i = first; i < line.fields.size(); ++i) command.push_back(open_text_of(line.fields[i]));
    return command;
}

Hook hook_of(const FlatLine& line) {
    return {command_of(line, 1), line.fields[0]};
}

template <typename Value>
void set_once(const FlatLine& line, std::optional<Value>& value, Value given) {
    if (value) throw FlatError("a second '" + std::string(line.key) + "'");
    value = std::move(given);
}

void set_once(const FlatLine& line, bool& flag) {
    line.expect(0);
    if (flag) throw FlatError("a second '" + std::string(line.key) + "'");
    flag = true;
}

template <typename Thing>
void require_new_name(const std::vector<Thing>& things, const std::string& name) {
    if (name.empty()) throw FlatError("a name is empty");
    for (const auto& thing : things) {
        if (thing.name == name) throw FlatError("a second '" + name + "'");
    }
}

void read_env(const FlatLine& line, OpenEnvironment& environment) {
    line.expect(2);
    const auto& name = line.fields[0];
    if (name.empty() || name.find('=') != std::string::npos) throw FlatError("'" + name + "' is no variable's name");
    for (const auto& [other, value] : environment) {
        if (other == name) throw FlatError("a second '" + name + "'");
    }
    environment.emplace_back(name, open_text_of(line.fields[1]));
}

class TableReader {
public:
    /// Throws FlatError.
    void read(const FlatLine& line) {
        if (begin(line)) return;
        const bool known = (section_ == Section::retry && read_retry(line, table_.retries.back())) ||
                           (section_ == Section::service && read_service(line, table_.services.back())) ||
                           (section_ == Section::kind && read_kind(line, table_.kinds.back()));
        if (!known) throw FlatError("'" + std::string(line.key) + "' is unknown here");
    }

    /// Each port that is named must be a port of that service.
    LaunchTable take() {
        for (const auto& service : table_.services) {
            if (service.start) check(service.start->command);
            check(service.ready_command);
            check(service.ready_at);
            check(service.env);
        }
        for (const auto* hook : {&table_.worker_setup, &table_.worker_teardown}) {
            if (*hook) check((*hook)->command);
        }
        for (const auto& kind : table_.kinds) {
            for (const auto& hook : kind.setup) check(hook.command);
            for (const auto& hook : kind.cleanup) check(hook.command);
            check(kind.env);
        }
        return std::move(table_);
    }

private:
    enum class Section { none, retry, service, kind };

    /// A line that stands by itself, or begins a section.
    bool begin(const FlatLine& line) {
        auto section = Section::none;
        if (line.key == "rate_limit") {
            read_rate_limit(line);
        } else if (line.key == "worker_setup") {
            set_once(line, table_.worker_setup, hook_of(line));
        } else if (line.key == "worker_teardown") {
            set_once(line, table_.worker_teardown, hook_of(line));
        } else if (line.key == "retry") {
            begin_retry(line);
            section = Section::retry;
        } else if (line.key == "service") {
            begin_service(line);
            section = Section::service;
        } else if (line.key == "kind") {
            line.expect(0);
            table_.kinds.emplace_back();
            section = Section::kind;
        } else {
            return false;
        }
        section_ = section;
        return true;
    }

    void read_rate_limit(const FlatLine& line) {
        line.expect(6);
        require_new_name(table_.rate_limits, line.fields[0]);
        RateLimit limit;
        limit.name = line.fields[0];
        limit.per_second = line.real(1, 0);
        limit.burst = line.small_number(2, 1);
        limit.max_concurrent = line.small_number(3, 0);
        limit.adapt = line.flag(4);
        limit.machine = line.flag(5);
        table_.rate_limits.push_back(std::move(limit));
    }

    void begin_retry(const FlatLine& line) {
        line.expect(6);
        require_new_name(table_.retries, line.fields[0]);
        RetryRule rule;
        rule.name = line.fields[0];
        rule.attempts = line.small_number(1, 1);
        rule.backoff = duration(line, 2);
        rule.max_backoff = duration(line, 3);
        rule.give_up_after = line.real(4, 0, 1);
        rule.tests = line.small_number(5, 0);
        table_.retries.push_back(std::move(rule));
    }

    static bool read_retry(const FlatLine& line, RetryRule& rule) {
        if (line.key == "on_exit") {
            line.expect(1);
            rule.on_exit.push_back(line.small_number(0, 0, 255));
        } else if (line.key == "on_output") {
            line.expect(1);
            if (line.fields[0].empty()) throw FlatError("a pattern is empty");
            rule.on_output.push_back(line.fields[0]);
        } else {
            return false;
        }
        return true;
    }

    void begin_service(const FlatLine& line) {
        line.expect(4);
        require_new_name(table_.services, line.fields[0]);
        Service service;
        service.name = line.fields[0];
        service.place = line.fields[1];
        service.within = duration(line, 2);
        service.skip_if_unavailable = line.flag(3);
        table_.services.push_back(std::move(service));
    }

    static void set_ready(const FlatLine& line, Service& service, Service::Ready ready) {
        if (service.ready != Service::Ready::none) throw FlatError("a second way to be ready");
        service.ready = ready;
        if (ready == Service::Ready::command) {
            service.ready_command = command_of(line, 0);
        } else {
            line.expect(1);
            service.ready_at = open_text_of(line.fields[0]);
        }
    }

    static bool read_service(const FlatLine& line, Service& service) {
        if (line.key == "port") {
            line.expect(1);
            const auto& name = line.fields[0];
            if (name.empty()) throw FlatError("a name is empty");
            if (std::count(service.ports.begin(), service.ports.end(), name) > 0) {
                throw FlatError("a second '" + name + "'");
            }
            service.ports.push_back(name);
        } else if (line.key == "start") {
            set_once(line, service.start, hook_of(line));
        } else if (line.key == "ready_url") {
            set_ready(line, service, Service::Ready::url);
        } else if (line.key == "ready_tcp") {
            set_ready(line, service, Service::Ready::tcp);
        } else if (line.key == "ready_command") {
            set_ready(line, service, Service::Ready::command);
        } else if (line.key == "env") {
            read_env(line, service.env);
        } else {
            return false;
        }
        return true;
    }

    /// A position in a list of `size`, not yet among those.
    static std::size_t reference(const FlatLine& line, std::size_t size, const std::vector<std::size_t>& before) {
        line.expect(1);
        const auto position = static_cast<std::size_t>(line.number(0, 0));
        if (position >= size) throw FlatError("'" + std::string(line.key) + "' leads to nothing");
        if (std::count(before.begin(), before.end(), position) > 0) {
            throw FlatError("'" + std::string(line.key) + "' names one twice");
        }
        return position;
    }

    bool read_kind(const FlatLine& line, LaunchKind& kind) const {
        if (line.key == "use_rate_limit") {
            kind.rate_limits.push_back(reference(line, table_.rate_limits.size(), kind.rate_limits));
        } else if (line.key == "use_retry") {
            set_once(line, kind.retry, reference(line, table_.retries.size(), {}));
        } else if (line.key == "stagger") {
            line.expect(2);
            if (!kind.stagger_name.empty() || line.fields[0].empty()) throw FlatError("a stagger has one name");
            kind.stagger_name = line.fields[0];
            kind.stagger = duration(line, 1);
        } else if (line.key == "setup") {
            kind.setup.push_back(hook_of(line));
        } else if (line.key == "cleanup") {
            kind.cleanup.push_back(hook_of(line));
        } else if (line.key == "use_service") {
            kind.services.push_back(reference(line, table_.services.size(), kind.services));
        } else if (line.key == "env") {
            read_env(line, kind.env);
        } else {
            return read_flags(line, kind);
        }
        return true;
    }

    static bool read_flags(const FlatLine& line, LaunchKind& kind) {
        if (line.key == "worker") {
            set_once(line, kind.worker);
        } else if (line.key == "own_variable") {
            line.expect(1);
            kind.own_variables.push_back(line.fields[0]);
        } else if (line.key == "timeout") {
            line.expect(1);
            set_once(line, kind.timeout, duration(line, 0, 1));
        } else if (line.key == "announce") {
            set_once(line, kind.announce);
        } else if (line.key == "will_fail") {
            set_once(line, kind.will_fail);
        } else if (line.key == "skip_status") {
            line.expect(1);
            set_once(line, kind.skip_status, line.small_number(0, std::numeric_limits<int>::min()));
        } else if (line.key == "judged_by_output") {
            set_once(line, kind.judged_by_output);
        } else {
            return false;
        }
        return true;
    }

    void check(const OpenText& text) const {
        for (const auto& part : text.parts) {
            if (part.kind != OpenText::Part::Kind::port) continue;
            if (part.service >= table_.services.size()) throw FlatError("there is a port of no service");
            const auto& ports = table_.services[part.service].ports;
            if (std::count(ports.begin(), ports.end(), part.text) == 0) {
                throw FlatError("service '" + table_.services[part.service].name + "' has no port '" + part.text + "'");
            }
        }
    }
    void check(const OpenCommand& command) const {
        for (const auto& word : command) check(word);
    }
    void check(const OpenEnvironment& environment) const {
        for (const auto& [name, value] : environment) check(value);
    }

    LaunchTable table_;
    Section section_ = Section::none;
};

}  // namespace

std::string to_text(const LaunchTable& table) {
    return TableWriter().write(table);
}

std::optional<LaunchTable> launch_table_from_text(std::string_view text, std::string& error) {
    std::optional<FlatReader> lines;
    try {
        lines.emplace(text, first_line);
        TableReader table;
        FlatLine line;
        while (lines->next(line)) table.read(line);
        return table.take();
    } catch (const FlatError& problem) {
        error = (lines ? lines->where() : "line 1: ") + problem.what();
        return std::nullopt;
    }
}

}  // namespace lockstep::runtime
