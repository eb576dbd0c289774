// What counts as a change of a test, and what does not.
#include "session/fingerprint.hpp"

#include <chrono>
#include <map>

#include "../os/scratch.hpp"
#include "os/processes.hpp"

namespace lockstep {
namespace {

using Words = std::vector<std::string>;

class Fingerprint : public Scratch {
protected:
    Fingerprint() {
        put("prog", "#!/bin/sh\n");
        put("script.py", "print()\n");
        put("data", "1\n");
    }

    FileTable files(const Words& command, const Words& required = {}, const Words& library_path = {}) const {
        FileCollector collector(folder());
        collector.add_test(command, required, folder(), library_path);
        return collector.take();
    }
    /// The names of a test's files, those below the folder relative to it.
    Words names(const Words& command, const Words& required = {}, const Words& library_path = {}) const {
        const auto table = files(command, required, library_path);
        Words result;
        for (const auto file : table.of_test.at(0)) {
            const auto& path = table.files.at(file);
            result.push_back(path.starts_with(folder() + "/") ? path.substr(folder().size() + 1) : path);
        }
        return result;
    }
    static std::optional<std::string> nothing_known(const std::string&, const std::string&) { return std::nullopt; }

    /// Of a session that opens now and asks at once.
    std::string now(const FileTable& table, const std::string& command_hash = "c") const {
        return Fingerprints(table, identify_all(table), nothing_known).of(0, command_hash);
    }
    void touch(const std::string& name) const {
        const auto path = at(name);
        std::filesystem::last_write_time(path, std::filesystem::last_write_time(path) + std::chrono::hours(1));
    }
};

TEST_F(Fingerprint, files_of_a_test) {
    std::filesystem::create_directory(at("dir"));
    put("dir/inner", "");
    EXPECT_EQ(names({at("prog"), "script.py", "dir/../data"}), (Words{"prog", "script.py", "data"}));
    EXPECT_EQ(names({"prog"}), Words{"prog"}) << "relative to the working directory";
    EXPECT_EQ(names({at("prog"), "--input=data", "--nothing=here", "-", "--", "=", ""}), (Words{"prog", "data"}));
    EXPECT_EQ(names({at("prog"), "-data"}), Words{"prog"}) << "an option is no file";
    EXPECT_EQ(names({at("prog"), "dir", at("dir")}), Words{"prog"}) << "a folder has no content";
    EXPECT_EQ(names({at("prog"), "no such file", std::string(5000, 'x'), std::string("data\0", 5)}), Words{"prog"});
    EXPECT_EQ(names({at("prog"), "data", at("data"), "./data", at("prog")}), (Words{"prog", "data"}));
    EXPECT_EQ(names({at("gone")}), Words{"gone"}) << "a program that appears is a change";
    EXPECT_EQ(names({at("prog")}, {"data", "missing", "/etc/absolute"}),
              (Words{"prog", "data", "missing", "/etc/absolute"}));
    EXPECT_EQ(names({}, {"data"}), Words{"data"});
    EXPECT_EQ(names({}), Words{});
}

TEST_F(Fingerprint, tests_share_their_files) {
    FileCollector collector(folder());
    collector.add_test({at("prog"), "data"}, {}, folder(), {});
    collector.add_test({at("prog"), "script.py"}, {}, folder(), {});
    const auto table = collector.take();
    EXPECT_EQ(table.files, (Words{at("prog"), at("data"), at("script.py")}));
    EXPECT_EQ(table.of_test, (std::vector<std::vector<std::uint32_t>>{{0, 1}, {0, 2}}));
}

TEST_F(Fingerprint, is_of_content_and_command_not_of_dates) {
    const auto table = files({at("prog"), "script.py"}, {"data"});
    const auto before = now(table);
    EXPECT_EQ(before.size(), 32U);
    EXPECT_EQ(now(table), before);
    touch("prog");
    EXPECT_EQ(now(table), before) << "a rebuild that changes nothing";
    EXPECT_NE(now(table, "other command"), before);
    for (const auto* name : {"prog", "script.py", "data"}) {
        const auto text = content(name);
        put(name, text + "#");
        EXPECT_NE(now(table), before) << name;
        put(name, text);
        EXPECT_EQ(now(table), before) << name;
    }
}

TEST_F(Fingerprint, content_does_not_wander_between_files) {
    put("a", "1");
    put("b", "2");
    const auto table = files({}, {"a", "b"});
    const auto before = now(table);
    put("a", "2");
    put("b", "1");
    EXPECT_NE(now(table), before);
}

TEST_F(Fingerprint, of_a_missing_file_is_known_and_its_appearance_a_change) {
    const auto table = files({at("gone")});
    const auto before = now(table);
    EXPECT_NE(before, "");
    EXPECT_EQ(now(table), before);
    put("gone", "");
    EXPECT_NE(now(table), before) << "an empty file is another matter than none";
    EXPECT_NE(now(table), "");
}

TEST_F(Fingerprint, of_a_file_that_changed_during_the_session_is_not_known) {
    const auto table = files({at("prog")}, {"data", "late"});
    const auto opened = identify_all(table);
    put("data", "longer than before\n");
    EXPECT_EQ(Fingerprints(table, opened, nothing_known).of(0, "c"), "");

    const auto opened_again = identify_all(table);
    EXPECT_NE(Fingerprints(table, opened_again, nothing_known).of(0, "c"), "");
    touch("data");
    EXPECT_EQ(Fingerprints(table, opened_again, nothing_known).of(0, "c"), "") << "may have changed and changed back";

    const auto third = identify_all(table);
    put("late", "");
    EXPECT_EQ(Fingerprints(table, third, nothing_known).of(0, "c"), "") << "it was missing";

    const auto fourth = identify_all(table);
    std::filesystem::remove(at("late"));
    EXPECT_EQ(Fingerprints(table, fourth, nothing_known).of(0, "c"), "") << "it was there";
}

TEST_F(Fingerprint, one_changed_file_leaves_other_tests_alone) {
    FileCollector collector(folder());
    collector.add_test({at("prog"), "data"}, {}, folder(), {});
    collector.add_test({at("prog"), "script.py"}, {}, folder(), {});
    const auto table = collector.take();
    Fingerprints prints(
        table,
        [&] {
            auto opened = identify_all(table);
            put("data", "longer than before\n");
            return opened;
        }(),
        nothing_known);
    EXPECT_EQ(prints.of(0, "c"), "");
    EXPECT_NE(prints.of(1, "c"), "");
    EXPECT_EQ(prints.of(2, "c"), "") << "there is no such test";
    EXPECT_EQ(prints.of(1, ""), "") << "its command is not known";
}

TEST_F(Fingerprint, a_remembered_hash_saves_reading_and_a_fresh_one_is_handed_out) {
    const auto table = files({at("prog"), "data"});
    const auto opened = identify_all(table);
    Fingerprints first(table, opened, nothing_known);
    const auto print = first.of(0, "c");
    ASSERT_EQ(first.fresh().size(), 2U);
    EXPECT_EQ(first.fresh()[1].path, at("data"));
    EXPECT_EQ(first.fresh()[1].identity, identity_text(*opened[1]));
    EXPECT_EQ(first.fresh()[1].hash, os::hash_file(at("data")));
    (void)first.of(0, "c");
    EXPECT_EQ(first.fresh().size(), 2U) << "read once";

    std::map<std::pair<std::string, std::string>, std::string> memory;
    for (const auto& fresh : first.fresh()) memory[{fresh.path, fresh.identity}] = fresh.hash;
    Fingerprints second(table, opened, [&](const std::string& path, const std::string& identity) {
        return std::optional(memory.at({path, identity}));
    });
    std::filesystem::remove(at("data"));  // it is not read, so nobody notices
    EXPECT_EQ(second.of(0, "c"), print);
    EXPECT_TRUE(second.fresh().empty());
}

TEST_F(Fingerprint, libraries_of_the_build_tree_count_and_others_do_not) {
    const auto run = [&](Words command) {
        os::RunOptions options;
        options.command = std::move(command);
        options.working_directory = folder();
        return os::run(options);
    };
    if (run({"cc", "--version"}).status != 0) GTEST_SKIP() << "no C compiler";
    std::filesystem::create_directories(at("b/lib"));
    std::filesystem::create_directories(at("outside"));
    const auto compile = [&](Words words) {
        words.insert(words.begin(), "cc");
        const auto result = run(words);
        ASSERT_EQ(result.status, 0) << result.output;
    };
    put("deep.c", "int deep(void) { return 1; }\n");
    put("lib.c", "int deep(void); int lib(void) { return deep(); }\n");
    put("far.c", "int far(void) { return 2; }\n");
    put("main.c", "int lib(void); int far(void); int main(void) { return lib() + far(); }\n");
    compile({"-shared", "-fPIC", "deep.c", "-o", "b/lib/libdeep.so"});
    compile({"-shared", "-fPIC", "lib.c", "-o", "b/lib/liblib.so", "-Lb/lib", "-ldeep", "-Wl,-rpath,$ORIGIN"});
    compile({"-shared", "-fPIC", "far.c", "-o", "outside/libfar.so"});
    compile({"main.c", "-o", "b/main", "-Lb/lib", "-llib", "-ldeep", "-Loutside", "-lfar",
             "-Wl,-rpath," + at("b/lib") + ":" + at("outside")});
    const auto of = [&](const std::string& program, const Words& library_path) {
        FileCollector collector(at("b"));
        collector.add_test({program}, {}, folder(), library_path);
        Words result;
        for (const auto& file : collector.take().files) result.push_back(file.substr(folder().size() + 1));
        return result;
    };
    EXPECT_EQ(of(at("b/main"), {}), (Words{"b/main", "b/lib/libdeep.so", "b/lib/liblib.so"}));

    compile({"main.c", "-o", "b/plain", "-Lb/lib", "-llib", "-Loutside", "-lfar", "-Wl,--allow-shlib-undefined"});
    EXPECT_EQ(of(at("b/plain"), {}), Words{"b/plain"}) << "nothing says where they are";
    EXPECT_EQ(of(at("b/plain"), {at("b/lib")}), (Words{"b/plain", "b/lib/libdeep.so", "b/lib/liblib.so"}))
        << "LD_LIBRARY_PATH says it";
}

TEST_F(Fingerprint, tables_survive_the_way_through_json) {
    const auto table = files({at("prog"), "data"}, {"gone \"\xc3\xa4\""});
    const auto back = file_table_from_json(to_json(table));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->files, table.files);
    EXPECT_EQ(back->of_test, table.of_test);

