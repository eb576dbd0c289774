// What lockstep-exec adds to the start of a program: the same program, directly and through the launcher, in turn.
//
// Usage: launcher-overhead LAUNCHER [STARTS]
//
// The promise: with retries by exit status, a worker id and the journal, the median of the launched ones is less than a
// millisecond above that of the direct ones. Exit status 1 if not. What other kinds of tests cost is shown beside it.
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "runtime/launch_table.hpp"
#include "runtime/session_facts.hpp"

extern char** environ;

namespace {

using namespace lockstep::runtime;

constexpr const char* program = "/bin/true";
constexpr double promise = 1e-3;  // seconds

void put(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

struct Kind {
    const char* name;
    LaunchKind kind;
};

std::vector<Kind> kinds() {
    std::vector<Kind> kinds(4);
    kinds[0].name = "retry by exit status";
    kinds[0].kind.retry = 0;
    kinds[1].name = "measured only";
    kinds[2].name = "retry by output";
    kinds[2].kind.retry = 1;
    kinds[3].name = "rate limit and place";
    kinds[3].kind.rate_limits = {0};
    return kinds;
}

LaunchTable table() {
    LaunchTable table;
    table.rate_limits = {{"limit", 1e6, 1000, 100, false, false}};
    table.retries.resize(2);
    table.retries[0].name = "exit";
    table.retries[0].on_exit = {75};
    table.retries[1].name = "output";
    table.retries[1].on_output = {"429 Too Many Requests", "/rate.?limit/"};
    for (const auto& kind : kinds()) table.kinds.push_back(kind.kind);
    return table;
}

double seconds_of(std::vector<std::string> command) {
    std::vector<char*> words;
    for (auto& word : command) words.push_back(word.data());
    words.push_back(nullptr);
    const auto begin = std::chrono::steady_clock::now();
    pid_t pid = 0;
    int status = -1;
    if (::posix_spawn(&pid, words[0], nullptr, nullptr, words.data(), environ) == 0) ::waitpid(pid, &status, 0);
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
    if (status != 0) {
        std::fprintf(stderr, "%s: wait status %d\n", command[0].c_str(), status);
        std::exit(1);
    }
    return time.count();
}

constexpr int enough_to_judge = 10000;

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// How much more the launched program takes, at the median.
double overhead(const std::vector<std::string>& launched, int starts, const char* name) {
    std::vector<double> with, without;
    for (int i = 0; i < starts; ++i) {
        without.push_back(seconds_of({program}));
        with.push_back(seconds_of(launched));
    }
    const double difference = median(with) - median(without);
    std::printf("%-24s%8.0f us directly%8.0f us launched%8.0f us more\n", name, median(without) * 1e6,
                median(with) * 1e6, difference * 1e6);
    return difference;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: launcher-overhead LAUNCHER [STARTS]\n");
        return 2;
    }
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    const int starts = argc > 2 ? std::atoi(argv[2]) : enough_to_judge;
    std::string folder = (std::filesystem::temp_directory_path() / "lockstep-bench-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr || starts < 1) return 2;
    SessionFacts facts;
    facts.id = "bench";
    facts.folder = facts.state = facts.build_dir = facts.source_dir = facts.temp = folder;
    facts.mode = "parallel";
    facts.workers = 64;
    put(folder + "/session.txt", to_text(facts));
    put(folder + "/launch.txt", to_text(table()));
    ::setenv("LOCKSTEP_SESSION_FILE", (folder + "/session.txt").c_str(), 1);
    ::setenv("CTEST_RESOURCE_GROUP_COUNT", "1", 1);
    ::setenv("CTEST_RESOURCE_GROUP_0_LOCKSTEP_WORKER", "id:3,slots:1", 1);

    double first = 0;
    const auto all = kinds();
    for (std::size_t kind = 0; kind < all.size(); ++kind) {
        const double more = overhead({argv[1], "--table", folder + "/launch.txt", "--kind", std::to_string(kind),
                                      "--test", "1", "--name", "bench", "--", program},
                                     starts, all[kind].name);
        if (kind == 0) first = more;
    }
    std::filesystem::remove_all(folder);
    std::printf("promised %.0f us: %s\n", promise * 1e6, first < promise ? "kept" : "NOT KEPT");
    // Few starts on a machine that does other things besides tell nothing, but that the benchmark works.
    return first < promise || starts < enough_to_judge ? 0 : 1;
}
