#include "launcher/batch_selection.hpp"

namespace lockstep::launcher {
namespace {

/// A name in a filter. What has a meaning there is replaced by '?', which stands for any one character: a case that the
/// pattern matches besides runs too, and is passed over as one that nobody asked for. '-' begins the negative part of a
/// filter wherever it stands.
void append_pattern(std::string& filter, const std::string& name) {
    if (!filter.empty()) filter += ':';
    for (const char c : name) filter += c == ':' || c == '*' || c == '-' ? '?' : c;
}

}  // namespace

std::vector<std::string> flags_of(const runtime::Batch& batch, const std::vector<std::size_t>& positions) {
    const bool all = batch.whole && positions.size() == batch.cases.size();
    std::string filter;
    for (const auto position : positions) {
        if (!all) append_pattern(filter, batch.cases[position].filter);
    }
    return {
        // Also over GTEST_FILTER and what Bazel calls it, TESTBRIDGE_TEST_ONLY.
        "--gtest_filter=" + (all ? "*" : filter),
        // A case that is asked for by name is to run. As gtest_discover_tests does it.
        all ? "--gtest_also_run_disabled_tests=0" : "--gtest_also_run_disabled_tests=1",
        // Each case has one verdict. `ctest --repeat` and retry rules repeat the batch.
        "--gtest_repeat=1",
        // Colours stand between a mark and its brackets.
        "--gtest_color=no",
        // A result line with its time is told from the list of failures at the end.
        "--gtest_print_time=1",
    };
}

// What is left as it is: GTEST_SHUFFLE and GTEST_RANDOM_SEED (any order will do), GTEST_BREAK_ON_FAILURE,
// GTEST_THROW_ON_FAILURE and GTEST_CATCH_EXCEPTIONS (a case that crashes for them is one that failed, and the rest
// runs), GTEST_OUTPUT (each process writes it), GTEST_DEATH_TEST_…, GTEST_STACK_TRACE_DEPTH.
Variables variables_of(const std::function<std::string(const char*)>& environment) {
    Variables variables;
    // Else no RUN lines are printed (1.11 and later).
    variables.emplace_back("GTEST_BRIEF", "0");
    // Else what follows a failure is not run (1.11 and later).
    variables.emplace_back("GTEST_FAIL_FAST", "0");
    // Else cases of other shards are not run. Neither variable is taken without the other.
    if (!environment("GTEST_TOTAL_SHARDS").empty() || !environment("GTEST_SHARD_INDEX").empty()) {
        variables.emplace_back("GTEST_TOTAL_SHARDS", "1");
        variables.emplace_back("GTEST_SHARD_INDEX", "0");
    }
    return variables;
}

std::string unfit(const runtime::BatchCase& one) {
    for (const char c : one.filter) {
        // Lines of the file of flags, and of what GoogleTest prints.
        if (c == '\n' || c == '\r' || c == '\0') return "its name has a character that no filter can hold";
    }
    return one.filter.size() > 8192 ? "its name is longer than 8192 bytes" : "";
}

}  // namespace lockstep::launcher
