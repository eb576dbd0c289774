#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <system_error>
#include <thread>

#include "os/files.hpp"
#include "scratch.hpp"

namespace fs = std::filesystem;
namespace os = lockstep::os;

namespace {

class Directories : public Scratch {
protected:
    /// Root is above permissions, so a child gives that up first. True if the child ended well.
    static bool as_ordinary_user(const std::function<bool()>& call) {
        const pid_t child = ::fork();
        if (child == 0) {
            if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(2);
            try {
                ::_exit(call() ? 0 : 1);
            } catch (const std::exception& error) {
                static_cast<void>(::write(2, error.what(), std::string_view(error.what()).size()));
                ::_exit(3);
            }
        }
        int status = -1;
        return ::waitpid(child, &status, 0) == child && status == 0;
    }

    void make_tree(const std::string& name) const {
        fs::create_directories(at(name + "/a/b/c"));
        fs::create_directories(at(name + "/empty"));
        put(name + "/file", "1");
        put(name + "/a/b/file", "2");
        fs::create_symlink("../outside", at(name + "/a/link"));
        fs::create_symlink("none", at(name + "/dangling"));
        ASSERT_EQ(::mkfifo(at(name + "/fifo").c_str(), 0600), 0);
    }
};

TEST_F(Directories, UsageCountsFilesAndFollowsNoLink) {
    EXPECT_EQ(os::usage(at("none")).files, 0U);
    fs::create_directories(at("tree/a/b"));
    EXPECT_EQ(os::usage(at("tree")).files, 0U) << "directories count for nothing";
    put("outside", std::string(1000, 'x'));
    put("tree/one", "1");
    put("tree/a/b/two", "22");
    fs::create_symlink("../outside", at("tree/link"));
    fs::create_directory_symlink("..", at("tree/up"));
    const auto usage = os::usage(at("tree"));
    EXPECT_EQ(usage.files, 4U) << "links are files";
    EXPECT_EQ(usage.bytes, 1U + 2U + std::string_view("../outside..").size());
    EXPECT_EQ(os::usage(at("outside")).bytes, 1000U);
}

TEST_F(Directories, MakesParentsAndAcceptsWhatIsThere) {
    os::make_directories(at("a/b/c"));
    os::make_directories(at("a/b/c"));
    EXPECT_TRUE(fs::is_directory(at("a/b/c")));
    put("file", "");
    EXPECT_THROW(os::make_directories(at("file")), std::system_error);
    EXPECT_THROW(os::make_directories(at("file/below")), std::system_error);
}

TEST_F(Directories, RemovesATreeButNotWhatLinksPointTo) {
    fs::create_directory(at("outside"));
    put("outside/precious", "keep");
    make_tree("tree");
    os::remove_tree(at("tree"));
    EXPECT_FALSE(fs::exists(at("tree")));
    EXPECT_EQ(content("outside/precious"), "keep");
}

TEST_F(Directories, RemovesFilesLinksAndNothing) {
    fs::create_directory(at("folder"));
    fs::create_symlink("folder", at("link"));
    put("file", "");
    for (const auto* name : {"file", "link", "none", "folder/none"}) os::remove_tree(at(name));
    EXPECT_EQ(os::list_directory(folder()), std::vector<std::string>{"folder"});
}

TEST_F(Directories, RemovesATreeDeeperThanThereAreDescriptors) {
    rlimit old{};
    ::getrlimit(RLIMIT_NOFILE, &old);
    const rlimit few{64, old.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
    fs::create_directory(at("deep"));
    int here = ::open(at("deep").c_str(), O_RDONLY | O_DIRECTORY);
    for (int depth = 0; depth < 200; ++depth) {
        ASSERT_EQ(::mkdirat(here, "d", 0777), 0);
        const int below = ::openat(here, "d", O_RDONLY | O_DIRECTORY);
        ::close(here);
        here = below;
    }
    ::close(here);
    os::remove_tree(at("deep"));
    ::setrlimit(RLIMIT_NOFILE, &old);
    EXPECT_EQ(entries(), 0U);
}

TEST_F(Directories, RemovesWhatItsOwnerLocked) {
    fs::permissions(folder(), fs::perms::all);
    EXPECT_TRUE(as_ordinary_user([&] {
        for (const auto mode : {0000, 0400, 0500, 0200}) {
            fs::create_directories(at("tree/locked/below"));
            fs::permissions(at("tree/locked/below"), fs::perms(mode));
            fs::permissions(at("tree/locked"), fs::perms(mode));
            fs::permissions(at("tree"), fs::perms(mode));
            os::remove_tree(at("tree"));
            if (fs::exists(at("tree"))) return false;
        }
        return true;
    }));
}

TEST_F(Directories, NamesWhatCannotBeRemoved) {
    fs::create_directories(at("tree/foreign"));
    put("tree/foreign/file", "");
    fs::permissions(folder(), fs::perms::all);
    fs::permissions(at("tree"), fs::perms::all);
    if (::geteuid() != 0) GTEST_SKIP() << "needs a folder of another user";
    EXPECT_TRUE(as_ordinary_user([&] {
        try {
            os::remove_tree(at("tree"));
        } catch (const std::system_error& error) {
            return error.what() == "cannot remove '" + at("tree/foreign/file") + "': Permission denied";
        }
        return false;
    }));
}

TEST_F(Directories, RemovingOutlivesAWriter) {
    fs::create_directories(at("tree/busy"));
    std::atomic<bool> enough{false};
    std::thread writer([&] {
        for (int i = 0; i < 300 && !enough; ++i) {
            std::error_code ignored;
            fs::create_directories(at("tree/busy/" + std::to_string(i)), ignored);
        }
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    try {
        os::remove_tree(at("tree"));
    } catch (const std::system_error& error) {
        // Allowed only while the writer keeps ahead of us.
        EXPECT_EQ(error.code(), std::errc::directory_not_empty);
    }
    enough = true;
    writer.join();
    os::remove_tree(at("tree"));
    EXPECT_EQ(entries(), 0U);
}

TEST_F(Directories, MakesAnEmptyDirectoryOfAnything) {
    EXPECT_FALSE(os::make_empty_directory(at("new/below")));
    EXPECT_FALSE(os::make_empty_directory(at("new/below")));
    EXPECT_TRUE(os::is_empty_directory(at("new/below")));

    fs::create_directory(at("outside"));
    put("outside/precious", "keep");
    make_tree("tree");
    EXPECT_TRUE(os::make_empty_directory(at("tree")));
    EXPECT_TRUE(os::is_empty_directory(at("tree")));

    put("file", "text");
    EXPECT_TRUE(os::make_empty_directory(at("file")));
    EXPECT_TRUE(os::is_empty_directory(at("file")));

    fs::create_symlink("outside", at("link"));
    EXPECT_TRUE(os::make_empty_directory(at("link")));
    EXPECT_TRUE(os::is_empty_directory(at("link")));
    EXPECT_FALSE(fs::is_symlink(at("link")));
    EXPECT_EQ(content("outside/precious"), "keep");

    put("blocking", "");
    EXPECT_THROW(os::make_empty_directory(at("blocking/below")), std::system_error);
    EXPECT_TRUE(fs::is_regular_file(at("blocking")));
}

TEST_F(Directories, AnEmptiedDirectoryCanBeWrittenTo) {
    fs::permissions(folder(), fs::perms::all);
    EXPECT_TRUE(as_ordinary_user([&] {
        fs::create_directory(at("tree"));
        fs::permissions(at("tree"), fs::perms(0500));
        return !os::make_empty_directory(at("tree")) && ::access(at("tree").c_str(), W_OK) == 0;
    }));
}

TEST_F(Directories, EmptyMeansADirectoryWithNothing) {
    put("file", "");
    EXPECT_FALSE(os::is_empty_directory(folder()));
    EXPECT_FALSE(os::is_empty_directory(at("none")));
    EXPECT_FALSE(os::is_empty_directory(at("file")));
}

TEST_F(Directories, ListsSorted) {
    for (const auto* name : {"b", "a", ".hidden", "c d"}) put(name, "");
    fs::create_directory(at("B"));
    EXPECT_EQ(os::list_directory(folder()), (std::vector<std::string>{".hidden", "B", "a", "b", "c d"}));
    EXPECT_TRUE(os::list_directory(at("none")).empty());
    EXPECT_TRUE(os::list_directory(at("a")).empty());
}

TEST_F(Directories, Moves) {
    make_tree("tree");
    os::move_tree(at("tree"), at("moved"));
    EXPECT_FALSE(fs::exists(at("tree")));
    EXPECT_EQ(content("moved/a/b/file"), "2");
    try {
        os::move_tree(at("none"), at("moved"));
        FAIL();
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.what(), "cannot move '" + at("none") + "' to '" + at("moved") + "': No such file or directory");
    }
}

TEST_F(Directories, MovesAcrossFileSystems) {
    const std::string elsewhere = "/dev/shm/lockstep-os-test-" + std::to_string(::getpid());
    struct stat ours {
    }, theirs{};
    if (::stat(folder().c_str(), &ours) != 0 || ::stat("/dev/shm", &theirs) != 0 || ours.st_dev == theirs.st_dev ||
        ::access("/dev/shm", W_OK) != 0) {
        GTEST_SKIP() << "needs a second file system at /dev/shm";
    }
    make_tree("tree");
    fs::permissions(at("tree/a/b/file"), fs::perms(0751));
    fs::permissions(at("tree/a"), fs::perms(0500));
    const auto written = fs::last_write_time(at("tree/a/b/file"));
    os::move_tree(at("tree"), elsewhere);
    EXPECT_FALSE(fs::exists(at("tree")));
    EXPECT_EQ(fs::status(elsewhere + "/a/b/file").permissions(), fs::perms(0751));
    EXPECT_EQ(fs::status(elsewhere + "/a").permissions(), fs::perms(0500));
    EXPECT_EQ(fs::last_write_time(elsewhere + "/a/b/file"), written);
    EXPECT_EQ(fs::read_symlink(elsewhere + "/a/link"), "../outside");
    EXPECT_EQ(fs::read_symlink(elsewhere + "/dangling"), "none");
    EXPECT_FALSE(fs::exists(elsewhere + "/fifo"));

    // The way back finds its goal taken: nothing is lost, nothing half moved stays.
    fs::create_directory(at("taken"));
    put("taken/file", "");
    EXPECT_THROW(os::move_tree(elsewhere, at("taken")), std::system_error);
    EXPECT_TRUE(fs::exists(elsewhere + "/a/b/file"));
    EXPECT_EQ(entries(), 1U);
    os::remove_tree(elsewhere);
}

}  // namespace
