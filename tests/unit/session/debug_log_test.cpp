// The debug log: silent without its switch, and never in the way.
#include "session/debug_log.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <regex>

#include "../os/scratch.hpp"

namespace lockstep {
namespace {

class DebugLog : public Scratch {
protected:
    /// In a process of its own, since the switch is looked at once; its standard error goes to the file "stderr".
    /// Whether it ended well.
    bool with_switch(const char* value, const std::function<void()>& call) const {
        const pid_t child = ::fork();
        if (child == 0) {
            const int error = ::open(at("stderr").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
            ::dup2(error, STDERR_FILENO);
            if (value == nullptr) {
                ::unsetenv("LOCKSTEP_LOG");
            } else {
                ::setenv("LOCKSTEP_LOG", value, 1);
            }
            try {
                call();
            } catch (...) {
                ::_exit(1);
            }
            ::_exit(0);
        }
        int status = -1;
        return ::waitpid(child, &status, 0) == child && status == 0;
    }
};

std::string one() {
    return "one";
}

TEST_F(DebugLog, makes_no_line_without_its_switch) {
    for (const auto* value : {static_cast<const char*>(nullptr), "", "info", "DEBUG"}) {
        EXPECT_TRUE(with_switch(value, [&] {
            debug_into(at("log"), "test", true);
            debug([]() -> std::string { throw std::runtime_error("asked for"); });
        }));
        EXPECT_EQ(content("stderr"), "");
        EXPECT_FALSE(std::filesystem::exists(at("log")));
    }
}

TEST_F(DebugLog, keeps_what_was_said_before_there_was_a_file) {
    EXPECT_TRUE(with_switch("debug", [&] {
        debug(one);
        debug_into(at("log"), "enter", true);
        debug([] { return std::string("two \x1b[31m"); });
    }));
    EXPECT_EQ(content("stderr"), "lockstep: debug: one\nlockstep: debug: two \\x1b[31m\n");
    const std::regex expected(R"(\d\d:\d\d:\d\d\.\d\d\d enter: one\n\d\d:\d\d:\d\d\.\d\d\d enter: two \\x1b\[31m\n)");
    EXPECT_TRUE(std::regex_match(content("log"), expected)) << content("log");
}

TEST_F(DebugLog, of_several_processes_is_one_file) {
    for (const auto* speaker : {"enter", "checkpoint.a"}) {
        EXPECT_TRUE(with_switch("debug", [&] {
            debug_into(at("log"), speaker, false);
            debug(one);
        }));
        EXPECT_EQ(content("stderr"), "") << "what a test has to say must not be buried";
    }
    const std::regex expected(R"(\S+ enter: one\n\S+ checkpoint.a: one\n)");
    EXPECT_TRUE(std::regex_match(content("log"), expected)) << content("log");
}

TEST_F(DebugLog, that_cannot_be_written_is_lost) {
    EXPECT_TRUE(with_switch("debug", [&] {
        ::close(STDERR_FILENO);
        debug(one);
        debug_into(folder(), "enter", true);
        debug(one);
        debug_into(at("none/log"), "enter", true);
        debug(one);
    }));
    EXPECT_EQ(entries(), 1U) << "stderr";
}

}  // namespace
}  // namespace lockstep
