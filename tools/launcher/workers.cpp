#include "launcher/workers.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "launcher/hooks.hpp"
#include "launcher/message.hpp"
#include "runtime/names.hpp"

namespace lockstep::launcher {
namespace {

constexpr const char* done = ".done";
constexpr const char* unusable = ".unusable";

std::string name_of(int index) {
    return "gw" + std::to_string(index);
}

}  // namespace

Worker::Worker(Context& context) : context_(context), folder_(context.facts.folder + "/workers") {
    index_ = choose();
    context_.values.worker = name_of(index_);
    context_.values.worker_dir = context_.facts.worker_dir(context_.values.worker);
    runtime::make_directories(context_.values.worker_dir);
    context_.variables.emplace_back("LOCKSTEP_WORKER", context_.values.worker);
    context_.variables.emplace_back("LOCKSTEP_WORKER_DIR", context_.values.worker_dir);
}

std::string Worker::mark(int index, const char* state) const {
    return folder_ + "/" + name_of(index) + state;
}

bool Worker::is_marked(int index, const char* state) const {
    return ::access(mark(index, state).c_str(), F_OK) == 0;
}

int Worker::choose() {
    const auto given = runtime::worker_from_ctest();
    if (!given && context_.facts.workers == 0) return first_free();
    if (given && !context_.kind().worker) return given->index;
    locks_ = std::make_unique<runtime::LockFile>(folder_ + "/in_use");
    const auto lock_of = [](int index) { return runtime::Range{static_cast<std::uint64_t>(index)}; };
    if (given && !is_marked(given->index, unusable)) {
        locks_->lock(lock_of(given->index));
        return given->index;
    }
    // Looked at under its lock: whoever had it may have found it unusable. Its lock is then ours until this test ends.
    for (int index = context_.facts.first_worker + context_.facts.workers;; ++index) {
        if (locks_->try_lock(lock_of(index)) && !is_marked(index, unusable)) return index;
    }
}

int Worker::first_free() {
    do {  // one that is unusable stays taken until this test has ended
        taken_.push_back(std::make_unique<runtime::WorkerLock>(context_.facts.state + "/workers"));
    } while (is_marked(taken_.back()->index(), unusable));
    return taken_.back()->index();
}

void Worker::set_up() {
    const auto& table = context_.table;
    if (!context_.kind().worker || is_marked(index_, done)) return;
    if (table.worker_teardown) owe(context_, *table.worker_teardown, "worker." + context_.values.worker, "worker");
    HookRun run;
    run.succeeded = !table.worker_setup;
    for (int attempt = 0; attempt < 2 && !run.succeeded; ++attempt) {
        run = run_hook(context_, *table.worker_setup);
        context_.note_in_journal({"worker",
                                  {{"worker", context_.values.worker},
                                   {"test", context_.options.test},
                                   {"status", run.succeeded ? "0" : "failed"}}});
    }
    const auto path = mark(index_, run.succeeded ? done : unusable);
    runtime::make_directories(folder_);
    const runtime::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
    if (!file) runtime::fail("cannot make", path);
    if (!run.succeeded) {
        throw Unfit("worker " + context_.values.worker +
                    " could not be set up, twice, and is not used again in this "
                    "session: " +
                    run.text);
    }
}

}  // namespace lockstep::launcher
