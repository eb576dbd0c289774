#include "session.hpp"

#include <sys/random.h>

#include <cerrno>
#include <mutex>
#include <optional>
#include <system_error>
#include <unordered_map>

#include "runtime/batch_table.hpp"
#include "runtime/names.hpp"

namespace lockstep {
inline namespace v1 {
namespace detail {

namespace {

/// Reads a file once; another path (tests set the environment anew) is another file.
template <typename Content>
class Cached {
public:
    std::shared_ptr<const Content> get(const std::string& path, const char* what,
                                       std::optional<Content> (*parse)(std::string_view, std::string&)) {
        const std::lock_guard<std::mutex> guard(mutex_);
        if (content_ && path == path_) return content_;
        std::string text;
        if (!runtime::read_file(path, text)) throw Error(std::string(what) + " '" + path + "' is not there");
        std::string problem;
        auto content = parse(text, problem);
        if (!content) throw Error(std::string(what) + " '" + path + "': " + problem);
        content_ = std::make_shared<const Content>(std::move(*content));
        path_ = path;
        return content_;
    }

private:
    std::mutex mutex_;
    std::string path_;
    std::shared_ptr<const Content> content_;
};

/// CTest's names of the cases of a batch, by GoogleTest's. Read once; another batch is read anew.
class BatchNames {
public:
    std::string of(const std::string& table, const std::string& batch, const std::string& test_case) {
        const std::lock_guard<std::mutex> guard(mutex_);
        if (table != table_ || batch != batch_) read(table, batch);
        const auto found = names_.find(test_case);
        return found == names_.end() ? "" : found->second;
    }

private:
    void read(const std::string& table, const std::string& batch) {
        std::string problem;
        const auto content = runtime::read_batch(table, batch, problem);
        if (!content) throw Error(problem);
        names_.clear();
        for (const auto& one : content->cases) names_.emplace(one.filter, one.name);
        table_ = table;
        batch_ = batch;
    }

    std::mutex mutex_;
    std::string table_, batch_;
    std::unordered_map<std::string, std::string> names_;
};

}  // namespace

std::shared_ptr<const runtime::SessionFacts> session() {
    // Not destroyed: other objects' destructors may still ask.
    static auto* const cached = new Cached<runtime::SessionFacts>;
    const auto path = runtime::environment("LOCKSTEP_SESSION_FILE");
    return path.empty() ? nullptr : cached->get(path, "the session's file", runtime::session_facts_from_text);
}

std::shared_ptr<const runtime::LaunchTable> launch_table(const runtime::SessionFacts& facts) {
    static auto* const cached = new Cached<runtime::LaunchTable>;
    if (facts.table.empty()) return std::make_shared<runtime::LaunchTable>();
    return cached->get(facts.table, "the launch table", runtime::launch_table_from_text);
}

std::pair<std::string, std::string> test_of(const runtime::SessionFacts& facts) {
    const auto temp = runtime::environment("LOCKSTEP_TEMP_DIR");
    std::string number;
    if (!facts.temp.empty() && temp.rfind(facts.temp + "/", 0) == 0) number = temp.substr(facts.temp.size() + 1);
    if (number.find_first_not_of("0123456789") != std::string::npos) number.clear();
    return {number, runtime::environment("LOCKSTEP_TEST")};
}

std::string test_name(const std::string& test_case) {
    static auto* const names = new BatchNames;
    auto test = runtime::environment("LOCKSTEP_TEST");
    const auto batch = runtime::environment("LOCKSTEP_BATCH");
    if (test.empty() || batch.empty() || test_case.empty()) return test;
    auto name = names->of(runtime::environment("LOCKSTEP_BATCH_TABLE"), batch, test_case);
    return name.empty() ? test : name;
}

std::string base36(unsigned long long number, std::size_t width) {
    std::string digits(width, '0');
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, number /= 36)
        *digit = "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36];
    return digits;
}

std::string token() {
    unsigned long long random = 0;
    ssize_t got = -1;
    do {
        got = ::getrandom(&random, sizeof random, 0);
    } while (got < 0 && errno == EINTR);
    if (got != static_cast<ssize_t>(sizeof random))
        throw std::system_error(errno, std::generic_category(), "getrandom");
    return base36(random, 13);
}

}  // namespace detail
}  // namespace v1
}  // namespace lockstep
