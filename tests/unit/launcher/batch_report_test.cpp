#include "launcher/batch_report.hpp"

#include <gtest/gtest.h>

namespace lockstep::launcher {
namespace {

struct Fixture {
    explicit Fixture(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            const auto name = "case." + std::to_string(i);
            batch.cases.push_back({name, name, 0});
            results.push_back({i, Verdict::passed, 0.001 * static_cast<double>(i), "", i * 10, i * 10 + 10});
        }
    }
    std::string text() {
        BatchReport report{batch, results, verified, kept, 1.25, 2, {}};
        report.read = [this](std::uint64_t begin, std::uint64_t end) { return printed.substr(begin, end - begin); };
        return text_of(report);
    }
    runtime::Batch batch;
    std::vector<CaseResult> results;
    std::vector<Verified> verified;
    std::string printed = std::string(4'000'000, 'x'), kept = "/s/b.out";
};

std::size_t count_of(const std::string& text, const std::string& what) {
    std::size_t count = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
    return count;
}

TEST(BatchReport, AllPassed) {
    Fixture fixture(3);
    EXPECT_EQ(fixture.text(),
              "lockstep-exec: 3 cases passed\n"
              "lockstep-exec: 1.250 s in 2 processes; slowest: case.2 0.002 s, case.1 0.001 s, case.0 0.000 s\n"
              "lockstep-exec: the whole output is in /s/b.out\n");
}

TEST(BatchReport, FailuresComeFirst) {
    Fixture fixture(4);
    fixture.results[1].verdict = Verdict::crashed;
    fixture.results[1].detail = "signal 6 (Aborted)";
    fixture.results[2].verdict = Verdict::skipped;
    fixture.results[2].detail = "no\ndatabase";
    fixture.results[3].verdict = Verdict::failed;
    fixture.printed.replace(10, 10, "crashed\nx\n");
    fixture.printed.replace(30, 10, "failed at.");
    fixture.kept = "";
    EXPECT_EQ(fixture.text(),
              "lockstep-exec: 2 of 4 cases failed: case.1 (crashed: signal 6 (Aborted)), case.3\n"
              "lockstep-exec: 1 case skipped: case.2 (no database)\n"
              "---- case.1 (crashed: signal 6 (Aborted)), 0.001 s\ncrashed\nx\n"
              "---- case.3, 0.003 s\nfailed at.\n"
              "lockstep-exec: 1.250 s in 2 processes; slowest: case.3 0.003 s, case.2 0.002 s, case.1 0.001 s\n");
}

TEST(BatchReport, ALongListIsCut) {
    Fixture fixture(1000);
    for (auto& result : fixture.results) result.verdict = Verdict::failed;
    const auto text = fixture.text();
    EXPECT_EQ(text.find("lockstep-exec: 1000 of 1000 cases failed: case.0, "), 0U);
    EXPECT_LT(text.find('\n'), 600U);
    EXPECT_NE(text.substr(0, text.find('\n')).find(" more"), std::string::npos);
}

TEST(BatchReport, MuchOutputIsCut) {
    Fixture fixture(100);
    for (auto& result : fixture.results) {
        result.verdict = Verdict::failed;
        result.begin = result.position * 40'000;
        result.end = result.begin + 40'000;
    }
    fixture.printed.replace(0, 5, "begin");
    fixture.printed.replace(39'998, 2, "\n.");
    const auto text = fixture.text();
    EXPECT_LT(text.size(), 300U * 1024);
    EXPECT_NE(text.find("s\nbeginxxxx"), std::string::npos);
    EXPECT_NE(text.find("x\n…  7232 bytes are left out here\nxxx"), std::string::npos);
    EXPECT_NE(text.find("xx\n.\n---- case.1"), std::string::npos);
    EXPECT_EQ(count_of(text, "\n---- case."), 6U);
    EXPECT_NE(text.find("\n---- 94 cases more have an output not shown here\n"), std::string::npos);
}

TEST(BatchReport, OneOutputOfManyIsShownOnce) {
    Fixture fixture(3);
    for (auto& result : fixture.results) {
        result.verdict = Verdict::not_run;
        result.detail = "exit status 2 before its first case";
        result.begin = 0;
        result.end = 10;
    }
    fixture.printed.replace(0, 10, "bad flag\n\n");
    const auto text = fixture.text();
    EXPECT_EQ(count_of(text, "bad flag"), 1U);
    EXPECT_EQ(count_of(text, "---- "), 2U);
    EXPECT_NE(text.find("\n---- 2 cases more have an output shown above\n"), std::string::npos);
    EXPECT_EQ(text.find("lockstep-exec: 3 of 3 cases failed: case.0 (not run: exit status 2 before its first case), "),
              0U);
    EXPECT_EQ(text.find("slowest"), std::string::npos);
}

TEST(BatchReport, WhatWasVerified) {
    Fixture fixture(3);
    fixture.results[2].verdict = Verdict::failed;
    fixture.verified = {{2, true, {0, 1}, ""}, {1, false, {}, ""}, {0, true, {}, "it passed with all others too"}};
    const auto text = fixture.text();
    EXPECT_NE(
        text.find("lockstep-exec: case.2 depends on the order: it passes alone, and fails after case.0, case.1\n"
                  "lockstep-exec: case.1 fails alone too\n"
                  "lockstep-exec: case.0 depends on the order: it passes alone (it passed with all others too)\n"),
        std::string::npos)
        << text;
}

}  // namespace
}  // namespace lockstep::launcher
