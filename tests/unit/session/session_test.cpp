// The registry of sessions: numbers, who lives, who is inside whom, where the log is.
#include "session/session.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <map>
#include <string>

#include "../os/scratch.hpp"
#include "os/files.hpp"
#include "os/machine.hpp"

namespace lockstep {
namespace {

os::ProcessId self() {
    return *os::identify_process(os::own_process());
}
os::ProcessId parent() {
    return os::parent_process();
}

/// A session of this machine whose ctest is `process`.
Session session_of(os::ProcessId process, std::string id = "x") {
    Session s;
    s.id = std::move(id);
    s.ctest = process;
    s.host = os::host_name();
    s.boot = os::boot_id();
    s.process_namespace = os::process_namespace();
    return s;
}

/// Every member differs from its default and from the others.
Session full_session() {
    Session s;
    s.number = 2;
    s.id = "0123-2-3-4 \"\xc3\xa4\"";
    s.ctest = {3, 18446744073709551615ULL};
    s.process_group = 5;
    s.host = "host";
    s.boot = "boot";
    s.process_namespace = "pid:[6]";
    s.graph = "graph";
    s.configuration = "Debug";
    s.inside = "outer";
    s.around = {{"/elsewhere", "far"}, {"/here", "outer"}};
    s.waits_for = "holder";
    s.turn_ns = -6;
    s.opened_ns = -7;
    s.jobs = 8;
    s.first_worker = 9;
    s.workers = 10;
    s.repeated = true;
    s.recorded = false;
    s.no_tests_error = true;
    s.holds = true;
    s.ended = true;
    s.settled = true;
    s.log_descriptor = 11;
    s.log_linked = true;
    s.log_keeper = {12, 18446744073709551614ULL};
    s.began = true;
    return s;
}

class Sessions : public Scratch {
protected:
    Layout layout{folder(), folder() + "/lockstep"};
    void make(int number) const { os::make_directories(layout.session(number)); }
};

TEST_F(Sessions, survive_the_way_through_their_file) {
    const auto session = full_session();
    make(2);
    write_session(layout, session);
    EXPECT_EQ(read_session(layout, 2), session);
    EXPECT_EQ(read_session(layout, 3), std::nullopt);

    auto plain = Session{};
    plain.number = 4;
    make(4);
    write_session(layout, plain);
    EXPECT_EQ(read_session(layout, 4), plain);
    EXPECT_EQ(read_sessions(layout), (std::vector<Session>{session, plain}));
}

TEST_F(Sessions, without_a_registry_there_are_none) {
    EXPECT_TRUE(read_sessions(layout).empty());
}

TEST_F(Sessions, get_the_smallest_free_number) {
    EXPECT_EQ(take_number(layout), 1);
    EXPECT_TRUE(std::filesystem::is_directory(layout.session(1)));
    EXPECT_EQ(take_number(layout), 2);
    EXPECT_EQ(take_number(layout), 3);
    remove_session(layout, 2);
    EXPECT_EQ(take_number(layout), 2) << "a folder alone takes a number, without any file in it";
    EXPECT_EQ(take_number(layout), 4);
    remove_session(layout, 1);
    remove_session(layout, 3);
    EXPECT_EQ(take_number(layout), 1);
    EXPECT_EQ(take_number(layout), 3);
}

TEST_F(Sessions, that_are_opened_live_under_a_number_of_their_own) {
    const auto first = open_session(layout, self());
    EXPECT_EQ(first.number, 1);
    EXPECT_TRUE(std::filesystem::is_directory(layout.session(1)));
    EXPECT_EQ(liveness(first), Liveness::alive);
    EXPECT_EQ(first.process_group, os::process_group_of(os::own_process()));
    EXPECT_GT(first.opened_ns, 0);
    const auto second = open_session(layout, self());
    EXPECT_EQ(second.number, 2);
    EXPECT_NE(second.id, first.id);
    write_session(layout, second);
    EXPECT_EQ(read_session(layout, 2), second);
}

TEST_F(Sessions, are_sorted_by_number_and_other_names_are_none) {
    for (const int number : {10, 9, 2}) make(number);
    for (const auto* name : {"x", "1x", "", "lock", "2 "}) os::make_directories(layout.sessions() + "/" + name);
    std::vector<int> numbers;
    for (const auto& session : read_sessions(layout)) numbers.push_back(session.number);
    EXPECT_EQ(numbers, (std::vector<int>{2, 9, 10}));
    EXPECT_EQ(take_number(layout), 1);
}

TEST_F(Sessions, a_folder_without_a_readable_file_is_a_wreck_that_nobody_lives_in) {
    for (const auto* text : {"", "{", "[]", "{}", R"({"version": 1, "id": 7})"}) {
        make(1);
        os::write_file(layout.session(1) + "/session.json", text);
        EXPECT_EQ(read_session(layout, 1), std::nullopt) << text;
        const auto sessions = read_sessions(layout);
        ASSERT_EQ(sessions.size(), 1U) << text;
        EXPECT_EQ(sessions[0].number, 1);
        EXPECT_EQ(sessions[0].ctest.pid, 0);
        EXPECT_EQ(liveness(sessions[0]), Liveness::dead) << text;
        EXPECT_EQ(session_around(sessions, os::own_process(), sessions[0].id), std::nullopt);
        remove_session(layout, 1);
        EXPECT_TRUE(read_sessions(layout).empty());
    }
}

TEST_F(Sessions, of_another_version_may_live) {
    for (const auto* text : {R"({"version": 2})", R"({"version": "1"})"}) {
        make(1);
        os::write_file(layout.session(1) + "/session.json", text);
        const auto session = read_session(layout, 1);
        ASSERT_TRUE(session) << text;
        EXPECT_EQ(session->number, 1);
        EXPECT_TRUE(session->other_version);
        EXPECT_EQ(liveness(*session), Liveness::elsewhere);
        EXPECT_EQ(session_around({*session}, os::own_process(), session->id), std::nullopt);
    }
}

TEST_F(Sessions, live_as_long_as_that_very_process_does) {
    const auto alive = session_of(self());
    EXPECT_EQ(liveness(alive), Liveness::alive);

    auto reused = alive;  // the same number, another process
    reused.ctest.start += 1;
    EXPECT_EQ(liveness(reused), Liveness::dead);

    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    ASSERT_GT(child, 0);
    const auto gone = os::identify_process(child);
    siginfo_t info{};
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED), 0);
    auto ended = alive;
    ended.ctest = gone.value_or(os::ProcessId{child, 1});
    EXPECT_EQ(liveness(ended), Liveness::dead);

