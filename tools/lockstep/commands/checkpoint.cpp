// `lockstep checkpoint`: the generated test at the end of a phase. It always runs and fails by itself; see
// session/judge.hpp for what it judges by.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "commands/case_times.hpp"
#include "commands/commands.hpp"
#include "commands/debts.hpp"
#include "commands/kept.hpp"
#include "commands/recorded.hpp"
#include "commands/resolution.hpp"
#include "commands/times.hpp"
#include "commands/verdicts.hpp"
#include "os/files.hpp"
#include "os/machine.hpp"
#include "runtime/debug_request.hpp"
#include "schedule/names.hpp"
#include "session/debug_log.hpp"
#include "session/judge.hpp"
#include "text/quote.hpp"

namespace lockstep {
namespace {

/// More tests than this are named by number in the command that runs them again.
constexpr std::size_t by_name_at_most = 10;

/// One that is named must exist: a file of the session that opened before any test ran.
Session this_session(const Layout& layout, std::string_view what_it_is_for) {
    const auto id = os::environment("LOCKSTEP_SESSION");
    if (id && !id->empty()) {
        for (auto& session : read_sessions(layout)) {
            if (session.id == *id) return session;
        }
    }
    throw Refusal(fmt::format("{}, and there is none around it: start it with ctest", what_it_is_for));
}

class Checkpoint {
public:
    Checkpoint(const Layout& layout, const RunTable& table, Session session, std::size_t phase)
        : layout_(layout), table_(table), session_(std::move(session)), phase_(phase) {}

    int run() {
        const auto text = read_log(layout_, session_);
        if (!text)
            throw Refusal(
                fmt::format("the log of ctest {} cannot be read: what has run cannot be told", session_.ctest.pid));
        // Beyond the log, a judgement needs what batches noted.
        const auto journal = table_.batches.empty() ? SessionJournal{} : read_journal(layout_, session_);
        log_ = read_session_log(layout_, table_, session_, *text, journal);
        debug_into(layout_.debug_log(session_.number), names::checkpoint(phase().name), false);
        debug([&] {
            return fmt::format("judges by {} blocks of {}, and by {}", log_.entries.size(),
                               log_place(layout_, session_), layout_.history());
        });
        for (const auto p : table_.phases[phase_].judges) judge_phase(p);
        debug([&] {
            return fmt::format("{} of {} are all right, {} speak against it, {} are let through", all_right_, total_,
                               failures_.size(), untested_.size());
        });
        print();
        write_checkpoint_time(layout_, session_, phase_, failures_.empty());
        return failures_.empty() ? 0 : 1;
    }

private:
    const RunTable::Phase& phase() const { return table_.phases[phase_]; }

    History& history() {
        if (!history_) history_.emplace(layout_.history());
        return *history_;
    }

    void judge_phase(std::size_t p) {
        const auto& phase = table_.phases[p];
        std::vector<JudgedTest> tests;
        std::vector<std::string> not_now;
        for (const auto position : phase.tests) {
            const auto& test = table_.tests[position];
            if (!test.gated) continue;
            tests.push_back(
                {test.name, static_cast<std::uint32_t>(position + 1), test.disabled, test.not_built, std::nullopt});
            if (!test.disabled && log_.find(tests.back().index) == nullptr) not_now.push_back(test.name);
        }
        if (!not_now.empty()) add_recorded(tests, not_now);
        if (tests.empty() && !phase.optional) {
            failures_.push_back(
                fmt::format("no test is in phase '{}' ({}; optional = true allows that)", phase.name, phase.place));
        }
        debug_tests(phase, tests);
        const auto judgement = judge(tests, log_);
        total_ += tests.size();
        all_right_ += judgement.all_right;
        for (const auto& finding : judgement.failures) add(p, finding, failures_, true);
        for (const auto& finding : judgement.untested)
            add(p, finding, phase.untested_fails ? failures_ : untested_, true);
        judge_verifications(p, judgement.ran_now);
    }

    void add(std::size_t p, const Finding& finding, std::vector<std::string>& lines, bool runnable) {
        lines.push_back(fmt::format("{:<17} {}{}", describe(finding.standing), finding.name,
                                    p == phase_ ? "" : fmt::format("  (phase {})", table_.phases[p].name)));
        if (runnable && &lines == &failures_) again_.push_back(finding.name);
    }

