// The test that all tables of mistakes are given to. Whole messages are compared: place, code and help are part of what
// a user relies on.
#include "diagnostic_case.hpp"

namespace lockstep {
namespace {

TEST_P(PlanDiagnostics, are_shown) {
    const DiagnosticCase& c = GetParam();
    const ReadResult result = read_text(c.plan, {.profile = c.profile, .overrides = c.overrides});
    EXPECT_EQ(result.text, c.expected);
    EXPECT_FALSE(result.plan.has_value());
}

}  // namespace
}  // namespace lockstep
