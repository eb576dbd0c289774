// Two ctests at once, and what of the plan then holds within each only.
#include "diagnostic_case.hpp"
#include "plan/checks.hpp"

namespace lockstep {
namespace {

/// The note's text where it warns, with its line.
std::string warned_of(const std::string& rest, const std::string& sessions = "share") {
    const auto read = read_text("version = 1\n[run]\nsessions = \"" + sessions + "\"\n" + rest);
    EXPECT_EQ(read.text, "");
    Diagnostics diagnostics;
    warn_of_sharing(*read.plan, diagnostics);
    if (diagnostics.all().empty()) return "nothing";
    EXPECT_EQ(diagnostics.warnings(), 1U);
    const auto& warning = diagnostics.all().front();
    EXPECT_EQ(warning.place.brief(), "lockstep.toml:3");
    return warning.notes.front().message + " " + warning.notes.front().place.brief();
}

std::string phase_with(const std::string& line) {
    return "[[phase]]\nname = \"p\"\ntests = \"all()\"\n" + line + "\n";
}

TEST(Sharing, each_guard_is_named) {
    EXPECT_EQ(warned_of("[marker.m]\nlock = [\"l\"]\n"), "such as the lock of marker 'm' lockstep.toml:5");
    EXPECT_EQ(warned_of("[marker.serial]\n"), "such as the lock of marker 'serial' lockstep.toml:4");
    EXPECT_EQ(warned_of("[marker.m]\nalone = true\n"), "such as alone of marker 'm' lockstep.toml:5");
    EXPECT_EQ(warned_of("[marker.m]\nmax_parallel = 2\n"), "such as max_parallel of marker 'm' lockstep.toml:5");
    EXPECT_EQ(warned_of("[marker.m]\nmemory = \"1GiB\"\n"), "such as memory of marker 'm' lockstep.toml:5");
    EXPECT_EQ(warned_of("[pool.x]\nslots = 2\n[marker.m]\nuse = { x = 1 }\n"),
              "such as the pool of marker 'm' lockstep.toml:7");
    EXPECT_EQ(warned_of(phase_with("order = \"sequential\"")), "such as the order of phase 'p' lockstep.toml:7");
    EXPECT_EQ(warned_of(phase_with("order = \"chain\"")), "such as the order of phase 'p' lockstep.toml:7");
    EXPECT_EQ(warned_of(phase_with("max_parallel = 3")), "such as max_parallel of phase 'p' lockstep.toml:7");
    EXPECT_EQ(warned_of("[defaults]\nunmarked = \"serial\"\n"),
              "such as the lock of tests without a marker lockstep.toml:5");
}

TEST(Sharing, what_guards_nothing_is_shared_without_a_word) {
    EXPECT_EQ(warned_of(""), "nothing");
    EXPECT_EQ(warned_of(phase_with("")), "nothing");
    EXPECT_EQ(warned_of("[marker.m]\nprocessors = 2\nalone = false\n[marker.serial]\nlock = []\n[pool.x]\nslots = 2\n"),
              "nothing");
    EXPECT_EQ(warned_of("[marker.m]\nlock = [\"l\"]\n", "wait"), "nothing");
}

}  // namespace
}  // namespace lockstep
