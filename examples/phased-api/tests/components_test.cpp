// Phase `components`: properties of the store's four components, each tried with generated cases. The phase's
// checkpoint asks the server whether a hundred of them have been tried in all.
#include <algorithm>
#include <vector>

#include "tests/support/task.hpp"

namespace phased_api {
namespace {

using namespace std::chrono_literals;

constexpr long cases = 40;

/// Not std::uniform_int_distribution: what that makes of a seed differs between standard libraries.
std::size_t below(std::mt19937& random, std::size_t limit) {
    return random() % limit;
}

std::string text(std::mt19937& random, std::string_view alphabet, std::size_t longest) {
    std::string made(1 + below(random, longest), ' ');
    std::ranges::generate(made, [&] { return alphabet[below(random, alphabet.size())]; });
    return made;
}

class Component : public Task {};

TEST_F(Component, ValuesComeBackUnchanged) {
    for_all(cases, [this](std::mt19937& random) {
        const std::string value = text(random, "abc \n\t%&\"'<>[];\\\xc3\xa4", 200);
        ASSERT_EQ(api().create(record("value"), value).status, 201);
        EXPECT_EQ(api(1).get(record("value")).body, value);
        ASSERT_EQ(api().remove(record("value")).status, 204);
    });
    keep_busy(100ms);
}

TEST_F(Component, RevisionsCountUpdates) {
    for_all(cases, [this](std::mt19937& random) {
        const std::size_t updates = below(random, 4);
        ASSERT_EQ(api().create(record("counted"), "0").status, 201);
        for (std::size_t i = 0; i < updates; ++i) ASSERT_EQ(api().put(record("counted"), "next").status, 200);
        EXPECT_EQ(api(1).get(record("counted")).revision, std::to_string(updates + 1));
        ASSERT_EQ(api().remove(record("counted")).status, 204);
    });
    keep_busy(100ms);
}

TEST_F(Component, KeysAreWhatTheyPromise) {
    for_all(cases, [this](std::mt19937& random) {
        const std::string good = text(random, "abcXYZ019._-", 30);
        EXPECT_EQ(api().create(record(good), "x").status, 201) << good;
        EXPECT_EQ(api().remove(record(good)).status, 204) << good;
        const std::string bad = good + text(random, "!$*,;=@~", 3);
        EXPECT_EQ(api(1).create(record(bad), "x").status, 400) << bad;
    });
    keep_busy(100ms);
}

TEST_F(Component, ListingsAreSortedAndComplete) {
    for_all(cases, [this](std::mt19937& random) {
        const std::size_t wanted = 1 + below(random, 4);
        std::vector<std::string> names;
        for (std::size_t i = 0; i < wanted; ++i) {
            const std::string name = text(random, "ab", 6);
            if (api().create(record(name), "x").status == 201) names.push_back(name);
        }
        std::ranges::sort(names);
        std::string expected;
        for (const std::string& name : names) expected += scope() + "/" + name + "\n";
        EXPECT_EQ(api(1).get("/records?prefix=" + scope() + "/").body, expected);
        EXPECT_EQ(api().remove("/records?prefix=" + scope() + "/").body, std::to_string(names.size()) + "\n");
    });
    keep_busy(100ms);
}

}  // namespace
}  // namespace phased_api
