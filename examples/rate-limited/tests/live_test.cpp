// Marker `live`: whole workflows, as little prepared for a refusal as a person's first script. The plan starts them
// when the limit allows, and starts again those that were refused.
#include "tests/support/api.hpp"

namespace dispatch {
namespace {

class Live : public ApiTest, public testing::WithParamInterface<const char*> {};

TEST_P(Live, DoesAJob) {
    const std::string technician = GetParam();
    const Job job = once([this] { return api().add("Harbour"); });
    once([&] { return api().assign(job.id, technician); });
    const Job done = once([&] { return api().finish(job.id); });
    EXPECT_EQ(done, (Job{job.id, "Harbour", technician, State::done}));
}

TEST_P(Live, TakesAJobOver) {
    const std::string technician = GetParam();
    const Job job = once([this] { return api().add("Station"); });
    once([&] { return api().assign(job.id, technician == "anna" ? "ben" : "anna"); });
    EXPECT_EQ(once([&] { return api().assign(job.id, technician); }).technician, technician);
}

INSTANTIATE_TEST_SUITE_P(By, Live, testing::Values("anna", "ben", "chloe", "dev", "emma", "finn"),
                         [](const auto& instance) { return std::string(instance.param); });

}  // namespace
}  // namespace dispatch
