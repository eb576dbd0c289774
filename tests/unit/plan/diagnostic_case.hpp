// Tables of plans with mistakes and the complete text a user sees for each.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <ostream>
#include <string>

#include "plan/plan.hpp"
#include "text/render.hpp"

namespace lockstep {

struct DiagnosticCase {
    std::string name;
    std::string plan;
    std::string expected;
    std::optional<std::string> profile = std::nullopt;
    std::optional<std::string> overrides = std::nullopt;

    friend void PrintTo(const DiagnosticCase& c, std::ostream* out) { *out << c.name; }
};

class PlanDiagnostics : public testing::TestWithParam<DiagnosticCase> {};

inline std::string case_name(const testing::TestParamInfo<DiagnosticCase>& info) {
    return info.param.name;
}

struct ReadResult {
    std::optional<Plan> plan;
    std::string text;  ///< of all diagnostics
};

inline ReadResult read_text(const std::string& plan, const PlanOptions& options = {}) {
    Diagnostics diagnostics;
    auto result = read_plan(std::make_shared<const Source>("lockstep.toml", plan), options, diagnostics);
    return {std::move(result), render_text(diagnostics, {.limit = 100})};
}

}  // namespace lockstep
