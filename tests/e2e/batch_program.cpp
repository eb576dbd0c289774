// The program that tests of batches run. What its cases do is in the variable BATCH_DOES: "37=abort,58=hang".
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

namespace {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

/// What is asked of that one; "" if nothing is.
std::string asked(const std::string& name) {
    const auto all = "," + variable("BATCH_DOES") + ",";
    const auto at = all.find("," + name + "=");
    if (at == std::string::npos) return "";
    const auto begin = at + name.size() + 2;
    return all.substr(begin, all.find(',', begin) - begin);
}

void print(const std::string& text) {
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
}

void note(const std::string& name) {
    const auto path = variable("BATCH_LOG");
    if (!path.empty()) std::ofstream(path, std::ios::app) << name << " " << ::getpid() << "\n";
}

void run_another_program(const std::string& filter) {
    const auto self = variable("BATCH_PROGRAM");
    const auto command = "BATCH_DOES= '" + self + "' --gtest_filter='" + filter + "'";
    if (std::system(command.c_str()) != 0) ADD_FAILURE();
}

void act(const std::string& what, const std::string& self, const std::string& next) {
    if (what == "abort") std::abort();
    if (what == "abort-after-ok") print("[       OK ] " + self + " (0 ms)\n"), std::abort();
    if (what == "segv") ::raise(SIGSEGV);
    if (what == "hang")
        for (;;) ::pause();
    if (what == "deaf") ::signal(SIGTERM, SIG_IGN);
    if (what == "deaf")
        for (;;) ::pause();
    if (what == "exit0") std::exit(0);
    if (what == "_exit0") ::_exit(0);
    if (what == "exit3") std::exit(3);
    if (what == "exit-after-ok")
        print("[       OK ] " + self + " (0 ms)\n[==========] 1 test from 1 test suite ran. (0 ms total)\n"),
            ::_exit(0);
    if (what == "killparent") ::kill(-::getpgid(::getppid()), SIGKILL);
    if (what == "killparent")
        for (;;) ::pause();
    if (what == "stopparent") ::kill(::getppid(), SIGSTOP);
    if (what == "termparent") ::kill(-::getpgid(::getppid()), SIGTERM);
    if (what == "killgroup") ::kill(0, SIGKILL);
    if (what == "fail") ADD_FAILURE() << "as asked";
    if (what == "fatal") FAIL() << "as asked";
    if (what == "skip") GTEST_SKIP() << "no database here";
    if (what == "stderr") std::fputs("on stderr", stderr);
    if (what == "unended") print("no newline");
    if (what == "imitate-next") {
        print("[       OK ] " + self + " (0 ms)\n[ RUN      ] " + next + "\n[       OK ] " + next + " (0 ms)\n");
        ADD_FAILURE() << "the real result";
    }
    if (what == "imitate-self")
        print("[ RUN      ] " + self + "\n[  FAILED  ] " + self + " (0 ms)\n[ RUN      ] " + next + "\n[  FAILED  ] " +
              next + " (0 ms)\n");
    if (what == "run-all") run_another_program("Hundred/*");
    if (what == "flood")
        for (int i = 0; i < 20000; ++i) std::printf("line %d of a lot of output that nobody wants to read\n", i);
    if (what == "sleep") ::usleep(150'000);
    if (what == "child") {
        if (::fork() == 0) {
            ::execlp("sleep", "sleep", "1000", nullptr);
            ::_exit(127);
        }
    }
}

std::string& left_by_others() {
    static std::string text;
    return text;
}

class Hundred : public testing::TestWithParam<int> {};

TEST_P(Hundred, Case) {
    const int number = GetParam();
    const auto name = std::to_string(number);
    note(name);
    print("output of " + name + "\n");
    // "7=leave,9=leave,20=stumble": 20 fails where both have run.
    if (asked(name) == "leave") left_by_others() += name + ",";
    if (asked(name) == "stumble") {
        EXPECT_NE(left_by_others(), variable("BATCH_STUMBLES_OVER"));
    }
    const auto filter = [](int n) { return "All/Hundred.Case/" + std::to_string(n); };
    act(asked(name), filter(number), filter(number + 1));
}
INSTANTIATE_TEST_SUITE_P(All, Hundred, testing::Range(0, 101));

class Fragile : public testing::Test {
protected:
    static void SetUpTestSuite() { act(asked("setup"), "", ""); }
    static void TearDownTestSuite() { act(asked("teardown"), "", ""); }
};
TEST_F(Fragile, One) {
    note("One");
}
TEST_F(Fragile, Two) {
    note("Two");
}

TEST(Last, Case) {
    note("Last");
}
TEST(Last, DISABLED_Case) {
    note("Disabled");
}

class Global : public testing::Environment {
    void SetUp() override { act(asked("global"), "", ""); }
    void TearDown() override { act(asked("global-end"), "", ""); }
};

}  // namespace

int main(int argc, char** argv) {
    act(asked("start"), "", "");
    testing::InitGoogleTest(&argc, argv);
    testing::AddGlobalTestEnvironment(new Global);
    for (int i = 0; i < std::atoi(variable("BATCH_NOOPS").c_str()); ++i) {
        testing::RegisterTest("Noop", ("Case" + std::to_string(i)).c_str(), nullptr, nullptr, __FILE__, __LINE__,
                              []() -> testing::Test* {
                                  struct Noop : testing::Test {
                                      void TestBody() override {}
                                  };
                                  return new Noop;
                              });
    }
    const int status = RUN_ALL_TESTS();
    act(asked("end"), "", "");
    return asked("status").empty() ? status : std::atoi(asked("status").c_str());
}
