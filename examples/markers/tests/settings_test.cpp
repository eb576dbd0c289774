// Marker `unit`: settings and cache. Each test writes the configuration of a user that nobody else is.
#include "src/settings.hpp"

#include <lockstep/gtest.hpp>

#include "src/convert.hpp"
#include "src/files.hpp"
#include "tests/support/notes.hpp"

namespace recast {
namespace {

/// HOME and the XDG directories are the test's own, so settings_file() and the cache are too.
class User : public lockstep::IsolatedTest {
protected:
    static void configure(const std::string& text) {
        note("settings", settings_file().string());
        write_file(settings_file(), text);
    }
    std::vector<std::filesystem::path> cached() const {
        const auto folder = home() / ".cache" / "recast";
        if (!std::filesystem::exists(folder)) return {};
        return {std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()};
    }
};

class Configuration : public User {};
class Cache : public User {};

TEST_F(Configuration, HasDefaults) {
    EXPECT_FALSE(std::filesystem::exists(settings_file()));
    EXPECT_EQ(load_settings().text(), Settings{}.text());
}

TEST_F(Configuration, IsRead) {
    configure("[csv]\nseparator = ;\n[output]\nsort_names = yes\n");
    EXPECT_EQ(convert("b;a\n2;1\n", Format::csv, Format::jsonl, load_settings()), "{\"a\":\"1\",\"b\":\"2\"}\n");
}

TEST_F(Configuration, IsWrittenAsItIsRead) {
    configure("[csv]\nseparator = tab\n[cache]\nenabled = yes\n");
    const std::string text = load_settings().text();
    configure(text);
    EXPECT_EQ(load_settings().text(), text);
    EXPECT_EQ(load_settings().separator, '\t');
}

TEST_F(Configuration, IsRefusedByFileAndReason) {
    for (const auto& [text, reason] : {std::pair{"[csv]\nseparator = ab\n", "not 'ab'"},
                                       {"[cache]\nenabled = maybe\n", "'maybe' is neither yes nor no"},
                                       {"[csv]\ncolour = red\n", "there is no setting csv.colour"},
                                       {"[csv\n", "line 1: "}}) {
        configure(text);
        try {
            load_settings();
            ADD_FAILURE() << text;
        } catch (const Error& error) {
            EXPECT_EQ(std::string(error.what()).find(settings_file().string() + ": "), 0) << error.what();
            EXPECT_NE(std::string(error.what()).find(reason), std::string::npos) << error.what();
        }
    }
}

TEST_F(Configuration, IsWeakerThanTheVariable) {
    configure("[csv]\nseparator = ;\n");
    {
        const auto variable = lockstep::scoped_env("RECAST_SEPARATOR", "|");
        EXPECT_EQ(load_settings().separator, '|');
    }
    EXPECT_EQ(load_settings().separator, ';');
}

TEST_F(Configuration, LiesBelowHomeWhereXdgSaysNothing) {
    const auto nothing = lockstep::scoped_env("XDG_CONFIG_HOME", std::nullopt);
    EXPECT_EQ(settings_file(), home() / ".config" / "recast" / "recast.ini");
    const auto no_home = lockstep::scoped_env("HOME", std::nullopt);
    EXPECT_THROW(settings_file(), Error);
}

TEST_F(Cache, IsOffByDefault) {
    convert("a\n1\n", Format::csv, Format::jsonl, load_settings());
    EXPECT_TRUE(cached().empty());
}

TEST_F(Cache, GivesBackWhatWasConverted) {
    configure("[cache]\nenabled = yes\n");
    convert("a\n1\n", Format::csv, Format::jsonl, load_settings());
    ASSERT_EQ(cached().size(), 1);  // of another user's there would be more
    write_file(cached().front(), "from the cache");
    EXPECT_EQ(convert("a\n1\n", Format::csv, Format::jsonl, load_settings()), "from the cache");
}

TEST_F(Cache, KnowsSettingsAndFormatsApart) {
    configure("[cache]\nenabled = yes\n");
    convert("a;b\n1;2\n", Format::csv, Format::jsonl, load_settings());
    convert("a;b\n1;2\n", Format::csv, Format::csv, load_settings());
    configure("[cache]\nenabled = yes\n[csv]\nseparator = ;\n");
    EXPECT_EQ(convert("a;b\n1;2\n", Format::csv, Format::jsonl, load_settings()), "{\"a\":\"1\",\"b\":\"2\"}\n");
    EXPECT_EQ(cached().size(), 3);
}

}  // namespace
}  // namespace recast
