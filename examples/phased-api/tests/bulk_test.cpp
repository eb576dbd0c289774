// Phase `api`, the other three tasks: much at once, over six connections. Three of these and one more task at the same
// time are too many for a server that serves sixteen: it is the plan's pool that keeps them apart.
#include <thread>
#include <vector>

#include "tests/support/task.hpp"

namespace phased_api {
namespace {

using namespace std::chrono_literals;

class Bulk : public Task {
protected:
    Bulk() : Task(6) {}

    /// Runs `work` once a connection, all at the same time, and returns what each made of it.
    std::vector<int> on_every_connection(const std::function<int(std::size_t)>& work) {
        std::vector<int> results(connections());
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < connections(); ++i) threads.emplace_back([&, i] { results[i] = work(i); });
        for (std::thread& thread : threads) thread.join();
        return results;
    }
};

TEST_F(Bulk, ImportsFromEveryConnection) {
    const auto failures = on_every_connection([this](std::size_t connection) {
        int failed = 0;
        for (int i = 0; i < 20; ++i) {
            const std::string name = std::to_string(connection) + "-" + std::to_string(i);
            if (api(connection).create(record(name), name).status != 201) ++failed;
        }
        return failed;
    });
    EXPECT_EQ(failures, std::vector<int>(connections(), 0));
    EXPECT_EQ(api().remove("/records?prefix=" + scope() + "/").body, std::to_string(20 * connections()) + "\n");
    keep_busy(150ms);
}

TEST_F(Bulk, LosesNoConcurrentUpdate) {
    ASSERT_EQ(api().create(record("contended"), "0").status, 201);
    const auto updates = on_every_connection([this](std::size_t connection) {
        int done = 0;
        for (int i = 0; i < 20; ++i) {
            const std::string seen = api(connection).get(record("contended")).revision;
            if (api(connection).put(record("contended"), "x", seen).status == 200) ++done;
        }
        return done;
    });
    int in_all = 0;
    for (const int done : updates) in_all += done;
    EXPECT_GT(in_all, 0);
    EXPECT_EQ(api().get(record("contended")).revision, std::to_string(in_all + 1));
    keep_busy(150ms);
}

TEST_F(Bulk, LetsOnlyOneCreate) {
    for (int round = 0; round < 10; ++round) {
        const std::string contested = record("round-" + std::to_string(round));
        int winners = 0;
        for (const int status :
             on_every_connection([&](std::size_t i) { return api(i).create(contested, "x").status; })) {
            if (status == 201) ++winners;
        }
        EXPECT_EQ(winners, 1) << contested;
    }
    keep_busy(150ms);
}

}  // namespace
}  // namespace phased_api
