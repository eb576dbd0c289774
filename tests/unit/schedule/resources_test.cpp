// Pools, max_parallel, memory: what tests demand and what the spec file has to offer.
#include "resolving.hpp"

namespace lockstep {
namespace {

using namespace testing;

/// "type:slots" for counters, "type*slots" for pools, with what it is for and the line.
std::string demands(const Resolved& r, std::string_view name) {
    std::string text;
    for (const auto& d : r.test(name).demands) {
        text += fmt::format("{}{}{}{} ({})@{}", text.empty() ? "" : ", ", d.type, d.counter ? ":" : "*", d.slots,
                            d.shown, d.place.line);
    }
    return text;
}

std::string offers(const Resolved& r) {
    std::string text;
    for (const auto& type : r.schedule->resources) {
        text += fmt::format("{}{}={}x{}", text.empty() ? "" : " ", type.type, type.ids, type.slots_each);
    }
    return text;
}

TEST(Resources, pools_have_an_id_a_slot_and_counters_one_id) {
    const auto r = resolve_well(
        "[pool.db]\nslots = 16\n[pool.free]\nslots = 2\n"
        "[marker.m]\nuse = { db = 2, free = 1 }\n"                               // 6, 7
        "[marker.n]\nmax_parallel = 3\nmemory = \"2GiB\"\n"                      // 8..10
        "[[phase]]\nname = \"Co-re\"\nmax_parallel = 5\ntests = \"name(p)\"\n",  // 11..14
        {NewTest("m").labels({"m"}), NewTest("n").labels({"n"}), "p", "none"});
    EXPECT_EQ(demands(r, "m"), "db*2 (pool db)@7, free*1 (pool free)@7");
    EXPECT_EQ(demands(r, "n"),
              "lockstep_max_marker_n:1 (max_parallel of marker n)@9, lockstep_memory:2048 (memory)@10");
    EXPECT_EQ(demands(r, "p"), "lockstep_max_phase__43o_2dre:1 (max_parallel of phase Co-re)@13")
        << "CTest's resource types are [a-z_][a-z0-9_]*";
    EXPECT_EQ(demands(r, "none"), "");
    EXPECT_EQ(offers(r),
              "db=16x1 free=2x1 lockstep_max_marker_n=1x3 lockstep_max_phase__43o_2dre=1x5 lockstep_memory=1x16384");
    EXPECT_TRUE(r.schedule->worker_ids);
}

TEST(Resources, only_what_a_test_demands_is_offered) {
    const auto r = resolve_well("[pool.db]\nslots = 16\n[marker.m]\nuse = { db = 2 }\nmax_parallel = 3\n", {"a"});
    EXPECT_EQ(offers(r), "");
}

TEST(Resources, of_two_markers_that_use_one_pool_the_larger_demand_includes_the_smaller) {
    const std::string pool = "[pool.db]\nslots = 16\n";
    const std::string m = "[marker.m]\nuse = { db = 3 }\n", n = "[marker.n]\nuse = { db = 2 }\n";
    const NewTest both = NewTest("t").labels({"m", "n"});
    EXPECT_EQ(demands(resolve_well(pool + m + n, {both}), "t"), "db*3 (pool db)@5");
    EXPECT_EQ(demands(resolve_well(pool + n + m, {both}), "t"), "db*3 (pool db)@7");
}

TEST(Resources, markers_whose_names_differ_only_in_characters_that_ctest_forbids_stay_apart) {
    const auto r = resolve_well(
        "[marker.a-b]\nmax_parallel = 1\n[marker.a_b]\nmax_parallel = 2\n[marker.a_2db]\nmax_parallel = 3\n",
        {NewTest("t").labels({"a-b", "a_b", "a_2db"})});
    EXPECT_EQ(offers(r), "lockstep_max_marker_a_2db=1x1 lockstep_max_marker_a_5f2db=1x3 lockstep_max_marker_a_5fb=1x2");
}

TEST(Resources, memory_is_counted_in_mebibytes_rounded_up) {
    for (const auto& [written, slots] :
         std::vector<std::pair<const char*, int>>{{"1KiB", 1}, {"1MiB", 1}, {"1025KiB", 2}, {"16GiB", 16384}}) {
        const auto r =
            resolve_well(fmt::format("[marker.m]\nmemory = \"{}\"\n", written), {NewTest("t").labels({"m"})});
        EXPECT_EQ(r.test("t").demands.at(0).slots, slots) << written;
    }
}

TEST(Resources, memory_above_the_machines_is_clamped_with_one_warning_a_line) {
    const auto r = resolve_text("[marker.m]\nmemory = \"17GiB\"\n[marker.n]\nmemory = \"1TiB\"\n",
                                {NewTest("a").labels({"m"}), NewTest("b").labels({"m"}), NewTest("c").labels({"n"})});
    ASSERT_TRUE(r.schedule);
    EXPECT_EQ(r.diagnostics,
              "3: warning: 17408 MiB are more than this machine's 16384 MiB [memory-above-machine]\n"
              "  help: such a test runs with no other test that names its memory\n"
              "5: warning: 1048576 MiB are more than this machine's 16384 MiB [memory-above-machine]\n"
              "  help: such a test runs with no other test that names its memory\n");
    EXPECT_EQ(demands(r, "b"), "lockstep_memory:16384 (memory)@3");
    EXPECT_EQ(offers(r), "lockstep_memory=1x16384");
}

TEST(Resources, an_unused_pool_and_a_needless_max_parallel_are_reported) {
    const auto r = resolve_text(
        "[pool.db]\nslots = 16\n"
        "[[phase]]\nname = \"p\"\norder = \"sequential\"\nmax_parallel = 2\ntests = \"name(a)\"\n"
        "[[phase]]\nname = \"q\"\norder = \"chain\"\nmax_parallel = 2\ntests = \"name(b)\"\n",
        {"a", "b"});
    ASSERT_TRUE(r.schedule);
    EXPECT_EQ(r.diagnostics,
              "2: warning: no marker uses pool 'db' [unused-pool]\n"
              "  help: a marker takes slots of it with use = { db = 1 }\n"
              "7: warning: max_parallel of phase 'p' has no effect: its order is sequential, one test at a time "
              "[no-effect]\n"
              "12: warning: max_parallel of phase 'q' has no effect: its order is chain, one test at a time "
              "[no-effect]\n");
    EXPECT_EQ(offers(r), "");
}

TEST(Resources, workers_0_means_no_worker_ids) {
    EXPECT_FALSE(resolve_well("[run]\nworkers = 0\n", {"a"}).schedule->worker_ids);
    EXPECT_TRUE(resolve_well("[run]\nworkers = 3\n", {"a"}).schedule->worker_ids);
}

// CTest 3.28 and newer take no other spec file then, and no groups of tests that do not wait for that test.
TEST(Resources, a_test_that_makes_the_spec_file_leaves_no_room_for_another) {
    const NewTest maker = NewTest("maker").sets_up({"spec"}).makes_resource_spec();
    const auto user = NewTest("b").resource_groups().requires_fixtures({"spec"});
    auto facts = plain_run();
    for (const bool project_spec : {false, true}) {
        facts.project_has_spec = project_spec;
        const auto idle = resolve_text("", {"a", maker, user}, facts);
        ASSERT_TRUE(idle.schedule);
        EXPECT_FALSE(idle.schedule->worker_ids);
        EXPECT_EQ(idle.schedule->spec_maker, "maker");
        EXPECT_EQ(idle.diagnostics,
                  "-: warning: tests get no worker ids: test 'maker' makes the resource spec file while ctest runs "
                  "(GENERATED_RESOURCE_SPEC_FILE) [no-worker-ids]\n"
                  "  help: have that file made before ctest starts, and name it: [run] resource_spec = \"FILE\"\n");
        const auto counting =
            resolve_text("[marker.m]\nmax_parallel = 2\n", {NewTest("a").labels({"m"}), maker}, facts);
        EXPECT_FALSE(counting.schedule);
        EXPECT_EQ(
            counting.diagnostics,
            "3: error: max_parallel of marker m counts slots, and test 'maker' makes the resource spec file while "
            "ctest runs (GENERATED_RESOURCE_SPEC_FILE) [resources-need-spec]\n"
            "  help: have that file made before ctest starts, and name it: [run] resource_spec = \"FILE\"\n");
    }
}

struct SpecRow {
    const char* what;
    bool foreign, groups, project_spec;
    bool possible;
    const char* reason;
};

class SpecFiles : public ::testing::TestWithParam<SpecRow> {};

// Without a spec file CTest ignores a project's RESOURCE_GROUPS, and has to go on doing so.
TEST_P(SpecFiles, Row) {
    const auto& row = GetParam();
    auto facts = plain_run();
    facts.foreign_resource_spec = row.foreign;
    facts.project_has_spec = row.project_spec;
    const auto b = row.groups ? NewTest("b").resource_groups() : NewTest("b");

    const auto idle = resolve_text("", {"a", b}, facts);
    EXPECT_EQ(idle.schedule->worker_ids, row.possible);
    EXPECT_EQ(idle.diagnostics, row.possible
                                    ? ""
                                    : fmt::format("-: warning: tests get no worker ids: {} [no-worker-ids]\n  help: "
                                                  "name the spec file in the plan: [run] resource_spec = \"FILE\"; "
                                                  "worker ids are merged into it\n",
                                                  row.reason));
    resolve_well("[run]\nworkers = 0\n", {"a", b}, facts);

    const auto r = resolve_text("[marker.m]\nmax_parallel = 2\n", {NewTest("a").labels({"m"}), b}, facts);
    EXPECT_EQ(r.schedule.has_value(), row.possible);
    EXPECT_EQ(r.diagnostics, row.possible ? ""
                                          : fmt::format("3: error: max_parallel of marker m counts slots, and {} "
                                                        "[resources-need-spec]\n  help: name the spec file in the "
                                                        "plan: [run] resource_spec = \"FILE\"; pools are merged into "
                                                        "it\n",
                                                        row.reason));
}

constexpr const char* other_file = "this ctest has a resource spec file that is not the plan's";
constexpr const char* no_file = "the project's tests have RESOURCE_GROUPS but there is no resource spec file";

INSTANTIATE_TEST_SUITE_P(Resources, SpecFiles,
                         ::testing::Values(SpecRow{"nothing special", false, false, false, true, ""},
                                           SpecRow{"groups without a file", false, true, false, false, no_file},
                                           SpecRow{"groups with a file", false, true, true, true, ""},
                                           SpecRow{"a file without groups", false, false, true, true, ""},
                                           SpecRow{"another file", true, false, false, false, other_file},
                                           SpecRow{"another file and groups", true, true, true, false, other_file}),
                         [](const auto& info) {
                             std::string name = info.param.what;
                             std::ranges::replace(name, ' ', '_');
                             return name;
                         });

}  // namespace
}  // namespace lockstep
