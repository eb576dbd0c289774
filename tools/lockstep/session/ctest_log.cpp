// How a log is read that any test can write into.
//
// CTest writes a test's block when the test has settled: a header, the output, and a tail with the verdict. Only the
// output is the test's own, but it may hold whatever the log may hold, headers and tails included. What a test cannot
// do: change what CTest writes before its output, or write anything after CTest's tail. So, in a complete log,
//
//   - every true header is one of the *candidates*: three lines `i/n Testing: NAME`, `i/n Test: NAME`, `Command: `
//     in which NAME is the inventory's test i and n that of the first header (which no output precedes);
//   - the tail of a true block is the last `<end of output>` before the next true header, and names the block's test.
//
// The candidates cut the log into segments. A true block is one segment or, where an output held candidates, several,
// the last of which ends in the tail that names the test of the first. Hence: where a segment's last tail names the
// test of an earlier segment, all segments from there on may be a single output, and nothing between them can be told.
// Where no such stretch covers a segment, it is a true block with its own verdict. An index that comes twice in a run
// that repeats nothing is taken as such a stretch too. A segment without any tail, which no such stretch covers, is
// part of an output that was cut off.
//
// A verdict that cannot be told is `unknown`, also that of a test which only ever appeared in another one's output.
// `name_of` has to know every test of the run, generated ones too: the block of one that it does not know counts as
// output of the block before.
//
// What remains possible to an output that imitates the log on purpose:
//   - Two tests of the same name have the same tails. One of them can hide its verdict behind a forged block of the
//     other, if that one is not selected in this run. (`check` reports such names.)
//   - With `repeated`, blocks of one test may lie around those of others. A test that forges its own end and its own
//     second beginning can make a test that is not selected in this run appear with a verdict between the two. One that
//     was selected and failed does not become passed that way: see `doubt_improved_inside_another`.
//   - ctest killed while it writes an output, or the log read at that moment, hides the tail that would expose it.
#include "session/ctest_log.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace lockstep {
namespace {

constexpr std::string_view end_of_output = "<end of output>\n";

struct Segment {
    std::uint32_t index = 0;
    std::string_view name;
    std::size_t body = 0;                       ///< behind "Command: "
    std::size_t end = 0;                        ///< where the next segment begins
    std::size_t tail = std::string_view::npos;  ///< behind the last `<end of output>`

