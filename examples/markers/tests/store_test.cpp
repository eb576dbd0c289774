// Marker `integration`: shelves of the store, which all tests of this build tree have in common. A shelf has one writer
// at a time; there are two ways to see to that.
#include "src/store.hpp"

#include <algorithm>
#include <csignal>
#include <optional>

#include <lockstep/gtest.hpp>

#include "tests/support/notes.hpp"

namespace recast {
namespace {

using namespace std::chrono_literals;

const std::filesystem::path store = RECAST_VAR "/store";
const Table two = {{{"a", "1"}}, {{"a", "2"}}};

/// First way: a shelf for each worker. Tests on one worker run one after another, so it needs no lock.
class WorkersShelf : public testing::Test {
protected:
    WorkersShelf() : shelf(store, lockstep::worker().name), stay_("shelf", lockstep::worker().name) {
        // Earlier runs may have left something. Between the tests of this one nothing is cleared: each has to leave
        // the shelf as it found it.
        lockstep::once_per_worker("shelf", [this] { shelf.clear(); });
        EXPECT_TRUE(shelf.documents().empty());
    }
    ~WorkersShelf() override {
        for (const auto& document : shelf.documents()) shelf.take_away(document);
    }
    Shelf shelf;

private:
    Stay stay_;
};

TEST_F(WorkersShelf, GivesBackWhatWasPutOnIt) {
    shelf.put("numbers", two);
    EXPECT_EQ(shelf.get("numbers"), two);
    EXPECT_THROW(shelf.get("letters"), Error);
}

TEST_F(WorkersShelf, ListsDocumentsInTheOrderOfTheirComing) {
    std::vector<std::string> names;
    for (int i = 100; i > 0; --i) shelf.put(names.emplace_back(std::to_string(i)), two);
    EXPECT_EQ(shelf.documents(), names);
}

TEST_F(WorkersShelf, RefusesADocumentTwice) {
    for (int i = 0; i < 50; ++i) {
        const std::string name = "numbers-" + std::to_string(i);
        shelf.put(name, two);
        EXPECT_THROW(shelf.put(name, {}), Error);
        EXPECT_EQ(shelf.get(name), two);
    }
}

TEST_F(WorkersShelf, ForgetsWhatIsTakenAway) {
    for (int i = 0; i < 50; ++i) {
        shelf.put("numbers", two);
        shelf.take_away("numbers");
        EXPECT_TRUE(shelf.documents().empty());
        shelf.take_away("numbers");  // it may be gone already
    }
}

/// Second way: one shelf for all, and a lock for the moments that count. The tests run side by side.
class Guard {
public:
    explicit Guard(const lockstep::LockOptions& options = {}) {
        if (!is_broken("lock")) lock_.emplace(lockstep::named_lock("common shelf", options.within(60s)));
        stay_.emplace(options.is_shared ? "reading" : "writing", "common");
    }

private:
    std::optional<lockstep::NamedLock> lock_;
    std::optional<Stay> stay_;
};

/// A document on the common shelf, until the end of the scope. If the process dies before, the next session takes it
/// away: nobody writes to the shelf then.
class CommonDocument {
public:
    CommonDocument()
        : name(lockstep::unique_name("Report")),
          owed_(lockstep::on_cleanup({RECAST_PROGRAM, "--take-away", store.string(), "common", name})),
          record_(lockstep::record_data("document", name)) {
        const Guard guard;
        Shelf(store, "common").put(name, two);
    }
    CommonDocument(const CommonDocument&) = delete;
    CommonDocument& operator=(const CommonDocument&) = delete;
    ~CommonDocument() {
        const Guard guard;
        if (owed_.run()) record_.removed();
    }
    const std::string name;

private:
    lockstep::Cleanup owed_;
    lockstep::DataRecord record_;
};

class CommonShelf : public testing::Test {
protected:
    /// Puts documents there, again and again, and sees to it that all are there.
    static void exchange_documents() {
        for (int i = 0; i < 10; ++i) {
            const CommonDocument one, other;
            for (const CommonDocument* mine : {&one, &other}) {
                const Guard guard(lockstep::LockOptions().shared());
                const auto all = Shelf(store, "common").documents();
                EXPECT_EQ(std::count(all.begin(), all.end(), mine->name), 1) << mine->name;
            }
        }
    }
};

TEST_F(CommonShelf, KeepsDocumentsOfOneOffice) {
    exchange_documents();
}

TEST_F(CommonShelf, KeepsDocumentsOfAnotherOffice) {
    exchange_documents();
}

TEST_F(CommonShelf, KeepsDocumentsOfAThirdOffice) {
    exchange_documents();
}

TEST_F(CommonShelf, GivesADocumentToWhoeverKnowsItsName) {
    const CommonDocument document;
    if (is_broken("test")) std::raise(SIGKILL);
    const Guard guard(lockstep::LockOptions().shared());
    EXPECT_EQ(Shelf(store, "common").get(document.name), two);
}

}  // namespace
}  // namespace recast
