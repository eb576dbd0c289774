#include "services/services.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include "../os/scratch.hpp"
#include "os/files.hpp"
#include "runtime/ports.hpp"
#include "runtime/service_facts.hpp"

namespace lockstep {
namespace {

using namespace std::chrono_literals;
using runtime::OpenText;
using runtime::ServiceFacts;

OpenText text(const std::string& literal) {
    return {{{OpenText::Part::Kind::text, literal, 0}}};
}

class Services : public Scratch {
protected:
    Services() {
        ::setenv("XDG_RUNTIME_DIR", folder().c_str(), 1);
        session_.id = "test-" + folder();
        session_.number = 3;
        session_.state = at("state");
        session_.folder = at("state/s/3");
        session_.build_dir = folder();
        ::setenv("LOCKSTEP_SESSION", session_.id.c_str(), 1);
        auto& service = table_.services.emplace_back();
        service.name = "users";
        service.place = "lockstep.toml:7";
        service.within = 20s;
        is_ready_when("true");
    }
    ~Services() override {
        stop_service(session_, "users", [](const std::string&) {});
    }

    runtime::Service& service() { return table_.services.front(); }
    void runs(const std::string& script) {
        service().start = runtime::Hook{{text("sh"), text("-c"), text(script)}, "lockstep.toml:8"};
    }
    void is_ready_when(const std::string& script) {
        service().ready = runtime::Service::Ready::command;
        service().ready_command = {text("sh"), text("-c"), text(script)};
    }
    StartResult start() {
        return start_service(session_, table_, 0, at("temp"),
                             [this](const std::string& line) { said_ += line + "\n"; });
    }
    bool stop() {
        return stop_service(session_, "users", [this](const std::string& line) { said_ += line + "\n"; });
    }
    ServiceFacts facts() const {
        std::string error;
        return runtime::service_facts_from_text(content("state/s/3/services/users"), error).value();
    }
    std::size_t running() const { return service_processes(session_.folder, session_.id).size(); }

