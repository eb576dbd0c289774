// GoogleTest (1.10 or later). Including this adds a listener to the program: each test case has a temp_dir() of its
// own, kept if the case fails, and context() knows the case and its marks.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lockstep/lockstep.hpp"
#include "lockstep/test_case.hpp"

namespace lockstep {
inline namespace v1 {

/// A fixture whose tests run in an isolated_environment().
class IsolatedTest : public ::testing::Test {
protected:
    IsolatedTest() = default;
    [[nodiscard]] const std::filesystem::path& home() const { return environment_.home(); }

private:
    IsolatedEnvironment environment_;
};

namespace detail {

/// What LOCKSTEP_MARK makes: markers of the next test case below it in the file.
struct Mark {
    std::string file;
    int line;
    std::vector<std::string> markers;
};

class Marks {
public:
    static Marks& all() {
        static auto* const marks = new Marks;  // also there when the program ends
        return *marks;
    }
    bool add(std::string file, int line, std::string_view words) {
        Mark mark{std::move(file), line, {}};
        std::string word;
        for (const char c : words) {
            // Also within words: formatters write "slow - one".
            if (c != ',' && c != ' ') word += c;
            if (c == ',') mark.markers.push_back(std::exchange(word, {}));
        }
        mark.markers.push_back(word);
        if (list_.empty() && std::getenv("LOCKSTEP_MARKS_FILE") != nullptr) std::atexit([] { all().write(); });
        list_.push_back(std::move(mark));
        return true;
    }
    [[nodiscard]] std::vector<std::string> of(const ::testing::TestInfo& test) const {
        std::vector<std::string> result;
        const int above = nearest_above(test.file(), test.line());
        for (const auto& mark : list_)
            if (mark.file == test.file() && above < mark.line && mark.line <= test.line())
                result.insert(result.end(), mark.markers.begin(), mark.markers.end());
        return result;
    }
    /// Places of marks with no test case below them: they would have no effect.
    [[nodiscard]] std::string lost() const {
        std::string result;
        for (const auto& mark : list_) {
            bool found = false;
            each_test([&](const ::testing::TestInfo& test) {
                found = found || (mark.file == test.file() && mark.line <= test.line());
            });
            if (!found)
                result += mark.file + ":" + std::to_string(mark.line) + ": LOCKSTEP_MARK has no test below it\n";
        }
        return result;
    }

private:
    template <typename Visit>
    static void each_test(Visit visit) {
        const auto& program = *::testing::UnitTest::GetInstance();
        for (int i = 0; i < program.total_test_suite_count(); ++i) {
            const auto& suite = *program.GetTestSuite(i);
            for (int j = 0; j < suite.total_test_count(); ++j) visit(*suite.GetTestInfo(j));
        }
    }
    static int nearest_above(std::string_view file, int line) {
        int result = 0;
        each_test([&](const ::testing::TestInfo& test) {
            if (test.file() == file && test.line() < line) result = std::max(result, test.line());
        });
        return result;
    }
    void write() const {
        auto* const file = std::fopen(std::getenv("LOCKSTEP_MARKS_FILE"), "we");
        if (file == nullptr) return;
        for (const auto& mark : list_)
            for (const auto& marker : mark.markers)
                std::fprintf(file, "%s\t%d\t%s\n", mark.file.c_str(), mark.line, marker.c_str());
        std::fclose(file);
    }
    std::vector<Mark> list_;
};

class TestCaseListener : public ::testing::EmptyTestEventListener {
    void OnTestProgramStart(const ::testing::UnitTest&) override {
        const auto lost = Marks::all().lost();
        if (lost.empty()) return;
        std::fputs(lost.c_str(), stderr);
        std::exit(EXIT_FAILURE);
    }
    void OnTestStart(const ::testing::TestInfo& test) override {
        begin_test_case(std::string(test.test_suite_name()) + "." + test.name(), Marks::all().of(test));
    }
    void OnTestPartResult(const ::testing::TestPartResult& result) override {
        if (result.failed()) test_case_failed();
    }
    void OnTestEnd(const ::testing::TestInfo&) override { end_test_case(); }
};

inline bool add_test_case_listener() {
    ::testing::UnitTest::GetInstance()->listeners().Append(new TestCaseListener);
    return true;
}
[[maybe_unused]] inline const bool test_case_listener_added = add_test_case_listener();

}  // namespace detail
}  // namespace v1
}  // namespace lockstep

#define LOCKSTEP_DETAIL_JOIN2(a, b) a##b
#define LOCKSTEP_DETAIL_JOIN(a, b) LOCKSTEP_DETAIL_JOIN2(a, b)

/// LOCKSTEP_MARK(serial, slow), at namespace scope directly above a TEST, TEST_F or TEST_P: markers of that case, which
/// context() shows while it runs. One with no test below it fails the program. They guard nothing by themselves: what a
/// marker does is decided before a test starts. Discovery reads them where LOCKSTEP_MARKS_FILE is set: at its end the
/// program, also under --gtest_list_tests, writes there lines of file, line and marker, separated by tabs.
#define LOCKSTEP_MARK(...)                                                              \
    [[maybe_unused]] static const bool LOCKSTEP_DETAIL_JOIN(lockstep_mark_, __LINE__) = \
        ::lockstep::detail::Marks::all().add(__FILE__, __LINE__, #__VA_ARGS__)

/// Ends the test case as skipped, in the words that IDEs read.
#define LOCKSTEP_SKIP(reason) GTEST_SKIP() << (reason)
/// The same unless the plan's service is ready, with its reason.
#define LOCKSTEP_SKIP_UNLESS_READY(plan_name)                                                    \
    if (const auto lockstep_service = ::lockstep::service(plan_name); !lockstep_service.ready()) \
    GTEST_SKIP() << "service '" << lockstep_service.name() << "': " << lockstep_service.reason()
