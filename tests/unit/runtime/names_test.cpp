#include "runtime/names.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <set>
#include <stdexcept>

#include "scratch.hpp"

namespace lockstep::runtime {
namespace {

TEST(FileName, KeepsWhatIsHarmless) {
    EXPECT_EQ(file_name_of("Az09_.-"), "Az09_.-");
    EXPECT_EQ(file_name_of("a b/c%"), "a%20b%2Fc%25");
    EXPECT_EQ(file_name_of("\xc3\xa4\n"), "%C3%A4%0A");
    EXPECT_EQ(file_name_of("..."), "...");
}

TEST(FileName, IsNeverEmptyOrAFolderOnTheWay) {
    EXPECT_EQ(file_name_of(""), "%");
    EXPECT_EQ(file_name_of("."), "%2E");
    EXPECT_EQ(file_name_of(".."), "%2E.");
}

TEST(FileName, LongNamesStayDistinctAndFit) {
    const std::string shared(300, '/');
    std::set<std::string> names{file_name_of(shared), file_name_of(shared + "a"), file_name_of(shared + "b"),
                                file_name_of(std::string(200, 'x')), file_name_of(std::string(201, 'x'))};
    EXPECT_EQ(names.size(), 5U);
    for (const auto& name : names) EXPECT_LE(name.size(), 230U);
}

TEST(RuntimeFolder, IsMadePrivateAndFoundAgain) {
    const test::Scratch scratch;
    const auto folder = user_runtime_folder(scratch.path(), "/nowhere");
    EXPECT_EQ(folder, scratch / "lockstep");
    struct stat info {};
    ASSERT_EQ(::stat(folder.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0700U);
    EXPECT_EQ(user_runtime_folder(scratch.path(), "/nowhere"), folder);
}

TEST(RuntimeFolder, IsBelowTmpWithoutARuntimeDirectory) {
    const test::Scratch scratch;
    const auto expected = scratch / ("lockstep-" + std::to_string(::geteuid()));
    EXPECT_EQ(user_runtime_folder("", scratch.path()), expected);
    EXPECT_EQ(user_runtime_folder(scratch / "missing", scratch.path()), expected);
}

TEST(RuntimeFolder, RefusesWhatIsNotPrivate) {
    const test::Scratch scratch;
    ASSERT_EQ(::mkdir((scratch / "lockstep").c_str(), 0700), 0);
    ASSERT_EQ(::chmod((scratch / "lockstep").c_str(), 0750), 0);
    EXPECT_THROW(static_cast<void>(user_runtime_folder(scratch.path(), "")), std::runtime_error);
}

TEST(RuntimeFolder, RefusesALink) {
    const test::Scratch scratch;
    ASSERT_EQ(::mkdir((scratch / "elsewhere").c_str(), 0700), 0);
    ASSERT_EQ(::symlink("elsewhere", (scratch / "lockstep").c_str()), 0);
    EXPECT_THROW(static_cast<void>(user_runtime_folder(scratch.path(), "")), std::runtime_error);
}

TEST(RuntimeFolder, RefusesSomebodyElses) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs chown";
    const test::Scratch scratch;
    ASSERT_EQ(::mkdir((scratch / "lockstep").c_str(), 0700), 0);
    ASSERT_EQ(::chown((scratch / "lockstep").c_str(), 12345, 12345), 0);
    EXPECT_THROW(static_cast<void>(user_runtime_folder(scratch.path(), "")), std::runtime_error);
}

}  // namespace
}  // namespace lockstep::runtime
