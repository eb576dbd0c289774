#include "validation/suite.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "text/quote.hpp"

namespace lockstep::validation {
namespace {

/// Each start of an outsider proves something once; a few are lost between phases.
constexpr int outsiders = 12;

void add(Suite& suite, Role role, const char* name, int count, int phase, int slots = 0) {
    for (int number = 1; number <= count; ++number)
        suite.tests.push_back({fmt::format("{}.{}", name, number), role, phase, slots});
}

std::string phase(const char* name, const char* tests) {
    return fmt::format("[[phase]]\nname = \"{}\"\ntests = \"{}\"\n", name, tests);
}

std::string marker(const char* name, const char* tests, const std::string& effect) {
    return fmt::format("[marker.{}]\ntests = \"{}\"\n{}\n", name, tests, effect);
}

std::string guards_plan() {
    return phase("crowd", "name(crowd.*)") + phase("lock", "name(lock.*)") +
           phase("pool", "name(pool.*) | name(pair.*)") + phase("limit", "name(limit.*)") +
           phase("alone", "name(beside.*) | name(alone.*)") + marker("locked", "name(lock.*)", "lock = [\"disk\"]") +
           marker("seated", "name(pool.*)", "use = { seat = 1 }") +
           marker("paired", "name(pair.*)", "use = { seat = 2 }") +
           marker("limited", "name(limit.*)", fmt::format("max_parallel = {}", limit_at_once)) +
           marker("lonely", "name(alone.*)", "alone = true") + fmt::format("[pool.seat]\nslots = {}\n", pool_slots);
}

std::string gate_plan() {
    return phase("failing", "name(failing.*)") + phase("kept", "name(kept.*)");
}

std::string service_plan(int jobs, const std::string& program) {
    std::string escaped;
    for (const char c : program) escaped += c == '$' ? std::string("$$") : std::string(1, c);
    return fmt::format(
        "[service.server]\ntests = \"name(served.*)\"\n"
        "start = [{}, \"probe\", \"--state\", \"${{build_dir}}\", \"--jobs\", \"{}\", \"{}${{port.http}}\"]\n"
        "ports = [\"http\"]\nready = {{ url = \"http://127.0.0.1:${{port.http}}/\", within = \"30s\" }}\n"
        "env = {{ {} = \"http://127.0.0.1:${{port.http}}/\" }}\n",
        toml_string(escaped), jobs, server_name, server_variable);
}

}  // namespace

const SuiteTest* Suite::find(std::string_view name) const {
    const auto found = std::ranges::find(tests, name, &SuiteTest::name);
    return found == tests.end() ? nullptr : &*found;
}

Suite guards_suite(int jobs) {
    Suite suite{jobs, {}};
    add(suite, Role::crowd, "crowd", jobs + 2, 1);
    add(suite, Role::lock, "lock", 3, 2);
    add(suite, Role::pool, "pool", 3, 3, 1);
    add(suite, Role::pool, "pair", 1, 3, 2);
    add(suite, Role::limit, "limit", 4, 4);
    add(suite, Role::beside, "beside", 1, 5);
    add(suite, Role::alone, "alone", 2, 5);
    add(suite, Role::outsider, "outsider", outsiders, 0);
    return suite;
}

Suite gate_suite(int jobs) {
    Suite suite{jobs, {}};
    add(suite, Role::failing, "failing", 1, 1);
    add(suite, Role::kept, "kept", 1, 2);
    return suite;
}

Suite service_suite(int jobs) {
    Suite suite{jobs, {}};
    add(suite, Role::served, "served", 3, 0);
    return suite;
}

std::string plan_text(const Suite& suite, const std::string& program) {
    const auto has = [&](const char* test) { return suite.find(test) != nullptr; };
    return "version = 1\n" + (has("served.1") ? service_plan(suite.jobs, program)
                              : has("kept.1") ? gate_plan()
                                              : guards_plan());
}

std::string port_file(const std::string& folder) {
    return folder + "/server.port";
}

std::string test_file_text(const Suite& suite, const std::string& folder, const std::string& program) {
    const auto inside = [&](const char* name) { return cmake_bracket(folder + "/lockstep/" + name); };
    auto text = fmt::format("# Made by `lockstep validate`.\ninclude({})\n", inside("open.cmake"));
    for (const auto& test : suite.tests) {
        text += fmt::format("add_test({0} {1} probe --state {2} --jobs {3} {0})\n", test.name, cmake_bracket(program),
                            cmake_bracket(folder), suite.jobs);
        if (test.role == Role::outsider)
            text += fmt::format("set_tests_properties({} PROPERTIES RESOURCE_LOCK outsider)\n", test.name);
    }
    return text + fmt::format("subdirs({})\n", inside("closing"));
}

std::string log_file(const std::string& folder) {
    return folder + "/tests.log";
}

}  // namespace lockstep::validation