    auto rebooted = alive;
    rebooted.boot = "another boot";
    EXPECT_EQ(liveness(rebooted), Liveness::dead) << "whatever has its number now";

    auto far = alive;
    far.host = "another host";
    EXPECT_EQ(liveness(far), Liveness::alive) << "one kernel: the machine was given another name while it was up";
    far.boot = "another boot";
    EXPECT_EQ(liveness(far), Liveness::elsewhere) << "another machine has another boot";

    auto contained = alive;
    contained.process_namespace = "pid:[1]";
    EXPECT_EQ(liveness(contained), Liveness::elsewhere);
    contained.boot = "another boot";
    EXPECT_EQ(liveness(contained), Liveness::dead) << "containers of this machine ended with it";
}

TEST_F(Sessions, around_a_process_is_the_nearest_ancestors) {
    const int child = os::own_process();  // as if this process asked
    auto grandparent = os::identify_process(os::parent_of(parent().pid));
    const auto near = session_of(parent(), "near");
    EXPECT_EQ(session_around({near}, child, ""), near);
    if (grandparent && grandparent->pid > 1) {
        const auto far = session_of(*grandparent, "far");
        EXPECT_EQ(session_around({far}, child, ""), far);
        EXPECT_EQ(session_around({far, near}, child, ""), near);
        EXPECT_EQ(session_around({far, near}, child, "far"), near) << "ancestry before what a variable says";
    }
    EXPECT_EQ(session_around({session_of(self(), "own")}, child, ""), std::nullopt) << "not around itself";
    EXPECT_EQ(session_around({session_of(self(), "own")}, child, "own"), std::nullopt);

    auto dead = near;
    dead.ctest.start += 1;
    EXPECT_EQ(session_around({dead}, child, ""), std::nullopt);
    EXPECT_EQ(session_around({dead}, child, "near"), std::nullopt);
    EXPECT_EQ(session_around({}, child, "near"), std::nullopt);
}

TEST_F(Sessions, around_nothing_is_one_that_has_ended) {
    auto ended = session_of(parent(), "ended");
    ended.ended = true;
    EXPECT_EQ(session_around({ended}, os::own_process(), "ended"), std::nullopt);
}

