// Directories of the process and of its test cases, and who keeps them: temp_dir() and lockstep/test_case.hpp.
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <system_error>
#include <vector>

#include "lockstep/isolation.hpp"
#include "lockstep/test_case.hpp"
#include "own_directory.hpp"
#include "runtime/names.hpp"
#include "test_case.hpp"

namespace lockstep {
inline namespace v1 {

namespace {

/// A directory of its own, until end(). A forked child has not made it, so it neither uses nor removes it.
class OwnDirectory {
public:
    const std::string& path(const char* prefix) {
        if (!path_.empty() && maker_ == ::getpid()) return path_;
        auto base = runtime::environment("LOCKSTEP_TEMP_DIR");
        // Short in a session: tests put sockets below it, and a socket's path holds 107 bytes.
        const auto name = (base.empty() ? std::string(prefix) : std::string()) + "XXXXXX";
        if (base.empty()) base = runtime::environment("TMPDIR");
        if (base.empty()) base = "/tmp";
        runtime::make_directories(base);
        auto path = base + "/" + name;
        if (::mkdtemp(path.data()) == nullptr)
            throw std::system_error(errno, std::generic_category(), "make a directory in '" + base + "'");
        path_ = std::move(path);
        maker_ = ::getpid();
        kept_ = false;
        return path_;
    }
    void keep() { kept_ = true; }
    /// Removes it unless it is kept.
    void end(bool failed) {
        if (path_.empty() || maker_ != ::getpid()) return;
        if (!kept_ && !failed) {
            std::error_code ignored;  // a file that cannot be removed is no reason to fail
            std::filesystem::remove_all(path_, ignored);
        } else if (runtime::environment("LOCKSTEP_SESSION").empty()) {
            // In a session Lockstep says where it is, since it moves it.
            std::fprintf(stderr, "lockstep: kept %s\n", path_.c_str());
        }
        path_.clear();
    }

private:
    std::string path_;
    pid_t maker_ = 0;
    bool kept_ = false;
};

/// The directory for temporary files of a test is that of the case where many cases run in one process, as it is where
/// each has a process.
class CaseVariables {
public:
    static bool wanted() {
        return !runtime::environment("LOCKSTEP_BATCH").empty() && !runtime::environment("LOCKSTEP_TEMP_DIR").empty();
    }
    void set(const std::string& directory) {
        end();
        for (const char* name : {"TMPDIR", "TMP", "TEMP"}) variables_.push_back(scoped_env(name, directory));
    }
    void end() {
        // The last one first: each puts back what it found.
        while (!variables_.empty()) variables_.pop_back();
    }

private:
    std::vector<ScopedEnv> variables_;
};

class Directories {
public:
    // Not destroyed: the end of the process comes after that of static objects.
    static Directories& all() {
        static auto* const directories = new Directories;
        return *directories;
    }

    std::string temp_dir() {
        const std::lock_guard<std::mutex> guard(mutex_);
        return (in_case_ ? test_case_ : process_).path("lockstep-");
    }
    std::string worker_dir() {
        const std::lock_guard<std::mutex> guard(mutex_);
        return worker_.path("lockstep-worker-");
    }
    void keep() {
        const std::lock_guard<std::mutex> guard(mutex_);
        auto& directory = in_case_ ? test_case_ : process_;
        static_cast<void>(directory.path("lockstep-"));
        directory.keep();
    }
    void begin_case(detail::TestCase test_case) {
        const std::lock_guard<std::mutex> guard(mutex_);
        test_case_.end(failed_);
        current_ = std::move(test_case);
        in_case_ = true;
        case_process_ = ::getpid();
        failed_ = false;
        if (CaseVariables::wanted()) variables_.set(test_case_.path("lockstep-"));
    }
    void case_failed() {
        const std::lock_guard<std::mutex> guard(mutex_);
        failed_ = true;
    }
    void end_case() {
        const std::lock_guard<std::mutex> guard(mutex_);
        variables_.end();
        test_case_.end(failed_);
        current_ = {};
        in_case_ = false;
    }
    detail::TestCase current() {
        const std::lock_guard<std::mutex> guard(mutex_);
        return current_;
    }

private:
    Directories() {
#ifdef __GLIBC__
        ::on_exit([](int status, void*) { all().end_process(status != 0); }, nullptr);
#else
        std::atexit([] { all().end_process(false); });
#endif
    }
    void end_process(bool failed) {
        // Not waited for: exit() may have been called while this thread, or one that will never go on, holds it.
        const std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
        if (!lock) return;
        // exit() in the middle of a case is no good end; of a child that a case has forked it may be.
        test_case_.end(failed || case_process_ == ::getpid());
        process_.end(failed);
        worker_.end(false);
    }

    std::mutex mutex_;
    OwnDirectory process_, test_case_, worker_;
    CaseVariables variables_;
    detail::TestCase current_;
    bool in_case_ = false, failed_ = false;
    pid_t case_process_ = 0;
};

}  // namespace

std::filesystem::path temp_dir() {
    return Directories::all().temp_dir();
}
void keep_temp_dir() {
    Directories::all().keep();
}

void begin_test_case(const std::string& name, const std::vector<std::string>& markers) {
    Directories::all().begin_case({name, markers});
}
void test_case_failed() {
    Directories::all().case_failed();
}
void end_test_case() {
    Directories::all().end_case();
}

void print_skipped(const std::string& reason) {
    auto name = runtime::environment("LOCKSTEP_TEST");
    if (name.empty()) name = "test";
    std::printf("\n[  SKIPPED ] %s: %s\n", name.c_str(), reason.c_str());
    std::fflush(stdout);
}

namespace detail {

std::filesystem::path directory_of_process() {
    return Directories::all().worker_dir();
}
TestCase current_test_case() {
    return Directories::all().current();
}

}  // namespace detail
}  // namespace v1
}  // namespace lockstep
