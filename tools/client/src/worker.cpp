// lockstep/context.hpp
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "lockstep/context.hpp"
#include "own_directory.hpp"
#include "runtime/names.hpp"
#include "runtime/worker.hpp"
#include "session.hpp"
#include "test_case.hpp"

namespace lockstep {
inline namespace v1 {

namespace {

using Learned = runtime::WorkerId::Learned;

// One for the whole process, and until the kernel frees it.
int index_from_lock_file() {
    static const auto* const lock = [] {
        const auto facts = detail::session();
        return new runtime::WorkerLock((facts ? facts->state : runtime::user_runtime_folder()) + "/workers");
    }();
    return lock->index();
}

runtime::WorkerId learn() {
    try {
        if (const auto known = runtime::worker_from_environment()) return *known;
    } catch (const std::system_error&) {
        throw;
    } catch (const std::runtime_error& problem) {
        throw Error(problem.what());
    }
    if (!runtime::in_test_environment()) return {};
    return {index_from_lock_file(), Learned::lock_file};
}

WorkerSource source_of(Learned learned) {
    switch (learned) {
        case Learned::launcher:
            return WorkerSource::launcher;
        case Learned::resource_group:
            return WorkerSource::resource_group;
        case Learned::lock_file:
            return WorkerSource::lock_file;
        case Learned::none:
            break;
    }
    return WorkerSource::none;
}

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> result;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find(',', begin), text.size());
        if (end > begin) result.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return result;
}

int attempt() {
    const auto text = runtime::environment("LOCKSTEP_ATTEMPT");
    int number = 1;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return std::max(number, 1);
}

}  // namespace

Worker worker() {
    const auto id = learn();
    const auto facts = detail::session();
    return {id.index, id.name(), facts ? facts->workers : 0, source_of(id.learned)};
}

Context context() {
    Context result;
    const auto facts = detail::session();
    const auto test_case = detail::current_test_case();
    result.test = detail::test_name(test_case.name);
    result.test_case = test_case.name;
    result.phase = runtime::environment("LOCKSTEP_PHASE");
    result.markers = split(runtime::environment("LOCKSTEP_MARKERS"));
    for (const auto& marker : test_case.markers)
        if (std::find(result.markers.begin(), result.markers.end(), marker) == result.markers.end())
            result.markers.push_back(marker);
    result.mode = runtime::environment("LOCKSTEP_MODE");
    result.session = runtime::environment("LOCKSTEP_SESSION");
    if (facts) {
        result.mode = facts->mode;
        result.session = facts->id;
        result.shard = facts->shard;
        result.shards = facts->shards;
    }
    result.worker = worker();
    result.process = ::getpid();
    result.thread = static_cast<int>(::syscall(SYS_gettid));
    result.attempt = attempt();
    return result;
}

std::filesystem::path worker_dir() {
    auto path = runtime::environment("LOCKSTEP_WORKER_DIR");
    if (path.empty()) {
        const auto facts = detail::session();
        if (!facts) return detail::directory_of_process();
        path = facts->worker_dir(worker().name);
    }
    runtime::make_directories(path);
    return path;
}

}  // namespace v1
}  // namespace lockstep