/// The log is of no use without it, and lost to it if it went first and we were killed then.
TEST_F(Sessions, lose_the_file_that_makes_them_one_before_anything_else) {
    make(1);
    for (const auto* name : {"a", "log", "z"}) os::write_file(layout.session(1) + "/" + name, "");
    os::write_file(layout.session(1) + "/session.json", "{}");
    const int watch = ::inotify_init1(IN_CLOEXEC);
    ASSERT_GE(::inotify_add_watch(watch, layout.session(1).c_str(), IN_DELETE), 0);
    remove_session(layout, 1);
    alignas(inotify_event) std::array<char, 4096> events;
    ASSERT_GT(::read(watch, events.data(), events.size()), 0);
    EXPECT_STREQ(reinterpret_cast<const inotify_event*>(events.data())->name, "session.json");
    ::close(watch);
    EXPECT_FALSE(os::exists(layout.session(1)));
}

TEST_F(Sessions, around_a_daemon_is_the_one_that_its_environment_names) {
    // A process without an ancestor among the sessions: process 1 has none at all.
    const auto session = session_of(self(), "named");
    EXPECT_EQ(session_around({session}, 1, "named"), session);
    EXPECT_EQ(session_around({session}, 1, "other"), std::nullopt);
    EXPECT_EQ(session_around({session}, 1, ""), std::nullopt);
    auto nameless = session;
    nameless.id = "";
    EXPECT_EQ(session_around({nameless}, 1, ""), std::nullopt) << "no name is not a name";
}

TEST_F(Sessions, ids_differ_between_build_trees_hosts_boots_numbers_and_processes) {
    const auto session = full_session();
    const auto id = make_session_id(layout, session);
    EXPECT_EQ(id.substr(8), "-2-3-18446744073709551615");
    EXPECT_EQ(make_session_id(layout, session), id);
    auto other = session;
    other.host = "other";
    EXPECT_NE(make_session_id(layout, other), id);
    other = session;
    other.boot = "other";
    EXPECT_NE(make_session_id(layout, other), id);
    EXPECT_NE(make_session_id({folder(), folder() + "/lockstep/Debug"}, session), id);
}

