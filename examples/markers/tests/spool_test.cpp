// Marker `serial`: the spool folder of this build tree, of which there is one. Who serves it takes all that lies there.
#include "src/spool.hpp"

#include <lockstep/gtest.hpp>

#include "src/files.hpp"
#include "tests/support/notes.hpp"

namespace recast {
namespace {

const std::filesystem::path spool = RECAST_VAR "/spool";

class Spool : public lockstep::IsolatedTest {
protected:
    Spool() : stay_("spool", "the-spool") { clear(); }  // of a test that died
    ~Spool() override { clear(); }

    static std::ptrdiff_t count(const char* folder) {
        if (!std::filesystem::exists(spool / folder)) return 0;
        return std::distance(std::filesystem::directory_iterator(spool / folder), {});
    }
    static void drop(const std::string& extension, const std::string& text) {
        for (int i = 0; i < files; ++i) write_file(spool / "in" / (std::to_string(i) + extension), text);
    }
    static constexpr int files = 200;

private:
    static void clear() {
        std::error_code ignored;
        std::filesystem::remove_all(spool, ignored);
    }
    Stay stay_;
};

LOCKSTEP_MARK(serial);
TEST_F(Spool, ConvertsAllThatLiesThere) {
    drop(".csv", "a,b\n1,2\n");
    const auto [converted, rejected] = serve_spool(spool, load_settings());
    EXPECT_EQ(converted, files);
    EXPECT_EQ(rejected, 0);
    EXPECT_EQ(count("in"), 0);
    for (int i = 0; i < files; ++i) {
        EXPECT_EQ(read_file(spool / "out" / (std::to_string(i) + ".jsonl")), "{\"a\":\"1\",\"b\":\"2\"}\n");
    }
}

LOCKSTEP_MARK(serial);
TEST_F(Spool, RejectsWhatItCannotRead) {
    drop(".ini", "no section\n");
    drop("", "no extension\n");
    EXPECT_EQ(serve_spool(spool, load_settings()).rejected, 2 * files);
    EXPECT_EQ(count("rejected"), 2 * files);
    EXPECT_EQ(count("out"), 0);
}

LOCKSTEP_MARK(serial);
TEST_F(Spool, GoesOnAfterABrokenFile) {
    drop(".csv", "a;b\n1;2\n");
    write_file(spool / "in" / "100.csv", "a;b\n1\n");
    write_file(settings_file(), "[csv]\nseparator = ;\n");
    const auto [converted, rejected] = serve_spool(spool, load_settings());
    EXPECT_EQ(converted, files - 1);
    EXPECT_EQ(rejected, 1);
}

}  // namespace
}  // namespace recast
