#include "lockstep/gtest.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace lockstep {
namespace {

std::filesystem::path left_by_first;

using Isolated = IsolatedTest;

TEST_F(Isolated, HasAHomeOfItsOwn) {
    EXPECT_EQ(std::getenv("HOME"), home());
    EXPECT_EQ(home().parent_path(), temp_dir());
    EXPECT_EQ(context().test_case, "Isolated.HasAHomeOfItsOwn");
    left_by_first = temp_dir();
}

TEST_F(Isolated, TheNextHasAnother) {
    EXPECT_NE(temp_dir(), left_by_first);
    EXPECT_FALSE(std::filesystem::exists(left_by_first));
}

LOCKSTEP_MARK(serial, slow - one);
LOCKSTEP_MARK(third);
TEST(Marked, Has) {
    EXPECT_EQ(context().markers, (std::vector<std::string>{"serial", "slow-one", "third"}));
}

TEST(Marked, HasNot) {
    EXPECT_TRUE(context().markers.empty());
}

LOCKSTEP_MARK(of_all);
class Parameters : public ::testing::TestWithParam<int> {};
TEST_P(Parameters, ShareTheirMark) {
    EXPECT_EQ(context().markers, (std::vector<std::string>{"of_all"}));
}
INSTANTIATE_TEST_SUITE_P(Some, Parameters, ::testing::Values(1, 2));

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// This program again, in a process of its own, which writes to "output" and, if it is one of the examples below, to
/// "note". Returns its exit status.
int run_again(const std::string& words) {
    const auto note = scoped_env("LOCKSTEP_UNIT_NOTE", (temp_dir() / "note").string());
    const auto temp = scoped_env("TMPDIR", temp_dir().string());
    const auto lockstep_temp = scoped_env("LOCKSTEP_TEMP_DIR", std::nullopt);
    const auto program = std::filesystem::read_symlink("/proc/self/exe").string();
    const auto command = "'" + program + "' " + words + " >'" + (temp_dir() / "output").string() + "' 2>&1";
    return std::system(command.c_str());  // NOLINT: the words are ours
}

/// What the examples do they do only for run_again().
bool is_example() {
    const char* const note = std::getenv("LOCKSTEP_UNIT_NOTE");
    if (note != nullptr) std::ofstream(note) << temp_dir().string();
    return note != nullptr;
}

TEST(Example, Fails) {
    if (is_example()) FAIL();
}
TEST(Example, IsWell) {
    static_cast<void>(is_example());
}
TEST(Example, IsSkipped) {
    if (is_example()) LOCKSTEP_SKIP("as an example");
}
TEST(Example, WantsAService) {
    const auto outside = scoped_env("LOCKSTEP_SESSION_FILE", std::nullopt);
    if (!is_example()) return;
    LOCKSTEP_SKIP_UNLESS_READY("users");
    FAIL();
}

TEST(Listener, KeepsWhatAFailedCaseLeaves) {
    EXPECT_NE(run_again("--gtest_filter=Example.Fails"), 0);
    EXPECT_NE(text_of(temp_dir() / "note"), "");
    EXPECT_TRUE(std::filesystem::exists(text_of(temp_dir() / "note")));
    EXPECT_EQ(run_again("--gtest_filter=Example.IsWell"), 0);
    EXPECT_NE(text_of(temp_dir() / "note"), "");
    EXPECT_FALSE(std::filesystem::exists(text_of(temp_dir() / "note")));
}

TEST(Skips, AreInTheWordsThatIdesRead) {
    EXPECT_EQ(run_again("--gtest_filter=Example.IsSkipped:Example.WantsAService"), 0);
    const auto output = text_of(temp_dir() / "output");
    EXPECT_NE(output.find("[  SKIPPED ] Example.IsSkipped"), std::string::npos) << output;
    EXPECT_NE(output.find("as an example"), std::string::npos) << output;
    EXPECT_NE(output.find("[  SKIPPED ] Example.WantsAService"), std::string::npos) << output;
    EXPECT_NE(output.find("service 'users': there is no session"), std::string::npos) << output;
}

TEST(Skips, WithoutGoogleTestToo) {
    ::testing::internal::CaptureStdout();
    print_skipped("no network");
    const auto text = ::testing::internal::GetCapturedStdout();
    EXPECT_EQ(text.rfind("\n[  SKIPPED ] ", 0), 0U) << text;
    EXPECT_NE(text.find(": no network\n"), std::string::npos) << text;
}

TEST(Marks, AreWrittenForDiscovery) {
    const auto list = temp_dir() / "marks";
    const auto variable = scoped_env("LOCKSTEP_MARKS_FILE", list.string());
    EXPECT_EQ(run_again("--gtest_list_tests"), 0);
    const auto text = text_of(list);
    EXPECT_NE(text.find("gtest_test.cpp\t"), std::string::npos) << text;
    EXPECT_NE(text.find("\tslow-one\n"), std::string::npos) << text;
}

TEST(Marks, WithNoTestBelowAreFound) {
    detail::Marks marks;
    marks.add(__FILE__, 1, "serial");
    EXPECT_EQ(marks.lost(), "");
    marks.add(__FILE__, 100000, "serial");
    marks.add("other.cpp", 3, "serial");
    EXPECT_EQ(marks.lost(),
              std::string(__FILE__) +
                  ":100000: LOCKSTEP_MARK has no test below it\nother.cpp:3: LOCKSTEP_MARK has no test below it\n");
}

}  // namespace
}  // namespace lockstep
