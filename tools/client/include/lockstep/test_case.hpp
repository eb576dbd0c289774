// For adapters of test frameworks, of which lockstep/gtest.hpp is one: tells the library which test case runs, so that
// temp_dir() and context() are the case's own.
#pragma once

#include <string>
#include <vector>

namespace lockstep {
inline namespace v1 {

/// From now on that case runs. Thread-safe, as all of these; cases do not nest.
void begin_test_case(const std::string& name, const std::vector<std::string>& markers);
/// What it made stays.
void test_case_failed();
/// Ends it: its temp_dir() is removed unless it failed.
void end_test_case();

/// "[  SKIPPED ] <test>: <reason>" on a line of its own on standard output: the form that gtest_discover_tests gives to
/// CTest as SKIP_REGULAR_EXPRESSION, by which IDEs count a test as skipped (they do not look at SKIP_RETURN_CODE). For
/// programs without GoogleTest; the test's SKIP_REGULAR_EXPRESSION has to be "\\[  SKIPPED \\]".
void print_skipped(const std::string& reason);

}  // namespace v1
}  // namespace lockstep
