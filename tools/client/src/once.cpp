// once_per_worker() of lockstep/cleanup.hpp.
#include "lockstep/cleanup.hpp"
#include "lockstep/context.hpp"
#include "runtime/locks.hpp"
#include "runtime/names.hpp"
#include "session.hpp"

namespace lockstep {
inline namespace v1 {

void once_per_worker(std::string_view key, const std::function<void()>& work) {
    // The lock's file says for which session it was done: a directory of a worker may have seen earlier ones.
    const auto path = (worker_dir() / "once" / runtime::file_name_of(key)).string();
    const auto facts = detail::session();
    const auto done = runtime::fnv1a(facts ? facts->id : "no session") | 1U;
    runtime::LockFile file(path);
    const runtime::ScopedLock lock(file, runtime::Range{0});
    unsigned long long noted = 0;
    file.read(0, &noted, sizeof noted);
    if (noted == done) return;
    work();
    file.write(0, &done, sizeof done);
}

}  // namespace v1
}  // namespace lockstep
