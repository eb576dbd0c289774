// Logs that break each rule, logs that leave it open, and the log next to them that shows it hold.
#include "validation/judge.hpp"

#include <gtest/gtest.h>

#include "story.hpp"

namespace lockstep::validation::testing {
namespace {

using std::string;
using enum Rule;

/// Everything but the rules named holds.
void expect_others_hold(const std::vector<Finding>& findings, std::initializer_list<Rule> but) {
    for (const auto& finding : findings) {
        if (std::ranges::find(but, finding.rule) != but.end()) continue;
        EXPECT_EQ(finding.verdict, Verdict::yes) << name_of(finding.rule) << ": " << finding.text;
    }
}

void expect_broken(const Parts& parts, Rule rule, const string& text) {
    const auto story = story_of(parts);
    EXPECT_EQ(story.finding(rule), (Finding{rule, Verdict::no, text}));
    expect_others_hold(story.findings(), {rule});
}

void expect_unproved(const Parts& parts, Rule rule, const string& text) {
    const auto story = story_of(parts);
    EXPECT_EQ(story.finding(rule), (Finding{rule, Verdict::unproved, text}));
    expect_others_hold(story.findings(), {rule});
}

TEST(JudgeGuards, AllHold) {
    const std::vector<Finding> expected{
        {tests, Verdict::yes, "31 tests ran once each and passed"},
        {parallel, Verdict::yes, "3 tests at once"},
        {workers, Verdict::yes, "3 tests at once, each with an id of its own"},
        {temp_directories, Verdict::yes, "each test had one of its own, empty when it began"},
        {locks, Verdict::yes, "one test at a time, while others could begin"},
        {pools, Verdict::yes, "2 slots, no more in use, each with one test"},
        {max_parallel, Verdict::yes, "2 tests at once, no more, while others could begin"},
        {alone, Verdict::yes, "nothing began beside it, and others waited"},
        {phases, Verdict::yes, "nothing of a phase began before the one before had ended"}};
    EXPECT_EQ(story_of({}).findings(), expected);
}

TEST(JudgeGuards, OneAtATimeProvesNothing) {
    Story story;
    for (const auto& test : story.suite().tests) story.start({test.name}).pass(lonely_time).end({test.name});
    const std::vector<Finding> expected{{tests, Verdict::yes, "31 tests ran once each and passed"},
                                        {parallel, Verdict::unproved, "at most 1 of 3 tests ran at once"},
                                        {workers, Verdict::unproved, "no two tests ran at the same time"},
                                        {temp_directories, Verdict::unproved, "no two tests ran at the same time"},
                                        {locks, Verdict::unproved, "no two tests ran at the same time"},
                                        {pools, Verdict::unproved, "no two tests ran at the same time"},
                                        {max_parallel, Verdict::unproved, "no two tests ran at the same time"},
                                        {alone, Verdict::unproved, "no two tests ran at the same time"},
                                        {phases, Verdict::unproved, "no two tests ran at the same time"}};
    EXPECT_EQ(story.findings(), expected);
}

TEST(JudgeGuards, NothingRan) {
    for (const auto& finding : Story().findings({.status = 8, .timed_out = false, .failed = {}})) {
        EXPECT_EQ(finding.verdict, finding.rule == tests ? Verdict::no : Verdict::unproved);
        EXPECT_EQ(finding.text, "no test ran: ctest ended with status 8");
    }
}

TEST(JudgeGuards, Tests) {
    const auto told = [](const Story& story, const Ending& ending = {}) {
        const auto finding = story.finding(tests, ending);
        EXPECT_EQ(finding.verdict, Verdict::no);
        return finding.text;
    };
    EXPECT_EQ(told(story_of({}), {.status = 8, .timed_out = false, .failed = {}}),
              "all ran, but ctest ended with status 8");
    EXPECT_EQ(told(story_of({}), {.status = 143, .timed_out = true, .failed = {}}),
              "all ran, but ctest did not end in time");
    EXPECT_EQ(told(story_of({}).unreadable_line()), "1 lines of their log cannot be read");
    EXPECT_EQ(told(story_of({}).run({"outsider.1"})), "outsider.1 began twice");
    EXPECT_EQ(told(story_of({}).run({"other.1"})), "'other.1' is in the log and not in the suite");
    EXPECT_EQ(told(story_of({}).end({"outsider.1"})), "outsider.1 ended and had not begun");
    EXPECT_EQ(told(story_of({.alone = [](Story& story) { story.run({"beside.1"}); }})),
              "alone.1 never began; ctest ended with status 0");
    EXPECT_EQ(told(story_of({.rest = [](Story& story) { story.start({"outsider.5"}); }})),
              "outsider.5 began and never ended; ctest ended with status 0");
}

TEST(JudgeGuards, Parallel) {
    const auto all_ids = [](Event& event) { event.allocation.workers = {"9"}; };
    expect_broken({.rest =
                       [&](Story& story) {
                           story.start({"outsider.5", "outsider.6", "outsider.7", "outsider.8"}).change(all_ids);
                           story.end({"outsider.5", "outsider.6", "outsider.7", "outsider.8"});
                           story.run({"outsider.9", "outsider.10", "outsider.11", "outsider.12"});
                       }},
                  parallel, "4 tests ran at once under -j3");
    Story two;
    two.start({"crowd.1", "crowd.2"}).end({"crowd.1", "crowd.2"});
    EXPECT_EQ(two.finding(parallel), (Finding{parallel, Verdict::unproved, "at most 2 of 3 tests ran at once"}));
}

TEST(JudgeGuards, Workers) {
    const auto with = [](std::vector<string> ids) {
        return Parts{.rest = [ids](Story& story) {
            story.start({"outsider.5", "outsider.6"}).change([&](Event& event) { event.allocation.workers = ids; });
            story.end({"outsider.5", "outsider.6"});
            for (int number = 7; number <= 12; ++number) story.run({"outsider." + std::to_string(number)});
        }};
    };
    expect_broken(with({"0"}), workers, "outsider.5 and outsider.6 had id 0 at the same time");
    expect_broken(with({}), workers, "outsider.6 was given no id");
    expect_broken(with({"1", "2"}), workers, "outsider.6 was given 2 ids");
    // The ids are free again when a test has ended.
    expect_others_hold(story_of(with({"7"})).findings(), {});
}

TEST(JudgeGuards, TempDirectories) {
    const auto with = [](const std::function<void(Event&)>& how) {
        return Parts{.rest = [how](Story& story) {
            story.start({"outsider.5"}).change(how).end({"outsider.5"});
            for (int number = 6; number <= 12; ++number) story.run({"outsider." + std::to_string(number)});
        }};
    };
    expect_broken(with([](Event& event) { event.allocation.temp = ""; }), temp_directories,
                  "outsider.5 was given none");
    expect_broken(with([](Event& event) { event.allocation.temp_for_all = false; }), temp_directories,
                  "TMPDIR, TMP or TEMP of outsider.5 names another one");
    expect_broken(with([](Event& event) { event.allocation.found = -1; }), temp_directories,
                  "that of outsider.5 was not there");
    expect_broken(with([](Event& event) { event.allocation.found = 1; }), temp_directories,
                  "that of outsider.5 was not empty when it began");
    expect_broken(with([](Event& event) { event.allocation.temp = "/t/crowd.1"; }), temp_directories,
                  "crowd.1 and outsider.5 had the same one");
    expect_broken({.rest =
                       [](Story& story) {
                           play_rest(story);
                           story.change([](Event& event) { event.foreign = 1; });
                       }},
                  temp_directories, "what outsider.12 left in its directory did not stay alone");
}

TEST(JudgeGuards, Locks) {
    expect_broken({.locks =
                       [](Story& story) {
                           story.start({"lock.1", "lock.2"}).end({"lock.1", "lock.2"}).run({"lock.3"});
                           story.end({"outsider.1"}).start({"outsider.2"});
                       }},
                  locks, "lock.2 began while lock.1 held the lock");
    constexpr auto open = "no other test began while one held the lock and one waited for it";
    expect_unproved({.locks =
                         [](Story& story) {
                             story.run({"lock.1", "lock.2", "lock.3"}).end({"outsider.1"}).start({"outsider.2"});
                         }},
                    locks, open);
    // Nobody waits for it when the outsider begins.
    expect_unproved(
        {.locks =
             [](Story& story) {
                 story.run({"lock.1", "lock.2"}).start({"lock.3"}).end({"outsider.1"}).start({"outsider.2"});
                 story.end({"lock.3"});
             }},
        locks, open);
}

TEST(JudgeGuards, Pools) {
    const auto free_slot = [](Event& event) { event.allocation.slots = {"8"}; };
    expect_broken({.pools =
                       [&](Story& story) {
                           story.end({"outsider.2"}).start({"pool.1", "pool.2", "pool.3"}).change(free_slot);
                           story.end({"pool.1", "pool.2", "pool.3"}).start({"outsider.3"}).run({"pair.1"});
                       }},
                  pools, "3 slots were in use, there are 2");
    const auto with = [](std::vector<string> slots) {
        return Parts{.pools = [slots](Story& story) {
            story.start({"pool.1", "pool.2"}).change([&](Event& event) { event.allocation.slots = slots; });
            story.end({"outsider.2"}).start({"outsider.3"}).end({"pool.1", "pool.2"}).run({"pool.3", "pair.1"});
        }};
    };
    expect_broken(with({"0"}), pools, "pool.1 and pool.2 had slot 0 at the same time");
    expect_broken(with({}), pools, "pool.2 was given 0 of the 1 slots that it takes");
    expect_broken({.rest =
                       [](Story& story) {
                           story.start({"outsider.5"}).change([](Event& event) { event.allocation.slots = {"0"}; });
                           story.end({"outsider.5"});
                           for (int number = 6; number <= 12; ++number)
                               story.run({"outsider." + std::to_string(number)});
                       }},
                  pools, "outsider.5 was given 1 of the 0 slots that it takes");
    expect_broken({.pools =
                       [](Story& story) {
                           story.start({"pool.1", "pool.2"}).end({"outsider.2"}).start({"outsider.3"});
                           story.end({"pool.1", "pool.2"}).run({"pool.3"}).start({"pair.1"});
                           story.change([](Event& event) { event.allocation.slots = {"1", "1"}; }).end({"pair.1"});
                       }},
                  pools, "pair.1 was given slot 1 twice");
    expect_unproved({.pools =
                         [](Story& story) {
                             story.start({"pool.1"}).end({"outsider.2"}).start({"outsider.3"}).end({"pool.1"});
                             story.run({"pool.2", "pool.3", "pair.1"});
                         }},
                    pools, "no other test began while the pool was in use and a test waited for a slot");
}

TEST(JudgeGuards, MaxParallel) {
    expect_broken({.limits =
                       [](Story& story) {
                           story.end({"outsider.3"}).start({"limit.1", "limit.2", "limit.3"});
                           story.end({"limit.1", "limit.2", "limit.3"}).start({"outsider.4"}).run({"limit.4"});
                       }},
                  max_parallel, "3 tests ran at once, 2 may");
    expect_unproved({.limits =
                         [](Story& story) {
                             story.start({"limit.1"}).end({"outsider.3"}).start({"outsider.4"}).end({"limit.1"});
                             story.run({"limit.2", "limit.3", "limit.4"});
                         }},
                    max_parallel, "no other test began while 2 ran and one waited");
}

TEST(JudgeGuards, Alone) {
    expect_broken({.alone =
                       [](Story& story) {
                           story.run({"beside.1"}).start({"alone.1"}).pass(lonely_time).end({"alone.1"});
                           story.end({"outsider.4"}).run({"alone.2"});
                       }},
                  alone, "alone.1 began while outsider.4 ran");
    expect_broken({.alone =
                       [](Story& story) {
                           story.run({"beside.1"}).end({"outsider.4"}).start({"alone.1"}).pass(lonely_time);
                           story.start({"outsider.5"}).end({"outsider.5", "alone.1"}).run({"alone.2"});
                       },
                   .rest =
                       [](Story& story) {
                           for (int number = 6; number <= 12; ++number)
                               story.run({"outsider." + std::to_string(number)});
                       }},
                  alone, "outsider.5 began while alone.1 ran");
    constexpr auto open = "no other test was left to begin beside it";
    // Too short for anything to begin beside it.
    expect_unproved({.alone =
                         [](Story& story) {
                             story.run({"beside.1"}).end({"outsider.4"}).run({"alone.1", "alone.2"});
                         }},
                    alone, open);
    // Nothing was left that could.
    expect_unproved({.alone =
                         [](Story& story) {
                             story.end({"outsider.4"});
                             play_rest(story);
                             story.run({"beside.1"}).start({"alone.1"}).pass(lonely_time).end({"alone.1"});
                             story.start({"alone.2"}).pass(lonely_time).end({"alone.2"});
                         },
                     .rest = [](Story&) {}},
                    alone, open);
}

TEST(JudgeGuards, Phases) {
    expect_broken({.crowd =
                       [](Story& story) {
                           story.start({"crowd.1", "crowd.2", "crowd.3"}).end({"crowd.1", "crowd.2"}).run({"crowd.4"});
                           story.start({"outsider.1"}).end({"crowd.3"});
                       },
                   .locks =
                       [](Story& story) {
                           play_locks(story);
                           story.run({"crowd.5"});
                       }},
                  phases, "lock.1 began before crowd.5 of an earlier phase had ended");
}

TEST(JudgeGuards, PhasesThatNothingPushedAgainst) {
    // Outsiders begin between the phases only.
    Story story;
    story.start({"crowd.1", "crowd.2", "crowd.3"}).end({"crowd.1", "crowd.2", "crowd.3"}).run({"crowd.4", "crowd.5"});
    story.run({"outsider.1", "lock.1", "lock.2", "lock.3", "outsider.2"}).start({"pool.1", "pool.2"});
    story.end({"pool.1", "pool.2"}).run({"pool.3", "pair.1", "limit.1", "limit.2", "limit.3", "limit.4", "beside.1"});
    EXPECT_EQ(story.finding(phases),
              (Finding{phases, Verdict::unproved, "no other test began while a phase ran and a later one waited"}));
}

Log gate_log(std::initializer_list<string> names) {
    return Story(gate_suite(3)).run(names).log();
}

TEST(JudgeGate, All) {
    const auto judged = [](const Log& log, std::vector<string> failed) {
        return judge_gate(log, {.status = 8, .timed_out = false, .failed = std::move(failed)});
    };
    const auto finding = [](Verdict verdict, string text) { return Finding{gates, verdict, std::move(text)}; };
    EXPECT_EQ(judged(gate_log({"failing.1"}), {"failing.1", "checkpoint.failing", "kept.1"}),
              finding(Verdict::yes, "nothing of a phase began after the one before had failed"));
    EXPECT_EQ(judged(gate_log({"failing.1", "kept.1"}), {"failing.1", "checkpoint.failing"}),
              finding(Verdict::no, "kept.1 began, though failing.1 had failed"));
    EXPECT_EQ(judged(gate_log({"failing.1"}), {"kept.1"}),
              finding(Verdict::unproved, "failing.1 did not fail; ctest ended with status 8"));
    EXPECT_EQ(judged(Story(gate_suite(3)).start({"failing.1"}).log(), {"failing.1", "kept.1"}),
              finding(Verdict::unproved, "failing.1 did not fail; ctest ended with status 8"));
    EXPECT_EQ(judged(gate_log({"failing.1"}), {"failing.1"}),
              finding(Verdict::unproved, "ctest does not say that it left kept.1 out; ctest ended with status 8"));
    EXPECT_EQ(judged({}, {}), finding(Verdict::unproved, "no test ran: ctest ended with status 8"));
}

TEST(JudgeServices, All) {
    const auto suite = service_suite(3);
    const auto log = Story(suite).run({"served.1", "served.2", "served.3"}).log();
    const Ending good{.status = 0, .timed_out = false, .failed = {}};
    const auto failed = [](std::vector<string> names) {
        return Ending{.status = 8, .timed_out = false, .failed = std::move(names)};
    };
    const auto finding = [](Verdict verdict, string text) { return Finding{Rule::services, verdict, std::move(text)}; };
    EXPECT_EQ(judge_services(suite, log, good, 4711, false),
              finding(Verdict::yes, "a server answered each of 3 tests, and was gone after them"));
    EXPECT_EQ(judge_services(suite, log, good, 4711, true),
              finding(Verdict::no, "the server still answers on port 4711 after the run"));
    EXPECT_EQ(judge_services(suite, log, failed({"served.2"}), 4711, false),
              finding(Verdict::no, "served.2 did not get its answer; ctest ended with status 8"));
    EXPECT_EQ(judge_services(suite, log, failed({"served.1"}), 0, false),
              finding(Verdict::no, "the server was not started; ctest ended with status 8"));
    EXPECT_EQ(judge_services(suite, Story(suite).run({"served.1"}).log(), good, 4711, false),
              finding(Verdict::unproved, "served.2 did not run; ctest ended with status 0"));
    EXPECT_EQ(judge_services(suite, {}, failed({}), 0, false),
              finding(Verdict::unproved, "no test ran: ctest ended with status 8"));
}

TEST(MayEnd, WhenNothingIsLeftToWaitFor) {
    Story story;
    story.start({"crowd.1", "crowd.2"});
    EXPECT_FALSE(story.may_end("crowd.1"));
    story.start({"crowd.3"});
    EXPECT_TRUE(story.may_end("crowd.1"));
    story.end({"crowd.1", "crowd.2", "crowd.3"}).run({"crowd.4", "crowd.5"}).start({"outsider.1"});
    EXPECT_FALSE(story.may_end("outsider.1"));  // nobody needs another one, and there are tests to come
    story.start({"lock.1"});
    EXPECT_FALSE(story.may_end("lock.1"));
    EXPECT_TRUE(story.may_end("outsider.1"));
    story.end({"outsider.1"}).start({"outsider.2"});
    EXPECT_TRUE(story.may_end("lock.1"));
    EXPECT_FALSE(story.may_end("outsider.2"));
}

TEST(MayEnd, LonelyTestsTakeTheirTime) {
    Story story;
    story.start({"alone.1"});
    EXPECT_FALSE(story.may_end("alone.1", lonely_time - std::chrono::milliseconds(1)));
    EXPECT_TRUE(story.may_end("alone.1", lonely_time));
    story.start({"alone.2"});
    EXPECT_TRUE(story.may_end("alone.1"));  // there is nothing more to see
}

}  // namespace
}  // namespace lockstep::validation::testing
