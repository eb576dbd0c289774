#include "os/daemon.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <thread>

#include "os/files.hpp"
#include "scratch.hpp"

namespace os = lockstep::os;
using namespace std::chrono_literals;

namespace {

class Daemon : public Scratch {
protected:
    os::ProcessId start(const std::string& script) {
        options_.command = {"sh", "-c", script};
        options_.log = at("log");
        return os::start_daemon(options_);
    }
    void wait(const os::ProcessId& process) { ::waitpid(process.pid, nullptr, 0); }
    os::DaemonOptions options_;
};

TEST_F(Daemon, WritesIntoItsLogAlone) {
    put("log", "of the last time\n");
    wait(start("echo out; echo err >&2; cat; exit 0"));
    EXPECT_EQ(content("log"), "out\nerr\n");
}

TEST_F(Daemon, HasItsFolderAndItsVariables) {
    options_.working_directory = folder();
    options_.set_environment = {{"LOCKSTEP_SERVICE", "users"}};
    wait(start("pwd; echo $LOCKSTEP_SERVICE; echo ${HOME:+home}"));
    EXPECT_EQ(content("log"), folder() + "\nusers\n" + (std::getenv("HOME") != nullptr ? "home\n" : "\n"));
}

TEST_F(Daemon, LeadsASessionAndAGroup) {
    const auto process = start("sleep 60 & exec sleep 60");
    std::vector<os::ProcessId> group;
    for (int i = 0; i < 1000 && group.size() < 2; ++i) {
        std::this_thread::sleep_for(5ms);
        group = os::processes_in_group(process.pid);
    }
    EXPECT_EQ(::getsid(process.pid), process.pid);
    EXPECT_EQ(group.size(), 2U);
    EXPECT_NE(std::ranges::find(group, process), group.end());
    ::kill(-process.pid, SIGKILL);
    wait(process);
    // The other one has been killed too, and takes its time to be gone.
    for (int i = 0; i < 1000 && !os::processes_in_group(process.pid).empty(); ++i) std::this_thread::sleep_for(5ms);
    EXPECT_TRUE(os::processes_in_group(process.pid).empty());
}

TEST_F(Daemon, KeepsWhatItIsGivenAndNothingElse) {
    const int given = ::open(put("given", "").c_str(), O_RDONLY);
    const int other = ::open(put("other", "").c_str(), O_RDONLY);  // as a pipe would be that somebody reads to its end
    options_.inherited = {given};
    wait(start("ls -l /proc/self/fd"));
    ::close(given);
    ::close(other);
    EXPECT_NE(content("log").find(at("given")), std::string::npos) << content("log");
    EXPECT_EQ(content("log").find(at("other")), std::string::npos) << content("log");
}

TEST_F(Daemon, ThatCannotBeStarted) {
    options_.command = {at("no-such-program")};
    options_.log = at("log");
    try {
        static_cast<void>(os::start_daemon(options_));
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_EQ(std::string(error.what()), "cannot start '" + at("no-such-program") + "': No such file or directory");
    }
    options_.log = at("no/such/folder/log");
    EXPECT_THROW(static_cast<void>(os::start_daemon(options_)), std::system_error);
}

}  // namespace
