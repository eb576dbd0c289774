// Marker `resource_intensive`: documents sorted on disk. There are two scratch areas, a pool in the plan; CTest says
// which of them a test has. And, marked `slow`, more of it.
#include "src/sorting.hpp"

#include <algorithm>

#include <lockstep/gtest.hpp>

#include "src/files.hpp"
#include "src/formats.hpp"
#include "tests/support/notes.hpp"
#include "tests/support/sample.hpp"

namespace recast {
namespace {

/// By hand or without the plan there is no slot: the first area then.
std::string scratch_area() {
    const auto slots = lockstep::pool_slots("scratch");
    return slots.empty() ? "0" : slots.front().id;
}

class Sorting : public testing::Test {
protected:
    Sorting() : area_(scratch_area()), scratch_(RECAST_VAR "/scratch/" + area_), stay_("scratch", area_) {
        std::filesystem::remove_all(scratch_);  // what a test that died has left there
        const auto markers = lockstep::context().markers;
        // What is marked slow sorts several times; who has no time leaves it out with `ctest -LE slow`.
        rounds_ = std::count(markers.begin(), markers.end(), "slow") != 0 ? 4 : 1;
    }

    /// Sorts the sample, and checks the result against what memory has room for here.
    void sort_and_compare(const std::string& field, std::size_t in_memory) {
        Table expected = read_jsonl(read_file(sample_file()));
        std::stable_sort(expected.begin(), expected.end(), [&field](const Record& a, const Record& b) {
            return value_of(a, field) < value_of(b, field);
        });
        const auto sorted = lockstep::temp_dir() / "sorted.jsonl";
        for (int round = 0; round < rounds_; ++round) {
            EXPECT_EQ(sort_file(sample_file(), sorted, field, scratch_, in_memory),
                      (sample_records + in_memory - 1) / in_memory);
            EXPECT_TRUE(read_jsonl(read_file(sorted)) == expected) << "sorted by " << field << ": see " << sorted;
            EXPECT_TRUE(std::filesystem::is_empty(scratch_)) << "runs are left in " << scratch_;
        }
    }

private:
    std::string area_;
    std::filesystem::path scratch_;
    Stay stay_;
    int rounds_ = 1;
};

TEST_F(Sorting, ByANameInManyRuns) {
    sort_and_compare("name", 500);
}

TEST_F(Sorting, ByACityInFewRuns) {
    sort_and_compare("city", 6'000);
}

TEST_F(Sorting, ByAFieldThatNobodyHasChangesNothing) {
    sort_and_compare("colour", 1'000);
}

LOCKSTEP_MARK(slow);
TEST_F(Sorting, AgainAndAgain) {
    sort_and_compare("amount", 900);
}

}  // namespace
}  // namespace recast
