// read_ctest_log() on any text, taken twice: as a log, which must yield one entry a test in order; and as the output of
// a test in a log that is otherwise known, where it must not change any verdict for the better. The inventory is what
// the text itself calls its tests, so that headers in it count.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "session/ctest_log.hpp"

namespace {

using lockstep::LogVerdict;
using Names = std::map<std::uint32_t, std::string>;

void require(bool condition) {
    if (!condition) std::abort();
}

/// The first name that the text gives to each number, and the number of tests in its first header.
Names names_in(std::string_view text, std::string& total) {
    constexpr std::string_view label = " Testing: ";
    Names names;
    for (auto at = text.find(label); at != std::string_view::npos; at = text.find(label, at + 1)) {
        const auto line = text.substr(0, at).rfind('\n') + 1;  // npos + 1 is 0
        std::uint32_t index = 0;
        const auto [end, error] = std::from_chars(text.data() + line, text.data() + at, index);
        if (error != std::errc() || *end != '/') continue;
        if (names.empty()) total = std::string(end + 1, text.data() + at);
        const auto name = text.substr(at + label.size());
        names.try_emplace(index, name.substr(0, name.find('\n')));
    }
    return names;
}

lockstep::LogReading read(std::string_view log, const Names& names, bool repeated) {
    const auto reading = lockstep::read_ctest_log(
        log, {[&](std::uint32_t index) {
                  const auto found = names.find(index);
                  return found == names.end() ? std::string_view() : std::string_view(found->second);
              },
              repeated});
    require(std::is_sorted(reading.entries.begin(), reading.entries.end(),
                           [](const auto& a, const auto& b) { return a.index < b.index; }));
    for (const auto& entry : reading.entries) {
        require(names.contains(entry.index));
        require(reading.find(entry.index) == &entry);
    }
    return reading;
}

std::string failed_block(std::uint32_t index, const std::string& total, const std::string& name, std::string output) {
    const std::string numbers = std::to_string(index) + "/" + total;
    const std::string rule = "----------------------------------------------------------\n";
    std::replace(output.begin(), output.end(), '\0', '\n');  // as ctest does
    if (!output.empty() && output.back() != '\n') output += '\n';
    return numbers + " Testing: " + name + "\n" + numbers + " Test: " + name + "\nCommand: \"x\"\nDirectory: /b\n\"" +
           name + "\" start time: Nov 21 05:00 UTC\nOutput:\n" + rule + output +
           "<end of output>\nTest time =   0.01 sec\n" + rule + "Test Failed.\n\"" + name +
           "\" end time: Nov 21 05:00 UTC\n\"" + name + "\" time elapsed: 00:00:00\n" + rule + "\n";
}

bool is_good(LogVerdict verdict) {
    return verdict == LogVerdict::passed || verdict == LogVerdict::skipped;
}

/// The first test of the names fails before, the last one after, and the one between them prints the text.
void read_as_output(const std::string& text, Names names, std::string total) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(total.data(), total.data() + total.size(), number);
    if (error != std::errc() || end != total.data() + total.size() || number == 0) total = "9";
    total = std::to_string(number == 0 ? 9 : number);
    std::erase_if(names, [&names](const auto& entry) {
        // Names shared by two tests are the limit that ctest_log.cpp states.
        const auto same = [&](const auto& other) { return other.second == entry.second; };
        return entry.first == 0 || entry.second.empty() || std::count_if(names.begin(), names.end(), same) > 1;
    });
    if (names.size() < 3) names = {{1, "one"}, {2, "two"}, {3, "three"}};
    const auto before = *names.begin(), printing = *std::next(names.begin()), after = *names.rbegin();
    const auto log = "Start testing: Nov 21 05:00 UTC\n" + failed_block(before.first, total, before.second, "") +
                     failed_block(printing.first, total, printing.second, text) +
                     failed_block(after.first, total, after.second, "") + "End testing: Nov 21 05:00 UTC\n";
    for (const bool repeated : {false, true}) {
        for (const auto& entry : read(log, names, repeated).entries) {
            const bool ran = entry.index == before.first || entry.index == printing.first || entry.index == after.first;
            if (ran) {
                require(!is_good(entry.verdict));
            } else if (!repeated) {
                require(entry.verdict == LogVerdict::unknown);
            }
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    std::string total;
    const auto names = names_in(text, total);
    read(text, names, false);
    read(text, names, true);
    read_as_output(text, names, total);
    return 0;
}
