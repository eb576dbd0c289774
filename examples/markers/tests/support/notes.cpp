#include "tests/support/notes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include <lockstep/lockstep.hpp>

namespace recast {

void note(const std::string& what, const std::string& value) {
    const char* file = std::getenv("RECAST_NOTES");
    if (file == nullptr) return;
    const auto now = std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
    const auto context = lockstep::context();
    const std::string& test = context.test.empty() ? context.test_case : context.test;  // CTest's, where there is one
    const std::string line =
        std::to_string(now) + " " + test + " " + context.worker.name + " " + what + " " + value + '\n';
    const int log = ::open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (log < 0) return;
    // One write, so that lines of several processes stay whole.
    if (::write(log, line.data(), line.size()) < 0) std::abort();
    ::close(log);
}

bool is_broken(const std::string& guard) {
    const char* broken = std::getenv("RECAST_BREAK");
    return broken != nullptr && broken == guard;
}

}  // namespace recast
