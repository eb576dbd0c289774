#include "launcher/batch_watch.hpp"

#include <gtest/gtest.h>
#include <signal.h>

namespace lockstep::launcher {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::uint64_t first_byte = 1000;
const CaseWatch::Time start = CaseWatch::Time() + seconds(100);

/// Filters are A.a, A.b, B.a, B.b; CTest's names are of no concern here.
runtime::Batch batch_of_four(std::int64_t timeout_ns = 0) {
    runtime::Batch batch;
    for (const char* filter : {"A.a", "A.b", "B.a", "B.b"}) batch.cases.push_back({filter, filter, timeout_ns});
    return batch;
}

std::string run_line(const std::string& name) {
    return "[ RUN      ] " + name + "\n";
}
std::string ok(const std::string& name) {
    return "[       OK ] " + name + " (0 ms)\n";
}
std::string failed(const std::string& name) {
    return "[  FAILED  ] " + name + " (0 ms)\n";
}
std::string skipped(const std::string& name) {
    return "[  SKIPPED ] " + name + " (0 ms)\n";
}
const std::string heading = "[==========] Running 4 tests from 2 test suites.\n";
const std::string footer = "[==========] 4 tests from 2 test suites ran. (0 ms total)\n[  PASSED  ] 4 tests.\n";
std::string suite(const std::string& name) {
    return "[----------] 2 tests from " + name + "\n";
}
std::string suite_end(const std::string& name) {
    return "[----------] 2 tests from " + name + " (0 ms total)\n\n";
}

ProcessEnd exited(int status) {
    ProcessEnd end;
    end.status = status << 8;
    return end;
}
ProcessEnd signalled(int signal) {
    ProcessEnd end;
    end.status = signal;
    return end;
}
ProcessEnd interrupted(int signal) {
    auto end = signalled(signal);
    end.interrupted = signal;
    return end;
}

struct Told {
    std::string verdicts;  ///< "A.a passed, A.b crashed: signal 6 (Aborted)", in the batch's order; of settled cases
    CaseWatch::Outcome outcome;
    std::vector<CaseResult> results;  ///< the last of each case
};

Told tell(const std::string& printed, const ProcessEnd& end, std::size_t first_piece,
          std::size_t piece = std::string::npos) {
    const auto batch = batch_of_four();
    CaseWatch watch(batch, {0, 1, 2, 3}, first_byte, start);
    Told told;
    told.results.resize(4);
    const auto take = [&] {
        for (const auto& result : watch.take_results()) told.results[result.position] = result;
    };
    watch.take(std::string_view(printed).substr(0, first_piece), start);
    for (auto at = first_piece; at < printed.size(); at += std::min(piece, printed.size() - at)) {
        watch.take(std::string_view(printed).substr(at, piece), start);
        take();
    }
    told.outcome = watch.finish(end, start);
    take();
    for (const auto position : told.outcome.settled) {
        const auto& result = told.results[position];
        if (!told.verdicts.empty()) told.verdicts += ", ";
        told.verdicts += batch.cases[position].name + " " + std::string(text_of(result.verdict));
        if (!result.detail.empty()) told.verdicts += ": " + result.detail;
    }
    return told;
}

/// The same however the output is cut into pieces.
Told told(const std::string& printed, const ProcessEnd& end) {
    const auto whole = tell(printed, end, printed.size());
    for (std::size_t cut = 0; cut <= printed.size(); ++cut) {
        EXPECT_EQ(tell(printed, end, cut).verdicts, whole.verdicts) << "cut at " << cut << " of\n" << printed;
    }
    const auto bytes = tell(printed, end, 0, 1);
    EXPECT_EQ(bytes.verdicts, whole.verdicts) << "byte by byte:\n" << printed;
    for (std::size_t i = 0; i < whole.results.size(); ++i) {
        EXPECT_EQ(bytes.results[i].begin, whole.results[i].begin) << i << "\n" << printed;
        EXPECT_EQ(bytes.results[i].end, whole.results[i].end) << i << "\n" << printed;
    }
    return whole;
}
std::string verdicts(const std::string& printed, const ProcessEnd& end) {
    return told(printed, end).verdicts;
}

TEST(CaseWatch, AWholeRun) {
    const auto printed = "Running main()\n" + heading + suite("A") + run_line("A.a") + ok("A.a") + run_line("A.b") +
                         "a.cpp:3: Failure\n" + failed("A.b") + suite_end("A") + suite("B") + run_line("B.a") +
                         "b.cpp:4: Skipped\n  no database\nhere\n\n" + skipped("B.a") + run_line("B.b") + ok("B.b") +
                         suite_end("B") + footer + "[  FAILED  ] A.b\n";
    EXPECT_EQ(verdicts(printed, exited(1)), "A.a passed, A.b failed, B.a skipped: no database\nhere, B.b passed");
}

TEST(CaseWatch, OutputReachesFromTheRunLineToTheResult) {
    const auto a = run_line("A.a") + "text\n" + ok("A.a"), b = run_line("A.b") + "more\n";
    const auto result = told(heading + a + b, signalled(SIGSEGV));
    EXPECT_EQ(result.results[0].begin, first_byte + heading.size());
    EXPECT_EQ(result.results[0].end, first_byte + heading.size() + a.size());
    EXPECT_EQ(result.results[1].begin, first_byte + heading.size() + a.size());
    EXPECT_EQ(result.results[1].end, first_byte + heading.size() + a.size() + b.size());
}

TEST(CaseWatch, WhoEndsTheProcessIsBlamed) {
    const auto begun = heading + suite("A") + run_line("A.a") + ok("A.a") + run_line("A.b") + "text";
    EXPECT_EQ(verdicts(begun, signalled(SIGABRT)), "A.a passed, A.b crashed: signal 6 (Aborted)");
    EXPECT_EQ(verdicts(begun, exited(0)), "A.a passed, A.b exited: exit status 0 before its end");
    EXPECT_EQ(verdicts(begun, exited(3)), "A.a passed, A.b exited: exit status 3 before its end");
    EXPECT_EQ(verdicts(begun, interrupted(SIGTERM)), "A.a passed, A.b not_run: interrupted by signal 15");
    auto end = signalled(SIGKILL);
    end.parent_killed = true;
    EXPECT_EQ(verdicts(begun, end), "A.a passed, A.b crashed: it killed the process group of its parent");
    end = exited(0);
    end.timed_out = true;
    EXPECT_EQ(verdicts(begun, end), "A.a passed, A.b timed_out: time-out of 0.0 s");
}

TEST(CaseWatch, AnEndAfterAResultIsBlamedOnItsCase) {
    const auto begun = heading + suite("A") + run_line("A.a") + ok("A.a");
    EXPECT_EQ(verdicts(begun, signalled(SIGSEGV)), "A.a crashed: signal 11 (Segmentation fault), after its result");
    EXPECT_EQ(verdicts(begun, exited(0)), "A.a exited: exit status 0, after its result");
    EXPECT_EQ(verdicts(begun, interrupted(SIGINT)), "A.a passed");
}

TEST(CaseWatch, AnEndInTheSetUpOfAnotherSuiteIsNot) {
    const auto begun = heading + suite("A") + run_line("A.a") + ok("A.a") + suite_end("A") + suite("B");
    const auto result = told(begun, signalled(SIGSEGV));
    EXPECT_EQ(result.verdicts, "A.a passed");
    EXPECT_EQ(result.outcome.suite, "B");
    // But a heading of no suite that is still to come says nothing.
    EXPECT_EQ(verdicts(heading + suite("A") + run_line("A.a") + ok("A.a") + suite("C"), exited(0)),
              "A.a exited: exit status 0, after its result");
}

TEST(CaseWatch, TheStatusOfAWholeRunIsThatOfItsResults) {
    const auto all = heading + run_line("A.a") + ok("A.a") + run_line("A.b") + ok("A.b") + footer;
    EXPECT_EQ(verdicts(all, exited(0)), "A.a passed, A.b passed");
    EXPECT_EQ(verdicts(all, exited(23)), "A.a passed, A.b exited: exit status 23, after the last case");
    EXPECT_EQ(verdicts(all, signalled(SIGSEGV)),
              "A.a passed, A.b crashed: signal 11 (Segmentation fault), after the last case");
    const auto one_failed = heading + run_line("A.a") + failed("A.a") + run_line("A.b") + ok("A.b") + footer;
    EXPECT_EQ(verdicts(one_failed, exited(1)), "A.a failed, A.b passed");
    EXPECT_EQ(verdicts(heading + run_line("A.a") + failed("A.a") + footer, exited(1)), "A.a failed");
}

TEST(CaseWatch, ResultsNeedNoLineOfTheirOwn) {
    EXPECT_EQ(verdicts(heading + run_line("A.a") + "no newline" + ok("A.a") + "text" + run_line("A.b") + "[[ RUN [ " +
                           failed("A.b") + footer,
                       exited(1)),
              "A.a passed, A.b failed");
}

TEST(CaseWatch, ParametersInResults) {
    EXPECT_EQ(verdicts(heading + run_line("A.a") +
                           "[  FAILED  ] A.a, where TypeParam = int and GetParam() = two\nlines (0 ms)\n" +
                           run_line("A.b") + "[       OK ] A.b\n" + footer,
                       exited(1)),
              "A.a failed, A.b passed");
}

TEST(CaseWatch, LinesOfOthersBeginNothing) {
    // A name that only begins like one, an unknown one, one that was had, and results of nobody under way.
    EXPECT_EQ(verdicts(heading + run_line("A.a") + ok("A.a") + run_line("A.bc") + ok("A.bc") + run_line("A.b") +
                           ok("A.bc") + ok("B.a") + "[       OK ] A.b/1 (0 ms)\n" + failed("A.b") + footer,
                       exited(1)),
              "A.a passed, A.b failed");
}

TEST(CaseWatch, TheLastResultCounts) {
    EXPECT_EQ(
        verdicts(heading + run_line("A.a") + ok("A.a") + "x\n" + failed("A.a") + run_line("A.b") + ok("A.b") + footer,
                 exited(1)),
        "A.a failed, A.b passed");
    EXPECT_EQ(verdicts(heading + run_line("A.a") + ok("A.a") + footer + failed("A.a") + footer, exited(1)),
              "A.a failed");
    EXPECT_EQ(verdicts(heading + run_line("A.a") + ok("A.a"), signalled(SIGABRT)),
              "A.a crashed: signal 6 (Aborted), after its result");
}

TEST(CaseWatch, AnImitatedRunBeginsNothing) {
    const auto imitation = run_line("A.a") + failed("A.a") + run_line("A.b") + failed("A.b") + run_line("B.a");
    for (const auto& before : {std::string(), heading}) {
        for (const auto& after : {std::string(), footer}) {
            EXPECT_EQ(verdicts(heading + run_line("A.a") + before + imitation + after + ok("A.a") + run_line("A.b") +
                                   ok("A.b") + footer,
                               exited(0)),
                      "A.a passed, A.b passed");
        }
    }
    // One that only has a heading.
    EXPECT_EQ(verdicts(heading + run_line("A.a") + heading + run_line("A.b") + ok("A.b") + ok("A.a") + run_line("A.b") +
                           ok("A.b") + footer,
                       exited(0)),
              "A.a passed, A.b passed");
}

TEST(CaseWatch, ARunInTheSetUpOfASuiteBeginsNothing) {
    EXPECT_EQ(verdicts(heading + suite("A") + heading + run_line("A.a") + failed("A.a") + footer + run_line("A.a") +
                           ok("A.a") + heading + run_line("A.b") + failed("A.b") + footer + run_line("A.b") +
                           ok("A.b") + footer,
                       exited(0)),
              "A.a passed, A.b passed");
}

TEST(CaseWatch, ImitatedResultsAndBeginningsOfOthersAreFoundOut) {
    const auto imitation = ok("A.a") + run_line("A.b") + ok("A.b");
    const auto result = told(heading + run_line("A.a") + imitation + failed("A.a") + run_line("A.b") + failed("A.b") +
                                 run_line("B.a") + ok("B.a") + footer,
                             exited(1));
    EXPECT_EQ(result.verdicts, "B.a passed");
    EXPECT_EQ(result.outcome.doubtful, (std::vector<std::size_t>{0, 1}));
    EXPECT_EQ(result.results[0].verdict, Verdict::not_run);
    EXPECT_EQ(result.results[0].detail, "lines of other cases were printed, so it has to run alone");
    // Nor can it be told who is to blame then.
    const auto crashed =
        told(heading + run_line("A.a") + ok("A.a") + run_line("A.b") + failed("A.a"), signalled(SIGSEGV));
    EXPECT_EQ(crashed.verdicts, "");
    EXPECT_EQ(crashed.outcome.doubtful, (std::vector<std::size_t>{0, 1}));
    EXPECT_GT(crashed.results[1].end, crashed.results[1].begin) << "of the one that was under way";
}

TEST(CaseWatch, TheListOfFailuresIsNone) {
    EXPECT_EQ(verdicts(heading + run_line("A.a") + failed("A.a") + run_line("A.b") + ok("A.b") + footer +
                           "[  FAILED  ] 1 test, listed below:\n[  FAILED  ] A.a\n[  FAILED  ] A.a, where X = 1\n",
                       exited(1)),
              "A.a failed, A.b passed");
}

TEST(CaseWatch, NobodyIsBlamedForOneThatWasNotAskedFor) {
    const auto begun = heading + run_line("A.a") + ok("A.a") + run_line("A?x");
    EXPECT_EQ(verdicts(begun, signalled(SIGSEGV)), "A.a passed");
    EXPECT_EQ(verdicts(begun + failed("A?x") + footer, exited(1)), "A.a passed");
    EXPECT_EQ(verdicts(begun + ok("A?x") + footer, exited(1)), "A.a exited: exit status 1, after the last case");
}

TEST(CaseWatch, WhereNoneBegins) {
    EXPECT_EQ(told("garbage\n", exited(2)).outcome.reason, "exit status 2 before its first case");
    EXPECT_EQ(told("", signalled(SIGSEGV)).outcome.reason, "signal 11 (Segmentation fault) before its first case");
    EXPECT_EQ(told("[==========] Running 0 tests from 0 test suites.\n" + footer, exited(0)).outcome.reason,
              "the program has no case of that name");
    EXPECT_EQ(told("", interrupted(SIGTERM)).outcome.reason, "interrupted by signal 15");
    auto end = exited(0);
    end.timed_out = true;
    EXPECT_EQ(told("", end).outcome.reason, "no case had begun when the longest time-out of its cases was over");
    const auto set_up = told(heading + suite("B"), signalled(SIGSEGV));
    EXPECT_EQ(set_up.outcome.suite, "B");
    EXPECT_EQ(set_up.verdicts, "");
}

TEST(CaseWatch, SkippedForASetUpThatFailed) {
    const std::string none = "x.cpp:1: Skipped\n\n";
    const auto a = run_line("A.a") + none + skipped("A.a") + run_line("A.b") + none + skipped("A.b");
    const auto list = footer + "[  FAILED  ] A: SetUpTestSuite or TearDownTestSuite\n";
    EXPECT_EQ(verdicts(heading + a + run_line("B.a") + ok("B.a") + list, exited(1)),
              "A.a not_run: the set-up of its suite failed, A.b not_run: the set-up of its suite failed, B.a passed");
    EXPECT_EQ(verdicts(heading + a + list, exited(1)),
              "A.a not_run: the set-up of its suite failed, A.b not_run: the set-up of its suite failed");
    EXPECT_EQ(verdicts(heading + run_line("A.a") + ok("A.a") + run_line("A.b") + ok("A.b") + run_line("B.a") +
                           ok("B.a") + list,
                       exited(1)),
              "A.a passed, A.b failed: the set-up or tear-down of its suite failed, B.a passed");
    EXPECT_EQ(verdicts(heading + run_line("A.a") + failed("A.a") + list, exited(1)), "A.a failed");
    EXPECT_EQ(verdicts(heading + a + footer, exited(1)),
              "A.a not_run: the program's global set-up failed, A.b not_run: the program's global set-up failed");
    EXPECT_EQ(verdicts(heading + a + footer, exited(0)), "A.a skipped, A.b skipped");
    EXPECT_EQ(verdicts(heading + a + run_line("B.a") + ok("B.a") + footer, exited(3)),
              "A.a skipped, A.b skipped, B.a exited: exit status 3, after the last case");
}

TEST(CaseWatch, SkippedBeforeAnyBegins) {
    const auto detail = ": skipped by the program's global set-up";
    EXPECT_EQ(verdicts(heading + "reason\n" + footer, exited(0)), std::string("A.a skipped") + detail +
                                                                      ", A.b skipped" + detail + ", B.a skipped" +
                                                                      detail + ", B.b skipped" + detail);
    EXPECT_EQ(verdicts(heading + footer, exited(1)), "");
    EXPECT_EQ(verdicts(heading, exited(0)), "");
    EXPECT_EQ(verdicts("[==========] Running 3 tests from 2 test suites.\n" + footer, exited(0)), "");
}

TEST(CaseWatch, ALineMayBeOfAnyLength) {
    const std::string text(3 * Lines::longest + 17, '[');
    EXPECT_EQ(tell(heading + run_line("A.a") + text + ok("A.a") + run_line("A.b") + text + "\n" + ok("A.b") + footer,
                   exited(0), 0, 1000)
                  .verdicts,
              "A.a passed, A.b passed");
    EXPECT_EQ(tell(heading + run_line("A.a") + text + ok("A.a") + footer, exited(0), 0).verdicts, "A.a passed");
    // What is kept of it holds a mark that is only beginning to come.
    const std::string nearly(2 * Lines::longest - 5, 'x');
    EXPECT_EQ(tell(run_line("A.a") + nearly + ok("A.a") + footer, exited(0), 0, 1).verdicts, "A.a passed");
}

TEST(CaseWatch, Clocks) {
    auto batch = batch_of_four(nanoseconds(seconds(10)).count());
    batch.cases[1].timeout_ns = 0;
    batch.cases[2].timeout_ns = nanoseconds(seconds(20)).count();
    CaseWatch watch(batch, {0, 2}, 0, start);
    EXPECT_EQ(watch.deadline(), start + seconds(20)) << "the longest before the first";
    watch.take(run_line("A.a"), start + seconds(3));
    EXPECT_EQ(watch.deadline(), start + seconds(13));
    watch.take("text\n", start + seconds(4));
    EXPECT_EQ(watch.deadline(), start + seconds(13));
    watch.take(ok("A.a"), start + seconds(5));
    EXPECT_EQ(watch.deadline(), start + seconds(15)) << "as long again after its result";
    watch.take(run_line("B.a"), start + seconds(6));
    EXPECT_EQ(watch.deadline(), start + seconds(26));
    watch.stop_listening();
    EXPECT_FALSE(watch.deadline());
    watch.take(ok("B.a"), start + seconds(27));
    auto end = signalled(SIGTERM);
    end.timed_out = true;
    static_cast<void>(watch.finish(end, start + seconds(28)));
    const auto results = watch.take_results();
    ASSERT_EQ(results.size(), 2U);
    EXPECT_EQ(results[1].verdict, Verdict::timed_out) << "a result that comes too late";
    EXPECT_EQ(results[1].detail, "time-out of 20 s");
    EXPECT_EQ(results[1].seconds, 22);
    EXPECT_FALSE(CaseWatch(batch, {0, 1}, 0, start).deadline()) << "one of them has none";
}

TEST(CaseWatch, Seconds) {
    const auto batch = batch_of_four();
    CaseWatch watch(batch, {0, 1, 2}, 0, start);
    watch.take(run_line("A.a"), start);
    watch.take("[       OK ] A.a (7 ms)\n", start + milliseconds(100));
    watch.take(run_line("A.b"), start + milliseconds(100));
    watch.take("[       OK ] A.b\n", start + milliseconds(350));
    watch.take(run_line("B.a") + "[       OK ] B.a (30 ms)\n" + footer, start + milliseconds(400));
    static_cast<void>(watch.finish(exited(0), start + milliseconds(500)));
    const auto results = watch.take_results();
    ASSERT_EQ(results.size(), 3U);
    EXPECT_DOUBLE_EQ(results[0].seconds, 0.008) << "it came late: not more than GoogleTest counted";
    EXPECT_DOUBLE_EQ(results[1].seconds, 0.25);
    EXPECT_DOUBLE_EQ(results[2].seconds, 0.03) << "it came at once: not less";
}

TEST(CaseWatch, AResultIsToldWhenTheNextBegins) {
    const auto batch = batch_of_four();
    CaseWatch watch(batch, {0, 1}, 0, start);
    watch.take(run_line("A.a") + ok("A.a"), start);
    EXPECT_TRUE(watch.take_results().empty());
    watch.take(run_line("A.b"), start);
    EXPECT_EQ(watch.take_results().size(), 1U);
}

}  // namespace
}  // namespace lockstep::launcher
