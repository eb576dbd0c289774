// Marker `integration`: the client against the server, call by call. Each call waits for its turn, and is made again if
// it has to be; the tests themselves start when they like.
#include <future>
#include <set>
#include <vector>

#include "tests/support/api.hpp"

namespace dispatch {
namespace {

class Calls : public ApiTest {
protected:
    Job added() const {
        return patiently([this] { return api().add("Bakery"); });
    }
};
class Technicians : public Calls {};
class Jobs : public Calls {};

TEST_F(Technicians, AreListed) {
    const auto names = patiently([this] { return api().technicians(); });
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 6);
}

TEST_F(Technicians, HaveToBeKnown) {
    const Job job = added();
    EXPECT_EQ(status_of([&] { return api().assign(job.id, "nobody"); }), 400);
}

TEST_F(Jobs, AreAdded) {
    const Job job = added();
    EXPECT_EQ(job, (Job{job.id, "Bakery", "", State::open}));
}

TEST_F(Jobs, AreFoundAgain) {
    const Job job = added();
    EXPECT_EQ(patiently([&] { return api().job(job.id); }), job);
}

TEST_F(Jobs, AreNotFoundUnlessAdded) {
    EXPECT_EQ(status_of([this] { return api().job(999'999'999); }), 404);
}

TEST_F(Jobs, NeedACustomer) {
    EXPECT_EQ(status_of([this] { return api().add(""); }), 400);
}

TEST_F(Jobs, AreAssigned) {
    const Job job = added();
    patiently([&] { return api().assign(job.id, "anna"); });
    const Job again = patiently([&] { return api().assign(job.id, "ben"); });
    EXPECT_EQ(again, (Job{job.id, "Bakery", "ben", State::assigned}));
}

TEST_F(Jobs, AreDoneOnce) {
    const Job job = added();
    EXPECT_EQ(status_of([&] { return api().finish(job.id); }), 409);
    patiently([&] { return api().assign(job.id, "chloe"); });
    EXPECT_EQ(patiently([&] { return api().finish(job.id); }).state, State::done);
    EXPECT_EQ(status_of([&] { return api().finish(job.id); }), 409);
}

TEST_F(Jobs, AreAddedSideBySide) {
    // Eight at once are too many for the server; the limit counts calls, wherever they come from.
    std::vector<std::future<Job>> calls;
    for (int i = 0; i < 8; ++i) calls.push_back(std::async(std::launch::async, [this] { return added(); }));
    std::set<int> ids;
    for (auto& call : calls) ids.insert(call.get().id);
    EXPECT_EQ(ids.size(), 8);
}

}  // namespace
}  // namespace dispatch
