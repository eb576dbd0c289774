#include "discovery/marks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "text/lines.hpp"
#include "text/words.hpp"

namespace lockstep {
namespace {

constexpr std::string_view blanks = " \t\r";
constexpr const char* marker_help =
    "a marker's name has letters, digits, '_', '.' and '-'; several are separated by ','";

bool can_be_marker(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
               c == '-';
    });
}

/// Where the list of a `// lockstep: …` line begins; npos for any other line.
std::size_t marks_in(std::string_view line) {
    constexpr std::string_view slashes = "//", word = "lockstep:";
    auto at = std::min(line.find_first_not_of(blanks), line.size());
    if (!line.substr(at).starts_with(slashes)) return std::string_view::npos;
    at = std::min(line.find_first_not_of(blanks, at + slashes.size()), line.size());
    return line.substr(at).starts_with(word) ? at + word.size() : std::string_view::npos;
}

/// Some macro whose name says that a test begins here, one that is left out of this program's listing.
bool looks_like_test(std::string_view line) {
    line = trimmed(line);
    const auto name = line.substr(0, std::min(line.find('('), line.size()));
    return name.size() < line.size() &&
           (name.find("TEST") != std::string_view::npos || name.find("SCENARIO") != std::string_view::npos);
}

class CommentReader {
public:
    CommentReader(const SourcePtr& source, std::span<const std::uint32_t> lines, Diagnostics& diagnostics)
        : source_(source), lines_(lines), diagnostics_(diagnostics) {}

    LineMarks read() {
        auto text = source_->text();
        for (std::uint32_t number = 1; !text.empty(); ++number) {
            const auto line = take_line(text);
            if (const auto at = marks_in(line); at != std::string_view::npos) {
                if (pending_.empty() && !seen_) began_ = number;
                seen_ = true;
                take(line, at, number);
            } else if (seen_) {
                settle(number, line);
            }
        }
        if (seen_) settle(0, {});
        return std::move(marks_);
    }

private:
    void take(std::string_view line, std::size_t at, std::uint32_t number) {
        while (true) {
            const auto end = std::min(line.find(',', at), line.size());
            const auto word = trimmed(line.substr(at, end - at));
            if (can_be_marker(word)) {
                pending_.emplace_back(word);
            } else {
                const auto column = word.empty() ? at : static_cast<std::size_t>(word.data() - line.data());
                Place place{source_, number, static_cast<std::uint32_t>(column + 1),
                            static_cast<std::uint32_t>(std::max<std::size_t>(word.size(), 1))};
                diagnostics_.warning(place, "bad-mark",
                                     word.empty() ? std::string("there is no marker here")
                                                  : fmt::format("{} cannot be the name of a marker", named(word)),
                                     marker_help);
            }
            if (end == line.size()) return;
            at = end + 1;
        }
    }

    /// `number` is the line behind the comment; 0: there is none.
    void settle(std::uint32_t number, std::string_view line) {
        if (number != 0 && std::ranges::binary_search(lines_, number)) {
            marks_[number] = std::move(pending_);
        } else if (!looks_like_test(line)) {
            diagnostics_.warning({source_, began_, 1, 1}, "lost-mark", "no test begins on the line below this mark",
                                 "move it to the line directly above TEST(…), TEST_F(…), TEST_P(…), …");
        }
        pending_.clear();
        seen_ = false;
    }

    const SourcePtr& source_;
    std::span<const std::uint32_t> lines_;
    Diagnostics& diagnostics_;
    LineMarks marks_;
    std::vector<std::string> pending_;  ///< of the comment lines right above
    bool seen_ = false;
    std::uint32_t began_ = 0;
};

}  // namespace

void add_marker(DiscoveredCase& one, std::string_view marker) {
    if (std::ranges::find(one.markers, marker) == one.markers.end()) one.markers.emplace_back(marker);
}

LineMarks source_marks(const SourcePtr& source, std::span<const std::uint32_t> lines, Diagnostics& diagnostics) {
    return CommentReader(source, lines, diagnostics).read();
}

std::vector<ProgramMark> read_program_marks(const SourcePtr& source, Diagnostics& diagnostics) {
    std::vector<ProgramMark> marks;
    auto text = source->text();
    for (std::uint32_t number = 1; !text.empty(); ++number) {
        const auto line = take_line(text);
        // From the end: the path may hold tabs.
        const auto second = line.rfind('\t');
        const auto first =
            second == std::string_view::npos || second == 0 ? std::string_view::npos : line.rfind('\t', second - 1);
        ProgramMark mark;
        bool good = first != std::string_view::npos && first != 0;
        if (good) {
            const auto digits = line.substr(first + 1, second - first - 1);
            const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), mark.line);
            good = error == std::errc() && stop == digits.data() + digits.size();
        }
        if (!good) {
            diagnostics.warning({source, number, 1, 1}, "bad-mark",
                                "this is not a line of file, line and marker, separated by tabs",
                                "LOCKSTEP_MARKS_FILE is written by LOCKSTEP_MARK alone");
            continue;
        }
        mark.file = line.substr(0, first);
        mark.marker = line.substr(second + 1);
        if (can_be_marker(mark.marker)) {
            marks.push_back(std::move(mark));
            continue;
        }
        // Pointing into the source file itself, whose text is not here.
        const auto file = std::make_shared<const Source>(mark.file, "");
        diagnostics.warning({file, mark.line, 1, 1}, "bad-mark",
                            mark.marker.empty() ? std::string("LOCKSTEP_MARK has an empty name in it")
                                                : fmt::format("{} cannot be the name of a marker", named(mark.marker)),
                            marker_help);
    }
    return marks;
}

void apply_program_marks(std::vector<DiscoveredCase>& cases, std::span<const ProgramMark> marks,
                         Diagnostics& diagnostics) {
    if (marks.empty()) return;
    std::unordered_map<std::string_view, std::map<std::uint32_t, std::vector<std::size_t>>> places;
    for (std::size_t i = 0; i < cases.size(); ++i) places[cases[i].file][cases[i].line].push_back(i);
    // Names of files are kept apart from the cases, which are written to below: only their markers are.
    for (const auto& mark : marks) {
        const auto file = places.find(mark.file);
        const auto below = file == places.end() ? decltype(file->second.end()){} : file->second.lower_bound(mark.line);
        if (file == places.end() || below == file->second.end()) {
            const auto named_file = std::make_shared<const Source>(mark.file, "");
            diagnostics.warning({named_file, mark.line, 1, 1}, "lost-mark", "LOCKSTEP_MARK has no test below it",
                                "move it directly above the test");
            continue;
        }
        for (const auto position : below->second) add_marker(cases[position], mark.marker);
    }
}

}  // namespace lockstep
