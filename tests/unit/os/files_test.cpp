#include "os/files.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <memory>
#include <sstream>
#include <system_error>
#include <thread>

#include "scratch.hpp"

namespace os = lockstep::os;

namespace {

class Files : public Scratch {};

std::string message_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const std::system_error& error) {
        return error.what();
    }
    return "no exception";
}

TEST_F(Files, ReadsWhatIsThere) {
    const std::string binary("a\0b\nc", 5);
    EXPECT_EQ(os::read_file(put("binary", binary)), binary);
    EXPECT_EQ(os::read_file(put("empty", "")), "");
    const std::string large(300'000, 'x');
    EXPECT_EQ(os::read_file(put("large", large)), large);
}

TEST_F(Files, AppendingAddsAndCreates) {
    os::append_file(at("file"), "first\n");
    os::append_file(at("file"), "");
    os::append_file(at("file"), "second\n");
    EXPECT_EQ(content("file"), "first\nsecond\n");
    EXPECT_EQ(message_of([&] { os::append_file(folder(), "x"); }), "cannot open '" + folder() + "': Is a directory");
}

TEST_F(Files, AppendedTextsDoNotMix) {
    constexpr int writers = 8, lines = 200;
    std::vector<std::thread> threads;
    for (int i = 0; i < writers; ++i) {
        threads.emplace_back([&, i] {
            for (int n = 0; n < lines; ++n)
                os::append_file(at("file"), std::string(300, static_cast<char>('a' + i)) + "\n");
        });
    }
    for (auto& thread : threads) thread.join();
    std::istringstream text(content("file"));
    int count = 0;
    for (std::string line; std::getline(text, line); ++count) ASSERT_EQ(line, std::string(300, line.front()));
    EXPECT_EQ(count, writers * lines);
}

TEST_F(Files, ReadingTellsMissingFromBroken) {
    EXPECT_EQ(os::read_file(at("none")), std::nullopt);
    EXPECT_EQ(os::read_file(put("file", "") + "/below"), std::nullopt);
    EXPECT_EQ(message_of([&] { static_cast<void>(os::read_file(folder())); }),
              "cannot read '" + folder() + "': Is a directory");
}

TEST_F(Files, ReadsFilesOfProcThatClaimToBeEmpty) {
    ASSERT_EQ(std::filesystem::file_size("/proc/self/maps"), 0U);
    const auto maps = os::read_file("/proc/self/maps");
    ASSERT_TRUE(maps);
    EXPECT_GT(maps->size(), 1000U);
    EXPECT_EQ(maps->back(), '\n');
}

TEST_F(Files, WritingReplacesAndLeavesNothingBeside) {
    for (const bool durable : {false, true}) {
        os::write_file(at("file"), "first", durable);
        os::write_file(at("file"), "second", durable);
        EXPECT_EQ(content("file"), "second");
        EXPECT_EQ(entries(), 1U);
    }
}

TEST_F(Files, WrittenFilesFollowTheUmask) {
    const auto old = ::umask(027);
    os::write_file(at("file"), "text");
    ::umask(old);
    EXPECT_EQ(std::filesystem::status(at("file")).permissions(), std::filesystem::perms{0640});
}

TEST_F(Files, AnUnchangedTextLeavesTheFileAlone) {
    os::write_file(at("file"), "text");
    const auto before = os::identify(at("file"));
    os::write_file(at("file"), "text");
    os::write_file(at("file"), "text", true);
    EXPECT_EQ(os::identify(at("file")), before);
    os::write_file(at("file"), "next");
    EXPECT_NE(os::identify(at("file")), before);
}

TEST_F(Files, TheLongestNameCanBeWritten) {
    const std::string name(255, 'n');
    os::write_file(at(name), "text");
    EXPECT_EQ(content(name), "text");
}

TEST_F(Files, ANameLeftByAnotherProcessOfOurNumberIsPassedOver) {
    // The number of the next temporary name is not known here; these are more than were used so far.
    for (int i = 0; i < 100; ++i)
        put(".lockstep-" + std::to_string(::getpid()) + "-" + std::to_string(i) + ".tmp", "old");
    os::write_file(at("file"), "text");
    EXPECT_EQ(content("file"), "text");
    EXPECT_EQ(entries(), 101U);
}

TEST_F(Files, WritingWhereItCannotSaysWhere) {
    EXPECT_EQ(message_of([&] { os::write_file(at("none/file"), "text"); }),
              "cannot create a file beside '" + at("none/file") + "': No such file or directory");
    std::filesystem::create_directory(at("folder"));
    EXPECT_EQ(message_of([&] { os::write_file(at("folder"), "text"); }),
              "cannot write '" + at("folder") + "': Is a directory");
    EXPECT_EQ(entries(), 1U);
}

/// The limit on file sizes stands in for a full disk. It cannot be taken back, so a child gets it.
TEST_F(Files, AFailedWriteKeepsTheOldFileWhole) {
    put("file", "old");
    const pid_t child = ::fork();
    if (child == 0) {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{10'000, 10'000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const auto message = message_of([&] { os::write_file(at("file"), std::string(20'000, 'x')); });
        ::_exit(message == "cannot write '" + at("file") + "': File too large" ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(content("file"), "old");
    EXPECT_EQ(entries(), 1U);
}

TEST_F(Files, ReplacesALink) {
    for (const auto* target : {"one", "two", "two", "/absolute/and nowhere"}) {
        os::replace_symlink(target, at("link"));
        EXPECT_EQ(std::filesystem::read_symlink(at("link")), target);
    }
    put("file", "text");
    os::replace_symlink("one", at("file"));
    EXPECT_EQ(std::filesystem::read_symlink(at("file")), "one");
    EXPECT_EQ(entries(), 2U);
    std::filesystem::create_directory(at("folder"));
    EXPECT_EQ(message_of([&] { os::replace_symlink("one", at("folder")); }),
              "cannot make the link '" + at("folder") + "': Is a directory");
    EXPECT_EQ(entries(), 3U);
}

TEST_F(Files, LooksAtFiles) {
    put("file", "12345");
    std::filesystem::create_directory(at("folder"));
    std::filesystem::create_symlink("file", at("link"));
    std::filesystem::create_symlink("none", at("dangling"));
    ASSERT_EQ(::mkfifo(at("fifo").c_str(), 0600), 0);
    struct Row {
        const char* name;
        bool exists, regular, identity;
    };
    for (const auto& row :
         {Row{"file", true, true, true}, Row{"folder", true, false, true}, Row{"link", true, true, true},
          Row{"dangling", false, false, false}, Row{"fifo", true, false, false}, Row{"none", false, false, false},
          Row{"file/below", false, false, false}}) {
        SCOPED_TRACE(row.name);
        EXPECT_EQ(os::exists(at(row.name)), row.exists);
        EXPECT_EQ(os::is_regular_file(at(row.name)), row.regular);
        EXPECT_EQ(os::identify(at(row.name)).has_value(), row.identity);
    }
    EXPECT_EQ(os::identify(at("file")), os::identify(at("link")));
    EXPECT_EQ(os::identify(at("file"))->size, 5U);
}

TEST_F(Files, IdentityTellsTimesApartToTheNanosecond) {
    put("file", "text");
    const timespec times[2] = {{1'700'000'000, 1}, {1'700'000'000, 123'456'789}};
    ASSERT_EQ(::utimensat(AT_FDCWD, at("file").c_str(), times, 0), 0);
    EXPECT_EQ(os::identify(at("file"))->modified_ns, 1'700'000'000'123'456'789);
}

TEST_F(Files, ALockExcludesAndWaits) {
    auto first = std::make_unique<os::FileLock>(at("lock"));
    std::atomic<bool> got{false};
    std::thread second([&] {
        const os::FileLock lock(at("lock"));
        got = true;
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_FALSE(got);
    first.reset();
    second.join();
    EXPECT_TRUE(got);
}

TEST_F(Files, ALockOfARemovedFileIsNotTaken) {
    auto first = std::make_unique<os::FileLock>(at("lock"));
    std::thread waiting([&] {
        const os::FileLock lock(at("lock"));
        EXPECT_TRUE(std::filesystem::exists(at("lock")));
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    std::filesystem::remove(at("lock"));
    first.reset();
    waiting.join();
    EXPECT_EQ(message_of([&] { os::FileLock lock(at("none/lock")); }),
              "cannot open the lock file '" + at("none/lock") + "': No such file or directory");
}

TEST_F(Files, TheLockOfAKilledProcessIsFree) {
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const os::FileLock lock(at("lock"));
        static_cast<void>(::write(ready[1], "x", 1));
        ::pause();
        ::_exit(0);
    }
    char byte;
    ASSERT_EQ(::read(ready[0], &byte, 1), 1);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const os::FileLock lock(at("lock"));
    ::close(ready[0]);
    ::close(ready[1]);
}

TEST_F(Files, TemporariesOfKilledWritersGoWhenTheyAreAnHourOld) {
    using namespace std::chrono_literals;
    const auto old = put(".lockstep-1-0.tmp", "half");
    const auto other = put(".lockstep-other", "");
    const auto fresh = put(".lockstep-1-1.tmp", "half");
    for (const auto& path : {old, other}) {
        std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - 61min);
    }
    os::remove_abandoned_temporaries(folder());
    EXPECT_EQ(os::list_directory(folder()), (std::vector<std::string>{".lockstep-1-1.tmp", ".lockstep-other"}));
    os::remove_abandoned_temporaries(at("none"));
}

}  // namespace
