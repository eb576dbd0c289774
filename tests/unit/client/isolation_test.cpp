#include "lockstep/isolation.hpp"

#include <cstdlib>
#include <fstream>
#include <set>

#include "lockstep/error.hpp"
#include "lockstep/test_case.hpp"
#include "session_fixture.hpp"

namespace lockstep {
namespace {

using TempDir = test::Outside;
using TempDirInSession = test::InSession;

/// What a process that ends in that way says of its temp_dir(), and whether it is there afterwards.
template <typename End>
bool is_left(const test::Scratch& scratch, End end) {
    const auto note = scratch / "note";
    test::Child child([&] {
        const auto directory = temp_dir();
        std::ofstream(directory / "file") << "x";
        std::ofstream(note) << directory.string();
        end();
    });
    static_cast<void>(child.wait());
    const auto directory = test::text_of(note);
    EXPECT_NE(directory, "");
    return std::filesystem::exists(directory);
}

TEST_F(TempDir, IsRemovedWhenTheProcessEndsWell) {
    EXPECT_FALSE(is_left(scratch, [] { std::exit(0); }));
}

TEST_F(TempDir, IsKeptWhenItFails) {
    EXPECT_TRUE(is_left(scratch, [] { std::exit(1); }));
    EXPECT_TRUE(is_left(scratch, [] { ::raise(SIGKILL); }));
    EXPECT_TRUE(is_left(scratch, [] {
        keep_temp_dir();
        std::exit(0);
    }));
}

TEST_F(TempDir, OfAForkedChildIsAnother) {
    begin_test_case("a", {});
    const auto mine = temp_dir();
    EXPECT_FALSE(is_left(scratch, [&] {
        if (temp_dir() == mine) ::raise(SIGKILL);
        end_test_case();
        std::exit(0);
    }));
    EXPECT_TRUE(std::filesystem::exists(mine));
    end_test_case();
}

TEST_F(TempDir, OfATestCaseIsItsOwn) {
    begin_test_case("a", {});
    const auto a = temp_dir();
    EXPECT_EQ(temp_dir(), a);
    EXPECT_TRUE(std::filesystem::is_empty(a));
    end_test_case();
    EXPECT_FALSE(std::filesystem::exists(a));
    begin_test_case("b", {});
    const auto b = temp_dir();
    EXPECT_NE(b, a);
    test_case_failed();
    end_test_case();
    EXPECT_TRUE(std::filesystem::exists(b));
    begin_test_case("c", {});
    const auto c = temp_dir();
    end_test_case();
    EXPECT_FALSE(std::filesystem::exists(c));
}

TEST_F(TempDirInSession, LiesInThatOfTheTestAndIsShort) {
    begin_test_case("a", {});
    const auto directory = temp_dir();
    EXPECT_EQ(directory.parent_path(), facts.temp + "/17");
    EXPECT_LE(directory.filename().string().size(), 6U);
    end_test_case();
}

TEST_F(TempDirInSession, OfACaseInABatchIsAlsoInTheEnvironment) {
    const auto of_batch = runtime::environment("TMPDIR");
    begin_test_case("a", {});
    EXPECT_EQ(runtime::environment("TMPDIR"), of_batch) << "not in a batch";
    end_test_case();
    set("LOCKSTEP_BATCH", "b");
    std::string last;
    for (int i = 0; i < 2; ++i) {
        begin_test_case("a", {});
        for (const char* name : {"TMPDIR", "TMP", "TEMP"}) EXPECT_EQ(runtime::environment(name), temp_dir().string());
        EXPECT_NE(runtime::environment("TMPDIR"), last);
        last = runtime::environment("TMPDIR");
        EXPECT_TRUE(std::filesystem::is_directory(last));
        end_test_case();
        EXPECT_EQ(runtime::environment("TMPDIR"), of_batch);
        EXPECT_FALSE(std::filesystem::exists(last));
    }
    unset("LOCKSTEP_TEMP_DIR");
    begin_test_case("a", {});
    EXPECT_EQ(runtime::environment("TMPDIR"), of_batch) << "the plan has no directories for temporary files";
    end_test_case();
}

using UniqueNames = test::Outside;
using UniqueNamesInSession = test::InSession;

TEST_F(UniqueNames, AreDistinct) {
    std::set<std::string> names;
    for (int i = 0; i < 10000; ++i) names.insert(unique_name("x"));
    EXPECT_EQ(names.size(), 10000U);
}

TEST_F(UniqueNamesInSession, AreReadBack) {
    set("LOCKSTEP_WORKER", "gw12");
    facts.shard = 3;
    facts.shards = 4;
    publish();
    const auto before = std::chrono::system_clock::now() - std::chrono::seconds(1);
    for (const char separator : {'_', '-'})
        for (const std::string prefix : {"orders", "my_app-v1.2_gw3", "a", "_", "gw1_"}) {
            const auto text = unique_name(prefix, separator);
            const auto name = parse_unique_name(text);
            ASSERT_TRUE(name) << text;
            EXPECT_EQ(name->prefix, prefix);
            EXPECT_EQ(name->worker, "gw12");
            EXPECT_EQ(name->shard, 3);
            EXPECT_GE(name->created, before);
            EXPECT_LE(name->created, std::chrono::system_clock::now());
            EXPECT_EQ(text.size(), prefix.size() + name->token.size() + 7 + 6 + 3);
        }
}

TEST_F(UniqueNames, OfOthersAreNotReadBack) {
    const auto name = unique_name("orders");
    ASSERT_TRUE(parse_unique_name(name));
    const auto with = [&name](std::size_t from_end, char c) {
        auto text = name;
        text[text.size() - from_end] = c;
        return text;
    };
    for (const auto& text :
         {std::string(), std::string("orders"), name.substr(1 + 6), name + "x", name.substr(0, name.size() - 1),
          with(1, 'A'), with(14, 'x'), with(15, '_'), with(22, '-'), std::string("orders_gw_0000000_0000000000000"),
          std::string("orders_gw1s0_0000000_0000000000000"), std::string("orders_gw1x_0000000_0000000000000"),
          std::string("orders_gw-1_0000000_0000000000000")})
        EXPECT_FALSE(parse_unique_name(text)) << text;
}

TEST_F(UniqueNames, WantAPlainPrefix) {
    for (const auto& prefix :
         {std::string(), std::string("a b"), std::string("a/b"), std::string(201, 'x'), std::string("a\n")})
        EXPECT_THROW(static_cast<void>(unique_name(prefix)), Error);
    EXPECT_THROW(static_cast<void>(unique_name("a", '/')), Error);
}

using ReservedPorts = test::Outside;

TEST_F(ReservedPorts, AreHeldAsLongAsACopyIs) {
    const auto port = reserve_port();
    auto copy = std::make_unique<Port>(port);
    EXPECT_EQ(copy->number(), port);
    copy.reset();
    for (int i = 0; i < 50; ++i) EXPECT_NE(int{reserve_port()}, int{port});
}

using Environment = test::Outside;

TEST_F(Environment, IsPutBack) {
    ::setenv("LOCKSTEP_UNIT_A", "before", 1);
    ::unsetenv("LOCKSTEP_UNIT_B");
    {
        const auto a = scoped_env("LOCKSTEP_UNIT_A", "now");
        const auto b = scoped_env("LOCKSTEP_UNIT_B", "now");
        const auto moved = scoped_env("LOCKSTEP_UNIT_A", std::nullopt);
        EXPECT_EQ(std::getenv("LOCKSTEP_UNIT_A"), nullptr);
        EXPECT_STREQ(std::getenv("LOCKSTEP_UNIT_B"), "now");
    }
    EXPECT_STREQ(std::getenv("LOCKSTEP_UNIT_A"), "before");
    EXPECT_EQ(std::getenv("LOCKSTEP_UNIT_B"), nullptr);
    EXPECT_THROW(static_cast<void>(scoped_env("A=B", "x")), std::system_error);
}

TEST_F(Environment, IsIsolated) {
    begin_test_case("a", {});
    const std::string runtime_dir = std::getenv("XDG_RUNTIME_DIR");
    const std::string home = std::getenv("HOME") == nullptr ? "" : std::getenv("HOME");
    {
        const auto isolated = isolated_environment();
        EXPECT_EQ(std::getenv("HOME"), isolated.home());
        for (const char* name : {"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME",
                                 "TMPDIR", "TMP", "TEMP"}) {
            EXPECT_EQ(std::string(std::getenv(name)).rfind(temp_dir().string() + "/", 0), 0U) << name;
            EXPECT_TRUE(std::filesystem::is_directory(std::getenv(name))) << name;
        }
        EXPECT_EQ(std::getenv("XDG_RUNTIME_DIR"), runtime_dir);
    }
    EXPECT_EQ(std::getenv("HOME") == nullptr ? "" : std::string(std::getenv("HOME")), home);
    EXPECT_EQ(std::getenv("TMPDIR"), scratch.path());
    end_test_case();
}

TEST_F(Environment, AnotherOfTheSameTestIsAnother) {
    begin_test_case("a", {});
    std::filesystem::path first;
    {
        const auto isolated = isolated_environment();
        first = isolated.home();
    }
    const auto second = isolated_environment(), third = isolated_environment();
    EXPECT_NE(second.home(), first);
    EXPECT_NE(third.home(), second.home());
    EXPECT_EQ(std::getenv("HOME"), third.home());
    end_test_case();
}

}  // namespace
}  // namespace lockstep