    runtime::SessionFacts session_;
    runtime::LaunchTable table_;
    std::string said_;
};

TEST_F(Services, UpThenDown) {
    runs("touch began; sleep 60 & echo hello; wait");
    is_ready_when("test -e began");
    ASSERT_EQ(start(), StartResult::up) << said_;
    EXPECT_EQ(facts().state, ServiceFacts::State::up);
    EXPECT_GT(facts().pid, 0);
    EXPECT_TRUE(os::alive({facts().pid, facts().start}));
    EXPECT_EQ(running(), 2U);
    EXPECT_TRUE(stop()) << said_;
    EXPECT_EQ(facts().state, ServiceFacts::State::down);
    EXPECT_EQ(running(), 0U);
    EXPECT_EQ(content("state/services/3/users.log"), "hello\n") << "its log stays";
}

TEST_F(Services, PortsAreItsOwnAsLongAsItLives) {
    service().ports = {"http", "admin"};
    service().start = runtime::Hook{
        {text("sh"), text("-c"), text("echo $1 $2; exec sleep 60"), text("sh"),
         OpenText{{{OpenText::Part::Kind::port, "http", 0}}}, OpenText{{{OpenText::Part::Kind::port, "admin", 0}}}},
        ""};
    service().env = {{"URL", OpenText{{{OpenText::Part::Kind::text, "http://127.0.0.1:", 0},
                                       {OpenText::Part::Kind::port, "http", 0}}}}};
    is_ready_when("test -s state/services/3/users.log");
    ASSERT_EQ(start(), StartResult::up) << said_;
    const auto http = facts().port("http"), admin = facts().port("admin");
    EXPECT_NE(http, admin);
    EXPECT_EQ(content("state/services/3/users.log"), std::to_string(http) + " " + std::to_string(admin) + "\n");
    ASSERT_EQ(facts().env.size(), 1U);
    EXPECT_EQ(facts().env.front().second, "http://127.0.0.1:" + std::to_string(http));
    const auto is_free = [&](int port) {
        runtime::LockFile file(runtime::ports_file());
        return file.try_lock(runtime::Range{static_cast<std::uint64_t>(port)});
    };
    EXPECT_FALSE(is_free(http));
    EXPECT_FALSE(is_free(admin));
    EXPECT_TRUE(stop());
    EXPECT_TRUE(is_free(http));
    EXPECT_TRUE(is_free(admin));
}

TEST_F(Services, OneThatIsUpStays) {
    runs("exec sleep 60");
    ASSERT_EQ(start(), StartResult::up);
    const int first = facts().pid;
    EXPECT_EQ(start(), StartResult::up);
    EXPECT_EQ(facts().pid, first);
    ::kill(first, SIGKILL);
    ::waitpid(first, nullptr, 0);
    EXPECT_EQ(start(), StartResult::up) << "one that has died does not count as up";
    EXPECT_NE(facts().pid, first);
}

TEST_F(Services, OneThatEndsTellsWhy) {
    runs("echo no such database; exit 3");
    is_ready_when("sleep 0.05; false");
    EXPECT_EQ(start(), StartResult::failed);
    EXPECT_EQ(said_,
              "service 'users' (lockstep.toml:7) is not available: it ended before it was ready\n"
              "the end of what it wrote (" +
                  at("state/services/3/users.log") + "):\nno such database\n\n");
    EXPECT_EQ(facts().state, ServiceFacts::State::unavailable);
    EXPECT_EQ(facts().reason, "it ended before it was ready");
}

TEST_F(Services, OneThatIsNeverReadyIsEnded) {
    service().within = 2s;
    runs("exec sleep 60");
    is_ready_when("echo not yet; false");
    EXPECT_EQ(start(), StartResult::failed);
    EXPECT_NE(said_.find("it was not ready within 2 s: 'sh' ended with status 1: not yet"), std::string::npos) << said_;
    EXPECT_EQ(running(), 0U);
}

TEST_F(Services, OneWhoseTestsAreSkippedIsNoFailure) {
    service().within = 50ms;
    service().skip_if_unavailable = true;
    is_ready_when("false");
    EXPECT_EQ(start(), StartResult::unavailable);
    EXPECT_EQ(facts().state, ServiceFacts::State::unavailable);
}

TEST_F(Services, OneThatSomebodyElseRuns) {
    EXPECT_EQ(start(), StartResult::up);
    EXPECT_EQ(facts().pid, 0);
    EXPECT_TRUE(stop());
}

TEST_F(Services, OneThatCannotBeStarted) {
    service().start = runtime::Hook{{text(at("no-such-program"))}, ""};
    EXPECT_EQ(start(), StartResult::failed);
    EXPECT_NE(said_.find("cannot start '" + at("no-such-program") + "'"), std::string::npos) << said_;
}

TEST_F(Services, WhatChangesItsEnvironmentIsFoundByItsGroup) {
    runs("exec env -i sleep 60");
    ASSERT_EQ(start(), StartResult::up);
    for (int i = 0; i < 1000 && os::environment_of(facts().pid, "LOCKSTEP_SESSION"); ++i)
        std::this_thread::sleep_for(5ms);
    EXPECT_EQ(running(), 1U);
    EXPECT_TRUE(stop());
    EXPECT_EQ(running(), 0U);
}

TEST_F(Services, WhatLeavesItsGroupIsFoundByItsEnvironment) {
    runs("setsid sleep 60 & sleep 0.05; touch began; wait");
    is_ready_when("test -e began");
    ASSERT_EQ(start(), StartResult::up);
    EXPECT_EQ(running(), 2U);
    EXPECT_TRUE(stop());
    EXPECT_EQ(running(), 0U);
}

TEST_F(Services, HasTheDirectoryOfTheTestThatStartsIt) {
    service().start = runtime::Hook{
        {text("sh"), text("-c"), text("echo $0; exec sleep 60"), OpenText{{{OpenText::Part::Kind::temp_dir, "", 0}}}},
        ""};
    is_ready_when("test -s state/services/3/users.log");
    ASSERT_EQ(start(), StartResult::up) << said_;
    EXPECT_EQ(content("state/services/3/users.log"), at("temp") + "\n");
}

TEST_F(Services, WhatIsStartedWhileItEndsIsEndedToo) {
    runs("trap 'sleep 60 & exit' TERM; touch began; while true; do sleep 0.01; done");
    is_ready_when("test -e began");
    ASSERT_EQ(start(), StartResult::up);
    end_services(session_.folder, session_.id, {});
    EXPECT_EQ(running(), 0U);
}

TEST_F(Services, AnotherSessionsAreLeftAlone) {
    runs("exec sleep 60");
    ASSERT_EQ(start(), StartResult::up);
    EXPECT_TRUE(service_processes(at("elsewhere"), "another").empty());
}

}  // namespace
}  // namespace lockstep
