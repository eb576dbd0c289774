// One process of client.py. Each event is one line, appended with one write; times are of CLOCK_BOOTTIME, in ns.
//
//   client_probe session DIR RATE BURST PLACES   makes a session with the rate limits `rate` and `places`; prints its
//   file client_probe acquire LOG BEGIN END [free]    takes grants of `rate` from BEGIN to END; `free`: without asking
//   client_probe claim LOG                       takes one of everything, and holds it until standard input ends
//   client_probe count LOG FILE N [free]         adds 1 to the number in FILE, N times; `free`: without a lock
// The last three want LOCKSTEP_SESSION_FILE.
#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>

#include "lockstep/lockstep.hpp"
#include "runtime/launch_table.hpp"
#include "runtime/limiter.hpp"
#include "runtime/session_facts.hpp"

namespace {

using lockstep::runtime::LaunchTable;
using lockstep::runtime::Rate;

std::int64_t now() {
    struct timespec time {};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

class Log {
public:
    explicit Log(const char* path) : file_(::open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666)) {}
    void line(const std::string& text) const {
        const auto whole = std::to_string(::getpid()) + " " + text + "\n";
        if (::write(file_, whole.data(), whole.size()) != static_cast<ssize_t>(whole.size())) std::abort();
    }

private:
    int file_;
};

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

int make_session(const std::filesystem::path& folder, char** arguments) {
    lockstep::runtime::SessionFacts facts;
    facts.id = "stress-1-1-1";
    facts.number = 1;
    facts.state = folder / "state";
    facts.folder = folder / "state/s/1";
    facts.build_dir = facts.source_dir = folder;
    facts.table = folder / "state/launch.txt";
    facts.mode = "parallel";
    facts.temp = folder / "state/t/1";
    std::filesystem::create_directories(facts.folder);
    LaunchTable table;
    table.rate_limits.resize(2);
    table.rate_limits[0].name = "rate";
    table.rate_limits[0].per_second = std::atof(arguments[0]);
    table.rate_limits[0].burst = std::atoi(arguments[1]);
    table.rate_limits[1].name = "places";
    table.rate_limits[1].max_concurrent = std::atoi(arguments[2]);
    std::ofstream(facts.table) << to_text(table);
    std::ofstream(facts.folder + "/session.txt") << to_text(facts);
    std::cout << facts.folder + "/session.txt"
              << "\n";
    return 0;
}

// The limiter itself and not rate_limiter(): it tells the time that it noted.
int acquire(const Log& log, std::int64_t begin, std::int64_t end, bool free) {
    std::string problem;
    const auto facts =
        lockstep::runtime::session_facts_from_text(text_of(std::getenv("LOCKSTEP_SESSION_FILE")), problem);
    const auto table = lockstep::runtime::launch_table_from_text(text_of(facts.value().table), problem);
    const auto& limit = table.value().rate_limits.at(0);
    lockstep::runtime::Limiter limiter(facts->state + "/limits/rate");
    std::this_thread::sleep_for(std::chrono::nanoseconds(begin - now()));
    while (now() < end) {
        auto grant = lockstep::runtime::Grant{now(), {}};
        if (!free) grant = limiter.acquire({limit.per_second, limit.burst, false}).value();
        log.line(std::to_string(grant.at_ns) + " " + std::to_string(now()) + " " +
                 std::to_string(grant.waited.count()));
        if (free) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return 0;
}

int claim(const Log& log) {
    const auto worker = lockstep::worker();
    const auto port = lockstep::reserve_port();
    const auto name = lockstep::unique_name("stress");
    const auto temp = lockstep::temp_dir();
    if (!std::filesystem::is_empty(temp) || !lockstep::parse_unique_name(name)) std::abort();
    std::ofstream(temp / "mine") << name;
    log.line("begin " + std::to_string(now()) + " " + worker.name + " " + std::to_string(port) + " " + name + " " +
             temp.string());
    {
        const auto place = lockstep::rate_limiter("places").acquire();
        log.line("enter " + std::to_string(now()));
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        log.line("leave " + std::to_string(now()));
    }
    while (std::getchar() != EOF) {
    }
    if (text_of(temp / "mine") != name) std::abort();
    log.line("end " + std::to_string(now()));
    return 0;
}

int count(const Log& log, const std::string& path, int times, bool free) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    const auto value = [file] {
        long number = 0;
        return ::pread(file, &number, sizeof number, 0) < 0 ? -1 : number;
    };
    for (int i = 0; i < times; ++i) {
        {
            std::optional<lockstep::NamedLock> lock;
            if (!free) lock.emplace(lockstep::named_lock("counter"));
            const long next = value() + 1;
            std::this_thread::yield();
            if (::pwrite(file, &next, sizeof next, 0) != static_cast<ssize_t>(sizeof next)) std::abort();
            log.line(std::to_string(next));
        }
        if (free || i % 4 != 0) continue;
        const auto lock = lockstep::named_lock("counter", lockstep::LockOptions().shared());
        const long seen = value();
        std::this_thread::yield();
        if (value() != seen) std::abort();
    }
    return 0;
}

}  // namespace

int main(int number, char** words) {
    const std::string what = number > 2 ? words[1] : "";
    const bool free = std::string(words[number - 1]) == "free";
    if (what == "session" && number == 6) return make_session(words[2], words + 3);
    if (what == "acquire" && number >= 5)
        return acquire(Log(words[2]), std::atoll(words[3]), std::atoll(words[4]), free);
    if (what == "claim") return claim(Log(words[2]));
    if (what == "count" && number >= 5) return count(Log(words[2]), words[3], std::atoi(words[4]), free);
    std::fputs("see the head of client_probe.cpp\n", stderr);
    return 2;
}