    const auto opened = identify_all(table);
    ASSERT_TRUE(opened[0] && !opened[2]);
    EXPECT_EQ(identities_from_json(to_json(opened)), opened);
}

TEST_F(Fingerprint, tables_that_are_none_are_refused) {
    for (const auto* text :
         {"", "7", "[]", "{}", R"({"version": 2, "files": [], "of_test": []})",
          R"({"version": "1", "files": [], "of_test": []})", R"({"version": 1, "files": []})",
          R"({"version": 1, "files": ["a"], "of_test": [[1]]})", R"({"version": 1, "files": [7], "of_test": []})"}) {
        EXPECT_FALSE(file_table_from_json(text)) << text;
    }
    for (const auto* text : {"", "7", "{}", "[7]", "[[1, 2, 3]]", "[[1, 2, 3, \"x\"]]"}) {
        EXPECT_FALSE(identities_from_json(text)) << text;
    }
}

TEST_F(Fingerprint, identities_tell_files_apart) {
    const auto id = *os::identify(at("data"));
    for (const auto& other : {os::FileIdentity{id.device + 1, id.inode, id.size, id.modified_ns},
                              os::FileIdentity{id.device, id.inode + 1, id.size, id.modified_ns},
                              os::FileIdentity{id.device, id.inode, id.size + 1, id.modified_ns},
                              os::FileIdentity{id.device, id.inode, id.size, id.modified_ns + 1}}) {
        EXPECT_NE(identity_text(other), identity_text(id));
    }
}

}  // namespace
}  // namespace lockstep