    void add_recorded(std::vector<JudgedTest>& tests, const std::vector<std::string>& names) {
        if (!os::exists(layout_.history())) return;
        const auto last = history().last(names);
        if (last.empty()) return;
        auto fingerprints = session_fingerprints(layout_, session_, history());
        for (auto& test : tests) {
            const auto found = last.find(test.name);
            if (found == last.end()) continue;
            const auto position = test.index - 1;
            test.recorded =
                recorded_verdict(found->second, fingerprints.of(position, table_.tests[position].command_hash));
        }
        remember_fresh_hashes(fingerprints, history());
    }

    /// They run where tests of the phase have run: at another checkpoint too, if a filter has left out their own.
    void judge_verifications(std::size_t p, bool ran_now) {
        const auto& phase = table_.phases[p];
        if (phase.verifications.empty()) return;
        auto now = read_verified(layout_, session_, p);
        std::map<std::string, TestRecord, std::less<>> last;
        if (!now && os::exists(layout_.history())) last = history().last(keys(phase));
        if (!now && ran_now) now = verify(p);
        for (const auto& verification : phase.verifications) {
            const auto name = fmt::format("verification '{}'", verification.name);
            if (now) {
                const auto found = std::ranges::find(*now, verification.name, &VerifiedNow::name);
                if (found != now->end()) {
                    debug([&] {
                        return fmt::format("{}: {}, in this session", name, found->passed ? "passed" : "failed");
                    });
                    if (!found->passed) add_verification(p, {name, Standing::failed_now}, failures_);
                    continue;
                }
            }
            JudgedTest judged{name, 0, false, false, std::nullopt};
            const auto found = last.find(verification_key(phase.name, verification.name));
            if (found != last.end()) judged.recorded = recorded_verdict(found->second, fingerprint(verification));
            const auto judgement = judge(std::span(&judged, 1), LogReading{});
            debug([&] { return fmt::format("{}: {}, recorded", name, describe(stand(judged, LogReading{}))); });
            for (const auto& finding : judgement.failures) add_verification(p, finding, failures_);
            for (const auto& finding : judgement.untested)
                add_verification(p, finding, phase.untested_fails ? failures_ : untested_);
        }
    }

    void add_verification(std::size_t p, const Finding& finding, std::vector<std::string>& lines) {
        add(p, finding, lines, false);
        if (&lines == &failures_ && std::ranges::find(verify_again_, p) == verify_again_.end())
            verify_again_.push_back(p);
    }

    /// Tests to run again, and what makes verifications run again: that their checkpoint does, behind tests of its
    /// phase.
    std::vector<std::string> again() const {
        auto names = again_;
        std::set<std::string> known(names.begin(), names.end());
        for (const auto p : verify_again_) {
            for (const auto position : table_.phases[p].tests) {
                const auto& name = table_.tests[position].name;
                if (known.insert(name).second) names.push_back(name);
            }
            names.push_back(lockstep::names::checkpoint(table_.phases[p].name));
        }
        return names;
    }

    /// What the judgement of a phase rests on.
    void debug_tests(const RunTable::Phase& phase, const std::vector<JudgedTest>& tests) const {
        if (!debugging()) return;
        for (const auto& test : tests) {
            const bool now = log_.find(test.index) != nullptr;
            debug([&] {
                return fmt::format("phase {}: {}: {}, {}", phase.name, test.name, describe(stand(test, log_)),
                                   test.disabled ? "by the project"
                                   : now         ? "in this session's log"
                                                 : "recorded");
            });
        }
    }

    static std::vector<std::string> keys(const RunTable::Phase& phase) {
        std::vector<std::string> names;
        for (const auto& verification : phase.verifications)
            names.push_back(verification_key(phase.name, verification.name));
        return names;
    }

    std::string temp() const {
        return layout_.temp(session_.number, table_.generated_index(names::checkpoint(phase().name)).value_or(0));
    }

