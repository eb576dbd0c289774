// What a test program may print, any bytes in any pieces: what is told of its cases is the same however the text is
// cut, each case has its result once, and its output lies in what was printed.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>

#include "launcher/batch_watch.hpp"

namespace {

using namespace lockstep;
using namespace lockstep::launcher;

constexpr std::uint64_t first_byte = 7;

void require(bool condition) {
    if (!condition) std::abort();
}

using Results = std::map<std::size_t, std::pair<Verdict, std::string>>;

Results results_of(const std::string& text, int status, std::size_t piece) {
    runtime::Batch batch;
    for (const char* filter : {"A.a", "A.b", "B.a"}) batch.cases.push_back({filter, filter, 0});
    CaseWatch watch(batch, {0, 1, 2}, first_byte, {});
    Results results;
    const auto take = [&] {
        for (const auto& result : watch.take_results()) {
            require(result.begin >= first_byte && result.end <= first_byte + text.size() && result.begin <= result.end);
            results[result.position] = {result.verdict, result.detail};
        }
    };
    for (std::size_t at = 0; at < text.size(); at += piece) {
        watch.take(std::string_view(text).substr(at, piece), {});
        take();
    }
    ProcessEnd end;
    end.status = status;
    const auto outcome = watch.finish(end, {});
    take();
    Results settled;
    for (const auto position : outcome.settled) {
        require(results.count(position) == 1 && settled.count(position) == 0);
        settled[position] = results[position];
    }
    for (const auto position : outcome.doubtful) require(settled.count(position) == 0);
    require(!settled.empty() || !outcome.doubtful.empty() || !outcome.reason.empty());
    return settled;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const int status = data[0] % 2 == 0 ? 0 : data[0];
    const auto whole = results_of(text, status, text.size() + 1);
    require(results_of(text, status, 1) == whole);
    require(results_of(text, status, data[0] % 16 + 1U) == whole);
    return 0;
}