    // What it says, taken by itself.
    bool has_tail = false;     ///< it ends in a whole tail, whichever test that names
    bool complete = false;     ///< the tail names its own test
    std::string_view tail_of;  ///< the test that it names otherwise
    LogVerdict verdict = LogVerdict::unknown;
    double seconds = 0;
};

/// Takes one line off the front of `text`, without its end; none if the text ends first.
std::optional<std::string_view> take_whole_line(std::string_view& text) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const auto line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

bool take(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

/// A number as CTest writes it, from 1, without leading zeros.
std::optional<std::uint32_t> take_number(std::string_view& text) {
    std::uint32_t number = 0;
    const auto limit = std::min<std::size_t>(text.size(), 10);
    const auto [end, error] = std::from_chars(text.data(), text.data() + limit, number);
    if (error != std::errc() || text.front() == '0') return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

/// Cuts a log into segments. Looks at each line a bounded number of times, and makes no copy.
class Cutter {
public:
    Cutter(std::string_view log, const LogOptions& options) : log_(log), options_(options) {}

    std::vector<Segment> cut() {
        for (std::size_t line = 0; line < log_.size(); line = next_line(line)) {
            const char first = log_[line];
            if (first >= '1' && first <= '9') {
                read_header(line);
            } else if (first == '<' && !segments_.empty() && log_.substr(line).starts_with(end_of_output)) {
                segments_.back().tail = line + end_of_output.size();
            }
        }
        if (!segments_.empty()) segments_.back().end = log_.size();
        return std::move(segments_);
    }

private:
    std::size_t next_line(std::size_t line) const {
        const auto end = log_.find('\n', line);
        return end == std::string_view::npos ? log_.size() : end + 1;
    }

    void read_header(std::size_t line) {
        auto rest = log_.substr(line);
        const auto index = take_number(rest);
        if (!index || !take(rest, "/")) return;
        const auto total = take_number(rest);
        if (!total || (total_ != 0 && *total != total_)) return;
        const auto numbers = log_.substr(line, static_cast<std::size_t>(rest.data() - log_.data()) - line);
        if (!take(rest, " Testing: ")) return;
        // The name is compared where it stands, not looked for: it may hold a newline.
        const auto name = options_.name_of(*index);
        if (name.empty() || !take(rest, name) || !take(rest, "\n")) return;
        for (const auto part : {numbers, std::string_view(" Test: "), name, std::string_view("\nCommand: ")}) {
            if (take(rest, part)) continue;
            if (!part.starts_with(rest)) return;
            rest = {};  // ctest was killed in the middle of this header
            break;
        }
        total_ = *total;
        if (!segments_.empty()) segments_.back().end = line;
        auto& segment = segments_.emplace_back();
        segment.index = *index;
        segment.name = name;
        segment.body = log_.size() - rest.size();
    }

    std::string_view log_;
    const LogOptions& options_;
    std::vector<Segment> segments_;
    std::uint32_t total_ = 0;
};

double read_seconds(std::string_view line) {
    if (!take(line, "Test time =")) return 0;
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    double seconds = 0;
    std::from_chars(line.data(), line.data() + line.size(), seconds);
    return seconds;
}

/// The verdict line, and the reason that a skip is told by. Nothing else of a reason counts: under WILL_FAIL and after
/// a crash the sentence can say the contrary of the verdict.
LogVerdict read_verdict(std::string_view line, std::string_view rest) {
    if (line == "Test Passed.") return LogVerdict::passed;
    if (line == "Test Failed." || line == "Test Fail Reason:") return LogVerdict::failed;
    if (line != "Test Pass Reason:") return LogVerdict::unknown;
    return rest.starts_with("Skip regular expression found in output.") ? LogVerdict::skipped : LogVerdict::passed;
}

/// Whether CTest started the test: the line in which it gives the start time, which stands above the output, has one.
std::optional<bool> was_started(std::string_view log, const Segment& segment) {
    const auto above_tail = log.substr(segment.body, segment.tail - segment.body);
    const std::string label = "\n\"" + std::string(segment.name) + "\" start time: ";
    const auto found = above_tail.find(label);
    if (found == std::string_view::npos) return std::nullopt;
    return !above_tail.substr(found + label.size()).starts_with('\n');
}

/// Fills in what the segment says by itself.
void read_tail(std::string_view log, Segment& segment) {
    if (segment.tail == std::string_view::npos) return;
    auto rest = log.substr(segment.tail, segment.end - segment.tail);
    const auto time = take_whole_line(rest);
    const auto rule = take_whole_line(rest);
    const auto verdict = take_whole_line(rest);
    if (!verdict || !rule->starts_with("-----")) return;

    // A reason may have several lines, so the line that names the test is looked for; with its line end: not cut off.
    constexpr std::string_view label = "\" end time: ";
    const auto from = static_cast<std::size_t>(verdict->data() + verdict->size() - log.data());
    const auto behind_verdict = log.substr(from, segment.end - from);
    const std::string own = "\n\"" + std::string(segment.name) + std::string(label);
    if (const auto at = behind_verdict.find(own); at != std::string_view::npos) {
        segment.complete = segment.has_tail = behind_verdict.find('\n', at + own.size()) != std::string_view::npos;
    } else if (const auto other = behind_verdict.find(label); other != std::string_view::npos) {
        segment.has_tail = true;
        // A name may begin like the label: then the quote before it is the label's own.
        const auto start = behind_verdict.rfind("\n\"", other);
        const auto last = behind_verdict.substr(0, behind_verdict.find('\n', other)).rfind(label);
        if (start != std::string_view::npos) segment.tail_of = behind_verdict.substr(start + 2, last - start - 2);
    }
    if (!segment.complete) return;
    segment.seconds = read_seconds(*time);
    if (const auto started = was_started(log, segment)) {
        segment.verdict = *started ? read_verdict(*verdict, rest) : LogVerdict::not_run;
    }
}

/// Stretches of segments, counted where they begin and end so that any number of them costs one pass.
class Stretches {
public:
    explicit Stretches(std::size_t size) : changes_(size + 1) {}

    void add(std::size_t first, std::size_t last) {
        ++changes_[first];
        --changes_[last + 1];
    }

    std::vector<bool> covered() const {
        std::vector<bool> result(changes_.size() - 1);
        std::ptrdiff_t depth = 0;
        for (std::size_t i = 0; i < result.size(); ++i) result[i] = (depth += changes_[i]) > 0;
        return result;
    }

private:
    std::vector<std::ptrdiff_t> changes_;
};

/// What is said of one test by its segments, by their positions.
struct Appearance {
    std::size_t first = 0, last = 0;
    bool failed_before = false;  ///< one before the last said neither passed nor skipped
};

bool is_good(LogVerdict verdict) {
    return verdict == LogVerdict::passed || verdict == LogVerdict::skipped;
}

class Reader {
public:
    Reader(std::vector<Segment> segments, bool repeated) : segments_(std::move(segments)), repeated_(repeated) {}

    LogReading read() {
        for (std::size_t i = 0; i < segments_.size(); ++i) {
            const auto [found, is_new] = tests_.try_emplace(segments_[i].index, Appearance{i, i, false});
            if (is_new) continue;
            auto& test = found->second;
            test.failed_before = test.failed_before || !is_good(segments_[test.last].verdict);
            test.last = i;
        }
        const auto doubtful = find_doubtful();
        for (std::size_t i = 0; i < segments_.size(); ++i) {
            if (doubtful[i]) doubted_tests_.insert(segments_[i].index);
        }
        if (repeated_) doubt_improved_inside_another();

        LogReading reading;
        reading.entries.reserve(tests_.size());
        for (const auto& [index, test] : tests_) reading.entries.push_back(entry(index, test));
        std::sort(reading.entries.begin(), reading.entries.end(),
                  [](const LogEntry& a, const LogEntry& b) { return a.index < b.index; });
        return reading;
    }

private:
    /// The segments that may belong to one output, by the rules at the top of this file.
    std::vector<bool> find_doubtful() const {
        Stretches stretches(segments_.size());
        std::unordered_map<std::string_view, std::size_t> first_of_name;
        for (std::size_t i = 0; i < segments_.size(); ++i) {
            const auto& segment = segments_[i];
            first_of_name.try_emplace(segment.name, i);
            const auto first = tests_.at(segment.index).first;
            if (!repeated_ && first != i) stretches.add(first, i);
            if (segment.has_tail && !segment.complete) {
                const auto owner = first_of_name.find(segment.tail_of);
                stretches.add(owner == first_of_name.end() ? before(i) : owner->second, i);
            }
        }
        // Each of these is part of an output. If no tail says of which, that output was cut off, and reaches to the
        // end.
        const auto covered = stretches.covered();
        for (std::size_t i = 0; i + 1 < segments_.size(); ++i) {
            if (segments_[i].has_tail || covered[i]) continue;
            stretches.add(before(i), segments_.size() - 1);
            return stretches.covered();
        }
        return covered;
    }

    static std::size_t before(std::size_t position) { return position == 0 ? 0 : position - 1; }

    /// Under --repeat a test's blocks may honestly lie between another's two. But that is also how an output looks that
    /// forges a better verdict of a test that has failed, wrapped in an end and a beginning of its own.
    void doubt_improved_inside_another() {
        Stretches insides(segments_.size());
        for (const auto& [index, test] : tests_) {
            if (test.last > test.first + 1) insides.add(test.first + 1, test.last - 1);
        }
        const auto inside = insides.covered();
        for (const auto& [index, test] : tests_) {
            if (inside[test.last] && test.failed_before && is_good(segments_[test.last].verdict)) {
                doubted_tests_.insert(index);
            }
        }
    }

    LogEntry entry(std::uint32_t index, const Appearance& test) const {
        const auto& segment = segments_[test.last];
        LogEntry entry{index, segment.verdict, segment.seconds};
        if (doubted_tests_.contains(index)) {
            entry.verdict = LogVerdict::unknown;
        } else if (!segment.complete && test.last + 1 == segments_.size()) {
            entry.verdict = LogVerdict::started;
        }
        return entry;
    }

    std::vector<Segment> segments_;
    bool repeated_;
    std::unordered_map<std::uint32_t, Appearance> tests_;
    std::unordered_set<std::uint32_t> doubted_tests_;
};

/// CTest's last words, a summary of labels aside, stand behind what tests wrote.
bool ends_like_a_log(std::string_view log) {
    const auto output = log.rfind(end_of_output);
    return log.find("\nEnd testing: ", output == std::string_view::npos ? 0 : output) != std::string_view::npos;
}

}  // namespace

const LogEntry* LogReading::find(std::uint32_t index) const {
    const auto found =
        std::lower_bound(entries.begin(), entries.end(), index,
                         [](const LogEntry& entry, std::uint32_t wanted) { return entry.index < wanted; });
    return found != entries.end() && found->index == index ? &*found : nullptr;
}

bool begins_like_a_log(std::string_view log) {
    constexpr std::string_view first = "Start testing: ", rule = "-----", last = "End testing: ";
    const auto begins = [](std::string_view text, std::string_view with) {
        return text.starts_with(with.substr(0, text.size()));
    };
    if (!begins(log, first)) return false;
    if (!take_whole_line(log)) return true;
    if (!begins(log, rule)) return false;
    if (!take_whole_line(log)) return true;
    // Of a run without tests, or of a listing: nothing follows.
    return !log.starts_with(last) || !take_whole_line(log) || log.empty();
}

LogReading read_ctest_log(std::string_view log, const LogOptions& options) {
    auto segments = Cutter(log, options).cut();
    for (auto& segment : segments) read_tail(log, segment);
    auto reading = Reader(std::move(segments), options.repeated).read();
    reading.finished = ends_like_a_log(log);
    return reading;
}

}  // namespace lockstep