    std::vector<std::string> words(const RunTable::Verification& verification) const {
        std::vector<std::string> command;
        for (const auto& word : verification.command) command.push_back(word.fill(temp(), session_.id));
        return command;
    }

    std::string fingerprint(const RunTable::Verification& verification) const {
        return fingerprint_of(verification, table_.build_dir, temp(), session_.id);
    }

    std::vector<VerifiedNow> verify(std::size_t p) {
        std::vector<VerifiedNow> verified;
        for (const auto& verification : table_.phases[p].verifications) {
            os::RunOptions options;
            options.command = words(verification);
            options.working_directory = table_.build_dir;
            options.own_group = false;  // so that ctest's time-out and an interrupt reach it
            os::make_directories(temp());
            const auto result = os::run(options);
            const bool passed = result.status == 0;
            debug([&] { return fmt::format("verification '{}': ends with {}", verification.name, result.status); });
            fmt::print("verification '{}' ({}): {} in {:.2f} s\n", verification.name, verification.place,
                       passed ? "passed" : fmt::format("failed with status {}", result.status), result.seconds);
            if (!passed) fmt::print("  {}\n", shell_command(options.command));
            if (!result.output.empty()) fmt::print("{}{}", result.output, result.output.ends_with('\n') ? "" : "\n");
            verified.push_back({verification.name, passed, fingerprint(verification)});
        }
        write_verified(layout_, session_, p, verified);
        return verified;
    }

    void print() const {
        fmt::print("checkpoint of phase '{}' ({}): {} of {} tests are all right{}\n", phase().name, phase().place,
                   all_right_, total_, phase().judges.size() > 1 ? ", those of earlier phases included" : "");
        if (log_.counted != 0) print_what_counts_differently();
        if (!failures_.empty()) {
            fmt::print("It fails because of\n");
            for (const auto& line : failures_) fmt::print("  {}\n", line);
        }
        if (!untested_.empty()) {
            fmt::print("Not known in this session, and let through (untested = \"pass\")\n");
            for (const auto& line : untested_) fmt::print("  {}\n", line);
        }
        if (const auto names = again(); !names.empty()) fmt::print("To run them again:\n  {}\n", command_for(names));
    }

    void print_what_counts_differently() const {
        fmt::print(
            "ctest counts {} tests, and {} are known: what took the others away does not show outside of it.\n"
            "Which test a number means, and so how it ended, cannot be told. To leave tests out, write "
            "ctest_test(INCLUDE . EXCLUDE ...) or labels in place of ctest_test(EXCLUDE ...) and of lists of tests to "
            "ignore; in a build tree of several configurations name one with -C.\n",
            log_.counted, table_.tests.size() + table_.generated.size());
    }

    std::string command_for(const std::vector<std::string>& names) const {
        std::vector<std::string> command{"ctest", "--test-dir", table_.build_dir};
        if (!session_.configuration.empty()) command.insert(command.end(), {"-C", session_.configuration});
        if (names.size() <= by_name_at_most) {
            std::string regex = "^(";
            for (const auto& name : names) regex += (regex.size() > 2 ? "|" : "") + ctest_regex(name);
            command.insert(command.end(), {"-R", regex + ")$"});
        } else {
            const std::set<std::string_view> wanted(names.begin(), names.end());
            std::string numbers = "0,0,0";
            for (std::uint32_t number = 1; !table_.name_of(number).empty(); ++number) {
                if (wanted.contains(table_.name_of(number))) numbers += fmt::format(",{}", number);
            }
            command.insert(command.end(), {"-I", numbers});
        }
        return shell_command(command);
    }

