// The spec file of a session.
#include <nlohmann/json.hpp>

#include "filling.hpp"

namespace lockstep {
namespace {

using namespace testing;
using nlohmann::json;

constexpr const char* needs = R"({"worker_ids":true,"types":[["db",2,1],["lockstep_memory",1,512]]})";

struct Made {
    std::optional<std::string> spec;
    std::string diagnostics;
};

Made make(const std::string& needed, int first, int workers, const std::optional<std::string>& base = {}) {
    Diagnostics diagnostics;
    const auto plan = std::make_shared<const Source>("lockstep.toml", "[run]\nresource_spec = \"gpus.json\"\n");
    const auto source = base ? std::make_shared<const Source>("gpus.json", *base) : nullptr;
    auto spec = resource_spec(needed, first, workers, source, Place{plan, 2, 1, 1}, diagnostics);
    return {std::move(spec), shown(diagnostics)};
}

TEST(ResourceNeeds, say_what_a_graph_needs_of_each_sessions_file) {
    const auto r = resolve_well("[pool.db]\nslots = 2\n[marker.m]\nuse = { db = 1 }\nmax_parallel = 3\n",
                                {NewTest("t").labels({"m"})});
    EXPECT_EQ(resource_needs(*r.schedule),
              "{\"worker_ids\":true,\"types\":[[\"db\",2,1],[\"lockstep_max_marker_m\",1,3]]}\n");
    EXPECT_EQ(resource_needs(*resolve_well("[run]\nworkers = 0\n", {"t"}).schedule), "");
    // The project's own file alone.
    EXPECT_EQ(resource_needs(*resolve_well("[run]\nworkers = 0\nresource_spec = \"gpus.json\"\n", {"t"}).schedule),
              "{\"worker_ids\":false,\"types\":[]}\n");
}

TEST(ResourceSpec, offers_workers_from_the_first_on_pools_and_counters) {
    const auto made = make(needs, 5, 2);
    ASSERT_TRUE(made.spec) << made.diagnostics;
    EXPECT_EQ(json::parse(*made.spec), json::parse(R"({"version": {"major": 1, "minor": 0}, "local": [{
        "lockstep_worker": [{"id": "5", "slots": 1}, {"id": "6", "slots": 1}],
        "db": [{"id": "0", "slots": 1}, {"id": "1", "slots": 1}],
        "lockstep_memory": [{"id": "0", "slots": 512}]}]})"));
    EXPECT_EQ(made.spec->back(), '\n');
}

TEST(ResourceSpec, without_worker_ids_there_are_none) {
    const auto made = make(R"({"worker_ids":false,"types":[["db",1,1]]})", 1, 8);
    ASSERT_TRUE(made.spec);
    EXPECT_EQ(json::parse(*made.spec)["local"], json::parse(R"([{"db": [{"id": "0", "slots": 1}]}])"));
}

TEST(ResourceSpec, keeps_what_the_projects_own_file_has) {
    const auto made = make(needs, 1, 1, R"({"version": {"major": 1, "minor": 0}, "comment": 7,
        "local": [{"gpus": [{"id": "a", "slots": 4}, {"id": "b"}]}]})");
    ASSERT_TRUE(made.spec) << made.diagnostics;
    const auto spec = json::parse(*made.spec);
    EXPECT_EQ(spec["local"].size(), 1U);
    EXPECT_EQ(spec["local"][0]["gpus"], json::parse(R"([{"id": "a", "slots": 4}, {"id": "b"}])"));
    EXPECT_EQ(spec["local"][0]["db"].size(), 2U);
    EXPECT_EQ(spec["comment"], 7);
}

TEST(ResourceSpec, an_own_file_without_a_machine_gets_one) {
    for (const auto* base : {R"({"version": {"major": 1, "minor": 0}, "local": []})",
                             R"({"version": {"major": 1, "minor": 0}, "local": [{}]})", ""}) {
        const auto made = make(needs, 1, 1, base);
        ASSERT_TRUE(made.spec) << base << made.diagnostics;
        EXPECT_EQ(json::parse(*made.spec)["local"][0].size(), 3U) << base;
    }
}

TEST(ResourceSpec, what_is_no_spec_file_is_refused) {
    for (const auto* base : {"{", "[]", "7", "{}", R"({"local": {}})", R"({"local": [7]})", R"({"local": [{}, {}]})"}) {
        const auto made = make(needs, 1, 1, base);
        EXPECT_FALSE(made.spec) << base;
        EXPECT_EQ(made.diagnostics,
                  "2: error: 'gpus.json' is not a CTest resource spec file [bad-resource-spec]\n"
                  "  help: its form: {\"version\": {\"major\": 1, \"minor\": 0}, \"local\": [{\"gpus\": [{\"id\": "
                  "\"0\"}]}]}\n")
            << base;
    }
}

TEST(ResourceSpec, a_type_in_both_is_refused_each_by_name) {
    const auto made = make(needs, 1, 1, R"({"version": {"major": 1, "minor": 0},
        "local": [{"db": [], "lockstep_worker": [], "gpus": []}]})");
    EXPECT_FALSE(made.spec);
    const std::string help = "  help: rename the pool, or take it out of the plan and use RESOURCE_GROUPS\n";
    EXPECT_EQ(made.diagnostics,
              "2: error: resource type 'lockstep_worker' is in 'gpus.json' and in the plan [resource-twice]\n" + help +
                  "2: error: resource type 'db' is in 'gpus.json' and in the plan [resource-twice]\n" + help);
}

}  // namespace
}  // namespace lockstep
