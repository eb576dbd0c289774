#include "launcher/batch_run.hpp"

#include <fcntl.h>

#include <algorithm>
#include <exception>
#include <numeric>
#include <string_view>
#include <system_error>
#include <utility>

#include "launcher/batch_selection.hpp"
#include "launcher/message.hpp"
#include "runtime/flat.hpp"
#include "runtime/names.hpp"

namespace lockstep::launcher {
namespace {

using Clock = std::chrono::steady_clock;

/// CTest's number of this test, where its temp directory tells it.
std::string number_of(const std::optional<runtime::SessionFacts>& facts) {
    if (!facts || facts->temp.empty()) return "";
    const auto temp = runtime::environment("LOCKSTEP_TEMP_DIR");
    if (temp.compare(0, facts->temp.size() + 1, facts->temp + "/") != 0) return "";
    auto number = temp.substr(facts->temp.size() + 1);
    return number.find_first_not_of("0123456789") == std::string::npos ? number : "";
}

/// <session>/batches/<name>.out
std::string output_path(const std::optional<runtime::SessionFacts>& facts, const std::string& name) {
    return facts ? facts->folder + "/batches/" + runtime::file_name_of(name) + ".out" : "";
}

std::vector<std::size_t> positions_of(const runtime::Batch& batch) {
    std::vector<std::size_t> positions(batch.cases.size());
    std::iota(positions.begin(), positions.end(), std::size_t{0});
    return positions;
}

}  // namespace

std::optional<BatchOptions> read_batch_options(int argc, char** argv, std::string& error) {
    BatchOptions options;
    for (int at = 1; at < argc; ++at) {
        const std::string_view word = argv[at];
        auto* const value = word == "--table" ? &options.table : word == "--batch" ? &options.name : nullptr;
        if (word == "--verify") {
            options.verify = true;
        } else if (value == nullptr) {
            error = "'" + std::string(word) + "' is not known";
            return std::nullopt;
        } else if (!value->empty() || at + 1 >= argc || *argv[at + 1] == '\0') {
            error = std::string(word) + " takes one value, once";
            return std::nullopt;
        } else {
            *value = argv[++at];
        }
    }
    if (options.table.empty() || options.name.empty()) {
        error = options.table.empty() ? "--table is expected" : "--batch is expected";
        return std::nullopt;
    }
    return options;
}

BatchRun::BatchRun(const BatchOptions& options, const runtime::Batch& batch, std::optional<runtime::SessionFacts> facts)
    : options_(options),
      batch_(batch),
      facts_(std::move(facts)),
      number_(number_of(facts_)),
      output_(output_path(facts_, batch.name)),
      queue_(batch, positions_of(batch)),
      results_(batch.cases.size()) {
    for (std::size_t i = 0; i < results_.size(); ++i) results_[i].position = i;
}

BatchRun::End BatchRun::run() {
    const auto begin = Clock::now();
    write_journal(runtime::to_text({"batch", {{"test", number_}, {"name", batch_.name}}}));
    run_all();
    if (options_.verify && interrupted_ == 0) verify();
    BatchReport report{batch_, results_, verified_, output_.path(), 0, processes_, {}};
    report.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    report.read = [this](std::uint64_t from, std::uint64_t to) { return output_.read(from, to); };
    const auto text = text_of(report);
    write_all(STDOUT_FILENO, text.data(), text.size());
    const bool good =
        std::all_of(results_.begin(), results_.end(), [](const CaseResult& result) { return is_good(result.verdict); });
    return {good ? 0 : 1, interrupted_};
}

void BatchRun::run_all() {
    std::vector<std::size_t> unfit_ones;
    for (std::size_t i = 0; i < batch_.cases.size(); ++i) {
        const auto reason = unfit(batch_.cases[i]);
        if (!reason.empty()) settle_unrun({i}, reason, 0);
        if (!reason.empty()) unfit_ones.push_back(i);
    }
    queue_.leave_out(unfit_ones);
    while (interrupted_ == 0 && !queue_.next().empty()) {
        const auto process = run_process_of(queue_.next(), true);
        if (process.run.error != 0) {
            settle_unrun(
                queue_.left(),
                "cannot start '" + batch_.command.front() + "': " + std::generic_category().message(process.run.error),
                process.begin);
            return;
        }
        const auto& reason = process.outcome.reason;
        settle_unrun(queue_.ended(process.outcome), reason.empty() ? "it did not begin" : reason, process.begin);
        if (interrupted_ != 0) {
            settle_unrun(queue_.left(), "interrupted by signal " + std::to_string(interrupted_), output_.size());
        }
    }
}

Words BatchRun::words_for(const std::vector<std::size_t>& positions) {
    auto words = batch_.command;
    const auto flags = flags_of(batch_, positions);
    if (positions.size() == 1) {
        // Also for a GoogleTest that takes no file of flags.
        words.insert(words.end(), flags.begin(), flags.end());
        return words;
    }
    // One argument may have 128 KiB, and a filter may have more.
    std::string lines;
    for (const auto& flag : flags) lines += flag + "\n";
    words.push_back("--gtest_flagfile=" + output_.write_flags(lines));
    return words;
}

BatchRun::Process BatchRun::run_process_of(const std::vector<std::size_t>& positions, bool counts,
                                           std::optional<CaseWatch::Time> until) {
    static const runtime::Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    Process process;
    process.begin = output_.size();
    Program program;
    program.words = words_for(positions);
    program.variables = variables_of([](const char* name) { return runtime::environment(name); });
    // For the client library: which case of CTest's is the one that runs.
    program.variables.emplace_back("LOCKSTEP_BATCH", batch_.name);
    program.variables.emplace_back("LOCKSTEP_BATCH_TABLE", options_.table);
    program.input = nothing.get();
    for (const int signal : signals_.take()) {
        if (signal != SIGCHLD && signal != SIGCONT && signal != SIGTSTP) interrupted_ = signal;
    }
    if (interrupted_ != 0) {
        process.outcome.reason = "interrupted by signal " + std::to_string(interrupted_);
        return process;
    }

    ++processes_;
    if (counts) orders_.emplace_back();
    CaseWatch watch(batch_, positions, output_.size(), Clock::now());
    const auto pass_results = [&] {
        const auto results = watch.take_results();
        if (counts) note(results);
        process.results.insert(process.results.end(), results.begin(), results.end());
    };
    process.run = run_process(
        program, signals_,
        [&](std::string_view piece, CaseWatch::Time now) {
            output_.append(piece);
            watch.take(piece, now);
            pass_results();
        },
        [&] {
            auto deadline = watch.deadline();
            if (until) deadline = std::min(deadline.value_or(*until), *until);
            return deadline;
        },
        [&] { watch.stop_listening(); });
    interrupted_ = process.run.end.interrupted;
    if (process.run.error != 0) return process;
    report_left(process.run);
    process.outcome = watch.finish(process.run.end, Clock::now());
    pass_results();
    return process;
}

void BatchRun::note(const std::vector<CaseResult>& results) {
    if (results.empty()) return;
    // What one read gave: nothing is held back, so a killed launcher loses what it had not read.
    std::string records;
    for (const auto& result : results) {
        results_[result.position] = result;
        if (result.verdict != Verdict::not_run) orders_.back().push_back(result.position);
        if (facts_) records += runtime::to_text(record_of(result));
    }
    write_journal(records);
}

void BatchRun::settle_unrun(const std::vector<std::size_t>& positions, const std::string& reason, std::uint64_t begin) {
    std::vector<CaseResult> results;
    for (const auto position : positions) {
        results.push_back({position, Verdict::not_run, 0, reason, begin, output_.size()});
    }
    note(results);
}

runtime::JournalRecord BatchRun::record_of(const CaseResult& result) const {
    return {"case",
            {{"test", number_},
             {"batch", batch_.name},
             {"name", batch_.cases[result.position].name},
             {"verdict", std::string(text_of(result.verdict))},
             {"seconds", runtime::number_text(result.seconds)},
             {"detail", result.detail},
             {"output_begin", std::to_string(result.begin)},
             {"output_end", std::to_string(result.end)}}};
}

void BatchRun::report_left(const ProcessRun& run) {
    if (run.left.empty()) return;
    std::string processes;
    for (const auto& process : run.left) processes += "\n  " + process;
    lockstep::launcher::note("the batch left processes behind, which are ended:" + processes);
    if (!facts_) return;
    write_journal(runtime::to_text(
        {"left", {{"test", number_}, {"name", batch_.name}, {"processes", processes.substr(3) + "\n"}}}));
}

void BatchRun::write_journal(const std::string& records) {
    if (!facts_ || records.empty() || journal_lost_) return;
    try {
        runtime::append_text(facts_->journal(), records);
    } catch (const std::system_error& problem) {
        journal_lost_ = true;
        lockstep::launcher::note(std::string(problem.what()) + ": what becomes of the cases of '" + batch_.name +
                                 "' is not recorded");
    }
}

int run_batch(int argc, char** argv) {
    std::string error;
    const auto options = read_batch_options(argc, argv, error);
    if (!options) {
        note(error +
             "\nusage: lockstep-exec batch --table FILE --batch NAME [--verify]\n"
             "Lockstep writes this command line; docs/reference/launcher.md says what it does.");
        return 2;
    }
    BatchRun::End end;
    try {
        const auto batch = runtime::read_batch(options->table, options->name, error);
        if (!batch) throw std::runtime_error(error);
        std::optional<runtime::SessionFacts> facts;
        const auto path = runtime::environment("LOCKSTEP_SESSION_FILE");
        if (path.empty()) {
            note("there is no session (LOCKSTEP_SESSION_FILE), so nothing of '" + options->name + "' is recorded");
        } else {
            std::string text;
            if (!runtime::read_file(path, text)) throw std::runtime_error("session file '" + path + "' is missing");
            facts = runtime::session_facts_from_text(text, error);
            if (!facts) throw std::runtime_error(path + ": " + error);
        }
        end = BatchRun(*options, *batch, std::move(facts)).run();
    } catch (const std::exception& problem) {
        // As for a single test: a signal counts as a failure whatever the test's properties are.
        note(std::string("the batch is not run: ") + problem.what());
        end_by(SIGABRT);
    }
    if (end.signal != 0) end_by(end.signal);
    return end.status;
}

}  // namespace lockstep::launcher