class Logs : public Sessions {
protected:
    ~Logs() override {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    /// Opens `name` below the folder as ctest does; this process stands in for ctest.
    Session opened(const std::string& name) {
        os::make_directories(std::filesystem::path(at(name)).parent_path().string());
        descriptor_ = ::open(at(name).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        write(first);
        auto session = session_of(self());
        session.number = 1;
        make(1);
        link_log(layout, session);
        return session;
    }
    void write(const std::string& text) {
        EXPECT_EQ(::write(descriptor_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    int descriptor_ = -1;
    const std::string first = "Start testing: Nov 21 05:00 UTC\n", second = "-----\n";
};

TEST_F(Logs, are_found_under_every_name_that_ctest_gives_them) {
    for (const auto* name : {"LastTest.log.tmp", "LastTest.log.tmp687fa", "LastTest_20261121-0500.log.tmp",
                             "LastDynamicAnalysis_20261121-0500.log.tmp1"}) {
        const auto session = opened("Testing/Temporary/" + std::string(name));
        EXPECT_EQ(session.log_descriptor, descriptor_) << name;
        EXPECT_TRUE(session.log_linked) << name;
        EXPECT_EQ(read_log(layout, session), first) << name;
        ::close(descriptor_);
        descriptor_ = -1;
        remove_session(layout, 1);
    }
}

TEST_F(Logs, of_a_memory_checker_are_not_recorded) {
    for (const bool said : {false, true}) {
        for (const auto& [name, recorded] : std::map<std::string, bool>{
                 {"LastTest_20261121-0500.log.tmp", true}, {"LastDynamicAnalysis_20261121-0500.log.tmp", false}}) {
            auto session = opened("Testing/Temporary/" + name);
            session.recorded = said;  // what the command line looks like
            link_log(layout, session);
            EXPECT_EQ(session.recorded, recorded) << name;
            ::close(descriptor_);
            descriptor_ = -1;
            remove_session(layout, 1);
        }
    }
    auto session = session_of(self());
    session.recorded = false;
    link_log(layout, session);
    EXPECT_FALSE(session.recorded) << "no log is open";
}

TEST_F(Logs, stay_whole_when_another_ctest_unlinks_them_and_ctest_goes_on_writing) {
    const auto session = opened("Testing/Temporary/LastTest.log.tmp");
    std::filesystem::remove(at("Testing/Temporary/LastTest.log.tmp"));
    write(second);
    EXPECT_EQ(read_log(layout, session), first + second);
    ::close(descriptor_);
    descriptor_ = -1;
    EXPECT_EQ(read_log(layout, session), first + second) << "and after its end";
    EXPECT_EQ(log_place(layout, session), layout.session(session.number) + "/log");
}

TEST_F(Logs, that_could_not_be_linked_are_read_from_ctest_while_it_lives) {
    auto session = opened("Testing/Temporary/LastTest.log.tmp");
    session.log_linked = false;
    std::filesystem::remove(layout.session(1) + "/log");
    EXPECT_EQ(read_log(layout, session), first);
    EXPECT_EQ(log_place(layout, session),
              "/proc/" + std::to_string(session.ctest.pid) + "/fd/" + std::to_string(session.log_descriptor));
    session.ctest.start += 1;
    EXPECT_EQ(read_log(layout, session), std::nullopt);
}

/// A stopped sh stands in for the keeper, which has the log open and does nothing.
TEST_F(Logs, that_could_not_be_linked_are_read_from_who_keeps_them_open_when_ctest_is_gone) {
    auto session = opened("Testing/Temporary/LastTest.log.tmp");
    session.log_linked = false;
    std::filesystem::remove(layout.session(1) + "/log");
    keep_log_open(layout, session, "/bin/cat");  // ends at once: it cannot read what it is asked to
    ASSERT_NE(session.log_keeper.pid, 0);
    ::waitpid(session.log_keeper.pid, nullptr, 0);
    auto dead = session;
    dead.ctest.start += 1;
    EXPECT_EQ(read_log(layout, dead), std::nullopt);
    EXPECT_EQ(read_log(layout, session), first) << "from ctest";

    dead.log_keeper = *os::start_detached({"/bin/sh", "-c", "kill -STOP $$"}, at("Testing/Temporary/LastTest.log.tmp"));
    std::filesystem::remove(at("Testing/Temporary/LastTest.log.tmp"));
    write(second);
    EXPECT_EQ(read_log(layout, dead), first + second);
    write_log_from(layout, dead, descriptor_);
    ::kill(dead.log_keeper.pid, SIGKILL);
    ::waitpid(dead.log_keeper.pid, nullptr, 0);
    EXPECT_EQ(read_log(layout, dead), first + second) << "from the file that it wrote";
}

TEST_F(Logs, that_are_linked_need_nobody_to_keep_them) {
    auto session = opened("Testing/Temporary/LastTest.log.tmp");
    keep_log_open(layout, session, "/bin/cat");
    EXPECT_EQ(session.log_keeper.pid, 0);
}

TEST_F(Logs, that_others_have_written_over_are_lost) {
    const auto session = opened("Testing/Temporary/LastTest.log.tmp");
    ASSERT_EQ(::ftruncate(descriptor_, 0), 0);
    EXPECT_EQ(read_log(layout, session), "");
    write(second);
    EXPECT_EQ(read_log(layout, session), std::nullopt) << "zeros, and what comes behind";
    auto disowned = session;
    disown_log(disowned);
    EXPECT_FALSE(writes_log(disowned));
    EXPECT_EQ(read_log(layout, disowned), std::nullopt);
}

TEST_F(Logs, of_two_may_be_one_file) {
    auto session = opened("Testing/Temporary/LastTest.log.tmp");
    EXPECT_TRUE(same_log(session, session));
    auto other = session_of(self());
    EXPECT_FALSE(same_log(session, other));
    EXPECT_FALSE(same_log(other, other)) << "neither has one";
    EXPECT_TRUE(writes_log(session));
    EXPECT_FALSE(writes_log(other));
    auto dead = session;
    dead.ctest.start += 1;
    EXPECT_FALSE(writes_log(dead));

    // Of ctest's own nothing is taken away.
    const int others = ::open(at("Testing/Temporary/LastTest.log.tmp").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    ASSERT_EQ(::write(others, "of another", 10), 10);
    ::close(others);
    cut_log(session);
    EXPECT_EQ(read_log(layout, session), first);
    cut_log(session);
    EXPECT_EQ(read_log(layout, session), first);

    ::close(descriptor_);
    descriptor_ = -1;
    EXPECT_FALSE(writes_log(session)) << "it has gone on to something else";
    cut_log(session);
    EXPECT_EQ(read_log(layout, session), first);
}

TEST_F(Logs, other_files_are_none) {
    for (const auto* name : {"Testing/Temporary/CTestCostData.txt", "Testing/LastTest.log", "Temporary/LastTests",
                             "Testing/Temporary/MyLastTest.log"}) {
        const auto session = opened(name);
        EXPECT_EQ(session.log_descriptor, -1) << name;
        EXPECT_FALSE(session.log_linked) << name;
        EXPECT_EQ(read_log(layout, session), std::nullopt) << name;
        ::close(descriptor_);
        descriptor_ = -1;
    }
}

}  // namespace
}  // namespace lockstep
