#include <gtest/gtest.h>

#include "src/settings.hpp"

namespace quickstart {
namespace {

// Two tests use the same name in the temporary directory. Under Lockstep each test has such a directory of its own.
std::filesystem::path scratch_file() {
    return std::filesystem::temp_directory_path() / "quickstart.ini";
}

TEST(Config, NamesServiceAndDatabase) {
    const Settings settings = read_settings(SETTINGS_FILE);
    EXPECT_TRUE(settings.contains("service"));
    EXPECT_TRUE(settings.contains("database"));
}

TEST(Config, IgnoresComments) {
    std::ofstream(scratch_file()) << "# nothing\nname = value  # something\n";
    EXPECT_EQ(read_settings(scratch_file()), (Settings{{"name", "value"}}));
}

TEST(Config, RefusesALineWithoutAValue) {
    std::ofstream(scratch_file()) << "name\n";
    EXPECT_THROW(read_settings(scratch_file()), std::runtime_error);
}

}  // namespace
}  // namespace quickstart
