#include "launcher/retry.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "launcher/context.hpp"

namespace lockstep::launcher {
namespace {

using runtime::LaunchKind;
using runtime::Milliseconds;
using runtime::RetryRule;

Outcome exited(int status, std::string pattern = "") {
    return {status << 8, false, std::move(pattern)};
}
Outcome signalled(int signal) {
    return {signal, false, ""};
}
const Outcome timed_out{0, true, ""};

LaunchKind plain, will_fail, skipping, judged;
RetryRule any, exits, output;

class Retry : public testing::Test {
protected:
    static void SetUpTestSuite() {
        will_fail.will_fail = true;
        skipping.skip_status = 77;
        judged.judged_by_output = true;
        exits.on_exit = {75, 77, 0};
        output.on_output = {"busy"};
    }
};

TEST_F(Retry, FailuresAreThoseOfCTest) {
    EXPECT_FALSE(has_failed(plain, exited(0)));
    EXPECT_TRUE(has_failed(plain, exited(1)));
    EXPECT_TRUE(has_failed(plain, signalled(11)));
    EXPECT_TRUE(has_failed(plain, timed_out));
    EXPECT_TRUE(has_failed(will_fail, exited(0)));
    EXPECT_FALSE(has_failed(will_fail, exited(1)));
    EXPECT_TRUE(has_failed(will_fail, signalled(11)));
    EXPECT_TRUE(has_failed(will_fail, timed_out));
    EXPECT_FALSE(has_failed(skipping, exited(77)));
    EXPECT_TRUE(has_failed(skipping, exited(78)));
}

TEST_F(Retry, RulesWantWhatTheySay) {
    EXPECT_EQ(reason_to_retry(any, plain, exited(1)), "exit status 1");
    EXPECT_EQ(reason_to_retry(any, plain, signalled(9)), "signal 9 (Killed)");
    EXPECT_EQ(reason_to_retry(any, plain, timed_out), "its time-out");
    EXPECT_EQ(reason_to_retry(any, plain, exited(0, "busy")), "");
    EXPECT_EQ(reason_to_retry(any, will_fail, exited(0)), "exit status 0");
    EXPECT_EQ(reason_to_retry(any, will_fail, exited(1)), "");
    EXPECT_EQ(reason_to_retry(any, skipping, exited(77)), "");

    EXPECT_EQ(reason_to_retry(exits, plain, exited(75)), "exit status 75");
    EXPECT_EQ(reason_to_retry(exits, plain, exited(74)), "");
    EXPECT_EQ(reason_to_retry(exits, plain, exited(0)), "");
    EXPECT_EQ(reason_to_retry(exits, plain, signalled(75)), "");
    EXPECT_EQ(reason_to_retry(exits, plain, timed_out), "");
    EXPECT_EQ(reason_to_retry(exits, will_fail, exited(0)), "exit status 0");
    EXPECT_EQ(reason_to_retry(exits, will_fail, exited(75)), "");
    EXPECT_EQ(reason_to_retry(exits, skipping, exited(77)), "");

    EXPECT_EQ(reason_to_retry(output, plain, exited(1, "busy")), "'busy' in its output");
    EXPECT_EQ(reason_to_retry(output, plain, exited(1)), "");
    EXPECT_EQ(reason_to_retry(output, plain, exited(0, "busy")), "");
    EXPECT_EQ(reason_to_retry(output, plain, {0, true, "busy"}), "'busy' in its output");
    EXPECT_EQ(reason_to_retry(output, judged, exited(0, "busy")), "'busy' in its output");
    EXPECT_EQ(reason_to_retry(exits, judged, exited(0)), "exit status 0");
    EXPECT_EQ(reason_to_retry(any, judged, exited(0)), "");
}

TEST_F(Retry, PausesDoubleUpToTheLongest) {
    RetryRule rule;
    rule.backoff = Milliseconds(100);
    rule.max_backoff = Milliseconds(450);
    EXPECT_EQ(pause_after(rule, 1, 1), Milliseconds(100));
    EXPECT_EQ(pause_after(rule, 2, 1), Milliseconds(200));
    EXPECT_EQ(pause_after(rule, 3, 1), Milliseconds(400));
    EXPECT_EQ(pause_after(rule, 4, 1), Milliseconds(450));
    EXPECT_EQ(pause_after(rule, 4, 0.5), Milliseconds(225));
    EXPECT_EQ(pause_after(rule, std::numeric_limits<int>::max(), 0), Milliseconds(0));
    EXPECT_EQ(pause_after(rule, std::numeric_limits<int>::max(), 1), Milliseconds(450));
    rule.backoff = Milliseconds(1000);
    EXPECT_EQ(pause_after(rule, 1, 1), Milliseconds(450));
    rule.backoff = Milliseconds(0);
    EXPECT_EQ(pause_after(rule, std::numeric_limits<int>::max(), 1), Milliseconds(0));
}

TEST_F(Retry, WhatTheLauncherCannotDoIsAFailureToCTest) {
    EXPECT_EQ(failure_status(plain, 127), 127);
    EXPECT_EQ(failure_status(will_fail, 127), 0);
    EXPECT_EQ(failure_status(skipping, 77), 78);
}

}  // namespace
}  // namespace lockstep::launcher
