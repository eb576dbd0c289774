// Who waits for whom over several build trees, and how a test tells which sessions it runs in.
#include "session/waiting.hpp"

#include <gtest/gtest.h>

#include <map>

namespace lockstep {
namespace {

/// Sessions of several build trees, by the names of their trees; ids are unique over all.
class Trees : public testing::Test {
protected:
    /// `around`: ids, outermost first. The later one is added, the younger it is.
    Session& add(const std::string& tree, const std::string& id, const std::vector<std::string>& around = {},
                 const std::string& waits_for = "") {
        Session session;
        session.id = id;
        session.opened_ns = ++time_;
        session.waits_for = waits_for;
        for (const auto& outer : around) session.around.push_back({tree_of_.at(outer), outer});
        tree_of_[id] = tree;
        return trees_[tree].emplace_back(std::move(session));
    }
    [[nodiscard]] bool waits_for_itself(const std::string& id) {
        const auto& self = find(id);
        return lockstep::waits_for_itself(tree_of_.at(id), self, find(self.waits_for), [&](const std::string& tree) {
            ++looks_;
            return trees_[tree];
        });
    }
    int looks_ = 0;

private:
    const Session& find(const std::string& id) {
        for (const auto& session : trees_.at(tree_of_.at(id))) {
            if (session.id == id) return session;
        }
        throw std::out_of_range(id);
    }
    std::map<std::string, std::vector<Session>> trees_;
    std::map<std::string, std::string> tree_of_;
    std::int64_t time_ = 0;
};

TEST_F(Trees, of_what_is_in_nothing_nobody_waits) {
    add("a", "holder");
    add("a", "self", {}, "holder");
    EXPECT_FALSE(waits_for_itself("self"));
    EXPECT_EQ(looks_, 0) << "no registry is read for the ordinary case";
}

TEST_F(Trees, one_in_another_tree_waits_for_what_has_nothing_to_do_with_it) {
    add("a", "outer");
    add("b", "holder");
    add("b", "self", {"outer"}, "holder");
    EXPECT_FALSE(waits_for_itself("self"));
}

TEST_F(Trees, of_two_that_are_in_each_others_way_the_younger_goes_on) {
    add("a", "outer_a");
    add("b", "outer_b");
    add("b", "from_a", {"outer_a"}, "outer_b");
    add("a", "from_b", {"outer_b"}, "outer_a");
    EXPECT_FALSE(waits_for_itself("from_a"));
    EXPECT_TRUE(waits_for_itself("from_b"));
}

TEST_F(Trees, once_the_younger_has_gone_on_there_is_no_circle) {
    add("a", "outer_a");
    add("b", "outer_b");
    add("b", "from_a", {"outer_a"}, "outer_b");
    add("a", "from_b", {"outer_b"});
    EXPECT_FALSE(waits_for_itself("from_a"));
}

TEST_F(Trees, circles_may_be_long) {
    for (const auto* tree : {"a", "b", "c", "d"}) add(tree, std::string("outer_") + tree);
    add("b", "from_a", {"outer_a"}, "outer_b");
    add("c", "from_b", {"outer_b"}, "outer_c");
    add("d", "from_c", {"outer_c"}, "outer_d");
    add("a", "from_d", {"outer_d"}, "outer_a");
    EXPECT_TRUE(waits_for_itself("from_d"));
    for (const auto* older : {"from_a", "from_b", "from_c"}) EXPECT_FALSE(waits_for_itself(older)) << older;
}

TEST_F(Trees, a_chain_that_leads_elsewhere_is_no_circle) {
    for (const auto* tree : {"a", "b", "c"}) add(tree, std::string("outer_") + tree);
    add("b", "from_a", {"outer_a"}, "outer_b");
    add("c", "from_b", {"outer_b"}, "outer_c");
    EXPECT_FALSE(waits_for_itself("from_a"));
    EXPECT_FALSE(waits_for_itself("from_b"));
}

TEST_F(Trees, all_that_is_around_counts_not_the_innermost_alone) {
    add("a", "outer_a");
    add("b", "outer_b");
    add("c", "middle", {"outer_a"});
    add("b", "deep", {"outer_a", "middle"}, "outer_b");
    add("a", "self", {"outer_b"}, "outer_a");
    EXPECT_TRUE(waits_for_itself("self"));
}

TEST_F(Trees, a_circle_that_one_is_not_in_is_no_reason) {
    // from_b waits for outer_a, which waits by way of from_a for outer_b; `self` is in outer_b too, and waits for
    // another.
    add("a", "outer_a");
    add("b", "outer_b");
    add("c", "holder");
    add("b", "from_a", {"outer_a"}, "outer_b");
    add("a", "from_b", {"outer_b"}, "outer_a");
    add("c", "self", {"outer_b"}, "holder");
    EXPECT_FALSE(waits_for_itself("self"));
}

TEST_F(Trees, of_each_circle_somebody_goes_on) {
    // outer_b cannot end before either of two, which both wait for outer_a: from_a is in two circles.
    add("a", "outer_a");
    add("b", "outer_b");
    add("a", "first", {"outer_b"}, "outer_a");
    add("b", "from_a", {"outer_a"}, "outer_b");
    add("a", "second", {"outer_b"}, "outer_a");
    EXPECT_FALSE(waits_for_itself("first"));
    EXPECT_TRUE(waits_for_itself("from_a"));
    EXPECT_TRUE(waits_for_itself("second"));
}

TEST(SessionsText, holds_what_was_put_in) {
    const std::vector<SessionName> sessions{{"/a path/with ] ; and = in it", "0123-1-2-3"}, {"/b", "4567-8-9-10"}};
    EXPECT_EQ(sessions_from_text(sessions_text(sessions)), sessions);
    EXPECT_TRUE(sessions_from_text("").empty());
    EXPECT_EQ(sessions_text({}), "");
}

TEST(SessionsText, what_is_no_line_of_it_is_left_out) {
    EXPECT_EQ(sessions_from_text("x\n\n1-2 /b"), (std::vector<SessionName>{{"/b", "1-2"}}));
}

TEST(SessionsAround, are_what_the_environment_says) {
    const os::ProcessId ctest{1, 2};  // a process without ancestors
    EXPECT_EQ(sessions_around(ctest, "1-2 /a\n"), (std::vector<SessionName>{{"/a", "1-2"}})) << "not its own";
    EXPECT_EQ(sessions_around(ctest, "x-9-7-7 /a\ny-1-1-2 /b\n"), (std::vector<SessionName>{{"/a", "x-9-7-7"}}))
        << "an earlier session of that very ctest";
    EXPECT_TRUE(sessions_around(ctest, "").empty());
    EXPECT_TRUE(sessions_around(ctest, std::nullopt).empty());
}

}  // namespace
}  // namespace lockstep