    const Layout& layout_;
    const RunTable& table_;
    Session session_;
    std::size_t phase_;
    LogReading log_;
    std::optional<History> history_;
    std::size_t total_ = 0, all_right_ = 0;
    std::vector<std::string> failures_, untested_, again_;
    std::vector<std::size_t> verify_again_;  ///< phases
};

}  // namespace

int checkpoint_command(const InternalOptions& options) {
    if (options.only_wait) return 0;
    Layout layout;
    layout.state = options.state;
    const auto table = read_run_table(layout, options.graph);
    if (!table)
        throw Refusal(
            fmt::format("'{}/run.json' is missing or damaged: list the tests once (`ctest -N`) to make it anew",
                        layout.graph(options.graph)));
    layout.build_dir = table->build_dir;
    const auto phase = table->phase_index(options.phase);
    if (!phase) throw Refusal(fmt::format("there is no phase '{}'", options.phase));
    return Checkpoint(layout, *table, this_session(layout, "a checkpoint judges a run of ctest"), *phase).run();
}

namespace {

/// Standard output: ctest shows it with -V, and the log keeps it.
void print_note(const std::string& message) {
    fmt::print("lockstep: {}\n", message);
}

/// ctest counts a test that passed at a further attempt among those that passed.
void print_flaky(const RunTable& table, const LogReading& log, const SessionJournal& journal) {
    std::vector<std::string> flaky;
    for (const auto& [number, launched] : journal.tests) {
        if (launched.attempts <= 1 || number == 0 || number > table.tests.size()) continue;
        const auto* entry = log.find(static_cast<std::uint32_t>(number));
        if (entry != nullptr && entry->verdict == LogVerdict::passed) flaky.push_back(table.tests[number - 1].name);
    }
    if (flaky.empty()) return;
    constexpr std::size_t named_at_most = 10;
    const auto more = flaky.size() - std::min(flaky.size(), named_at_most);
    flaky.resize(flaky.size() - more);
    print_note(fmt::format("flaky, passed only when tried again: {}{}", fmt::join(flaky, ", "),
                           more == 0 ? "" : fmt::format(" and {} more", more)));
}

/// Returns the exit status: 1 only if nothing ran and ctest was to fail then.
int end_session(Layout& layout) {
    auto session = this_session(layout, "the end of a session records a run of ctest");
    debug_into(layout.debug_log(session.number), std::string(names::end_test), false);
    const auto table = read_run_table(layout, session.graph);
    const auto text = read_log(layout, session);
    if (!table || !text) {
        print_note(
            fmt::format("warning: the session's {} cannot be read; nothing was recorded", table ? "log" : "table"));
        return 0;
    }
    layout.build_dir = table->build_dir;
    const auto journal = read_journal(layout, session);
    const auto log = read_session_log(layout, *table, session, *text, journal);
    debug([&] {
        if (!session.recorded) return std::string("records nothing: what a memory checker sees is not the tests' own");
        return fmt::format("records what {} blocks of {} say in {}", log.entries.size(), log_place(layout, session),
                           layout.history());
    });
    try {
        History history(layout.history(), [](const std::string& message) { print_note("warning: " + message); });
        record_session(layout, session, *table, &log, journal, true, history, print_note);
        note_debts_of_ended(layout, session, *table, log, history);
        if (!journal.owed.empty()) {
            note_debts_of_journal(session, journal, history);
            pay_journal_debts(layout, session, print_note);
        }
        // What is debugged is looked at afterwards.
        if (!os::environment(runtime::debug_variable)) tidy_temp_directories(layout, session, *table, log, print_note);
        write_end_time(layout, session);
        session.ended = true;
        session.holds = false;
        write_session(layout, session);
        print_flaky(*table, log, journal);
        renew_case_times(layout, *table, log, history);
    } catch (const std::exception& error) {
        print_note(fmt::format("warning: {}", error.what()));
    }
    if (log.counted != 0) {
        print_note("warning: ctest counts other tests than are known; what passed before counts as never run");
        return 0;
    }
    const auto ran =
        std::ranges::count_if(log.entries, [&](const LogEntry& entry) { return entry.index <= table->tests.size(); });
    if (ran == 0 && session.no_tests_error) {
        fmt::print("no test of the project was run, and ctest was asked to fail then (--no-tests=error)\n");
        return 1;
    }
    fmt::print("{} test{} recorded in {}\n", ran, ran == 1 ? "" : "s", layout.history());
    return 0;
}

}  // namespace

int end_command(const InternalOptions& options) {
    Layout layout;
    layout.state = options.state;
    try {
        return end_session(layout);
    } catch (const std::exception& error) {
        // A warning, never a verdict: the next session will import what this one could not record.
        print_note(fmt::format("warning: {}", error.what()));
        return 0;
    }
}

}  // namespace lockstep
