#include "runtime/launch_table.hpp"

#include <gtest/gtest.h>

namespace lockstep::runtime {
namespace {

using Kind = OpenText::Part::Kind;

OpenText plain(std::string text) {
    return {{{Kind::text, std::move(text), 0}}};
}
OpenText port(std::size_t service, std::string name) {
    return {{{Kind::text, "http://x:", 0}, {Kind::port, std::move(name), service}, {Kind::text, "/", 0}}};
}

Service users() {
    Service service;
    service.name = "users";
    service.place = "lockstep.toml:40";
    service.start = Hook{{plain("/b/users api"), port(0, "http")}, "lockstep.toml:41"};
    service.ports = {"http", "odd}$name"};
    service.ready = Service::Ready::url;
    service.ready_at = port(0, "http");
    service.skip_if_unavailable = true;
    service.env = {{"USERS", port(0, "odd}$name")}};
    return service;
}

LaunchKind full_kind() {
    LaunchKind kind;
    kind.rate_limits = {1, 0};
    kind.retry = 0;
    kind.stagger_name = "core";
    kind.stagger = Milliseconds(200);
    kind.setup = {{{plain("a"), plain("")}, "lockstep.toml:1"}, {{plain("b")}, "lockstep.toml:2"}};
    kind.cleanup = {{{plain("c\t$ ${x} \n"), {{{Kind::temp_dir, "", 0}}}}, "lockstep.toml:3"}};
    kind.services = {1, 0};
    kind.env = {{"A", {{{Kind::worker, "", 0}, {Kind::text, "/", 0}, {Kind::worker_dir, "", 0}}}},
                {"B", {{{Kind::session, "", 0}}}},
                {"EMPTY", {}}};
    kind.worker = true;
    kind.own_variables = {"HOME"};
    kind.timeout = Milliseconds(1500);
    kind.announce = true;
    kind.will_fail = true;
    kind.skip_status = 77;
    kind.judged_by_output = true;
    return kind;
}

LaunchTable complete() {
    LaunchTable table;
    table.rate_limits = {{"ofs", 10.5, 5, 10, true, true}, {"only places", 0, 1, 3, false, false}};
    table.retries = {{"busy", 4, {75, 0}, {"429\tToo", "/rate.?limit/"}, Milliseconds(1), Milliseconds(2), 0.2, 12},
                     {"any", 2, {}, {}, Milliseconds(0), Milliseconds(0), 0, 0}};
    Service other;
    other.name = "other";
    other.ready = Service::Ready::command;
    other.ready_command = {plain("true")};
    Service third;
    third.name = "third";
    third.ready = Service::Ready::tcp;
    third.ready_at = plain("localhost:1");
    table.services = {users(), other, third};
    table.worker_setup = Hook{{plain("create"), {{{Kind::worker, "", 0}}}}, "lockstep.toml:9"};
    table.worker_teardown = Hook{{plain("drop")}, "lockstep.toml:10"};
    table.kinds = {full_kind(), {}};
    return table;
}

std::string refusal(const std::string& text) {
    std::string error;
    EXPECT_FALSE(launch_table_from_text(text, error)) << text;
    return error;
}

TEST(LaunchTable, ComesBack) {
    const auto text = to_text(complete());
    std::string error;
    const auto back = launch_table_from_text(text, error);
    ASSERT_TRUE(back) << error << "\n" << text;
    EXPECT_EQ(to_text(*back), text);
    const auto& kind = back->kinds.at(0);
    EXPECT_EQ(kind.cleanup.at(0).command.at(0).parts.at(0).text, "c\t$ ${x} \n");
    EXPECT_EQ(kind.rate_limits, (std::vector<std::size_t>{1, 0}));
    EXPECT_EQ(kind.skip_status, 77);
    EXPECT_TRUE(kind.announce && kind.will_fail && kind.judged_by_output && kind.worker);
    EXPECT_EQ(back->services.at(0).env.at(0).second.parts.at(1).text, "odd}$name");
    EXPECT_EQ(back->rate_limits.at(0).per_second, 10.5);
    EXPECT_EQ(back->retries.at(0).on_exit, (std::vector<int>{75, 0}));
    EXPECT_FALSE(back->kinds.at(1).retry || back->kinds.at(1).timeout || back->kinds.at(1).skip_status);
}

TEST(LaunchTable, AnEmptyOneComesBack) {
    std::string error;
    EXPECT_TRUE(launch_table_from_text(to_text(LaunchTable()), error)) << error;
}

TEST(LaunchTable, RefusesEveryCut) {
    const auto text = to_text(complete());
    for (std::size_t length = 0; length < text.size(); ++length) {
        EXPECT_EQ(refusal(text.substr(0, length)).substr(0, 5), "line ") << length;
    }
}

TEST(LaunchTable, RefusesWhatToTextDoesNotWrite) {
    struct Row {
        const char *lines, *error;
    };
    const auto limit = std::string("rate_limit\to\t1\t1\t0\t0\t0\n");
    for (const auto& row : {
             Row{"unknown\n", "line 2: 'unknown' is unknown here"},
             Row{"on_exit\t1\n", "line 2: 'on_exit' is unknown here"},
             Row{"kind\nport\thttp\n", "line 3: 'port' is unknown here"},
             Row{"rate_limit\to\t-1\t1\t0\t0\t0\n", "line 2: '-1' of 'rate_limit' is not in range"},
             Row{"rate_limit\to\t1\t0\t0\t0\t0\n", "line 2: '0' of 'rate_limit' is not in range"},
             Row{"rate_limit\to\t1\t1\t0\t2\t0\n", "line 2: '2' of 'rate_limit' is not in range"},
             Row{"rate_limit\to\t1\t1\t2147483648\t0\t0\n", "line 2: '2147483648' of 'rate_limit' is not in range"},
             Row{"rate_limit\t\t1\t1\t0\t0\t0\n", "line 2: a name is empty"},
             Row{"rate_limit\to\n", "line 2: 'rate_limit' has 1 fields, not 6"},
             Row{"retry\tr\t0\t1\t1\t0\t1\n", "line 2: '0' of 'retry' is not in range"},
             Row{"retry\tr\t1\t1\t1\t1.5\t1\n", "line 2: '1.5' of 'retry' is not in range"},
             Row{"retry\tr\t1\t1\t1\t0\t1\non_exit\t256\n", "line 3: '256' of 'on_exit' is not in range"},
             Row{"retry\tr\t1\t1\t1\t0\t1\non_output\t\n", "line 3: a pattern is empty"},
             Row{"retry\tr\t1\t1\t1\t0\t1\nretry\tr\t1\t1\t1\t0\t1\n", "line 3: a second 'r'"},
             Row{"service\ts\tp\t1\t0\nport\ta\nport\ta\n", "line 4: a second 'a'"},
             Row{"service\ts\tp\t1\t0\nready_tcp\ta\nready_url\ta\n", "line 4: a second way to be ready"},
             Row{"service\ts\tp\t1\t0\nready_command\n", "line 3: 'ready_command' has no command"},
             Row{"service\ts\tp\t1\t0\nenv\tA=\t1\n", "line 3: 'A=' is no variable's name"},
             Row{"kind\nenv\tA\t1\nenv\tA\t1\n", "line 4: a second 'A'"},
             Row{"kind\nenv\tA\t${port:0:http}\n", "line 4: there is a port of no service"},
             Row{"service\ts\tp\t1\t0\nkind\nenv\tA\t${port:0:http}\n", "line 5: service 's' has no port 'http'"},
             Row{"kind\nenv\tA\t${port:00:http}\n", "line 3: a port does not say of which service"},
             Row{"kind\nenv\tA\t${port:0:ht$tp}\n", "line 3: a port's name has a $ that stands for nothing"},
             Row{"kind\nenv\tA\t${port:0:http\n", "line 3: a ${ has no }"},
             Row{"kind\nenv\tA\t${home}\n", "line 3: a ${ stands for nothing"},
             Row{"kind\nenv\tA\t$a\n", "line 3: a $ stands for nothing"},
             Row{"kind\nuse_retry\t0\n", "line 3: 'use_retry' leads to nothing"},
             Row{"kind\nuse_service\t0\n", "line 3: 'use_service' leads to nothing"},
             Row{"kind\nuse_rate_limit\t0\n", "line 3: 'use_rate_limit' leads to nothing"},
             Row{"kind\nannounce\nannounce\n", "line 4: a second 'announce'"},
             Row{"kind\nannounce\t1\n", "line 3: 'announce' has 1 fields, not 0"},
             Row{"kind\ntimeout\t0\n", "line 3: '0' of 'timeout' is not in range"},
             Row{"kind\ntimeout\t1\ntimeout\t1\n", "line 4: a second 'timeout'"},
             Row{"kind\nstagger\t\t1\n", "line 3: a stagger has one name"},
             Row{"kind\nsetup\tplace\n", "line 3: 'setup' has no command"},
             Row{"worker_setup\tp\ta\nworker_setup\tp\ta\n", "line 3: a second 'worker_setup'"},
         }) {
        EXPECT_EQ(refusal("lockstep launch table 1\n" + std::string(row.lines) + "end\n"), row.error);
    }
    EXPECT_EQ(refusal("lockstep launch table 1\n" + limit + limit + "end\n"), "line 3: a second 'o'");
    EXPECT_EQ(refusal("lockstep launch table 1\n" + limit + "kind\nuse_rate_limit\t0\nuse_rate_limit\t0\nend\n"),
              "line 5: 'use_rate_limit' names one twice");
    EXPECT_EQ(refusal("lockstep launch table 2\nend\n"),
              "line 1: is not 'lockstep launch table 1', another version wrote it");
    EXPECT_EQ(refusal("lockstep launch table 1\nend\nkind\n"), "line 2: is not the last line");
}

}  // namespace
}  // namespace lockstep::runtime
