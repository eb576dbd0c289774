#include "launcher/batch_lines.hpp"

#include <array>
#include <charconv>
#include <system_error>
#include <utility>

namespace lockstep::launcher {
namespace {

using Kind = Line::Kind;

constexpr std::size_t mark_length = 13;
constexpr std::array<std::pair<std::string_view, Kind>, 6> marks{{{"[ RUN      ] ", Kind::run},
                                                                  {"[       OK ] ", Kind::ok},
                                                                  {"[  FAILED  ] ", Kind::failed},
                                                                  {"[  SKIPPED ] ", Kind::skipped},
                                                                  {"[==========] ", Kind::program_begin},
                                                                  {"[----------] ", Kind::suite_begin}}};

bool begins_with(std::string_view text, std::string_view with) {
    return text.substr(0, with.size()) == with;
}
bool ends_with(std::string_view text, std::string_view with) {
    return text.size() >= with.size() && text.substr(text.size() - with.size()) == with;
}

/// Takes " (3 ms)" off the end.
std::optional<long long> take_time(std::string_view& text) {
    constexpr std::string_view unit = " ms)", before = " (";
    if (!ends_with(text, unit)) return std::nullopt;
    const auto open = text.rfind(before);
    if (open == std::string_view::npos) return std::nullopt;
    const char* const begin = text.data() + open + before.size();
    const char* const end = text.data() + text.size() - unit.size();
    long long number = 0;
    const auto [last, error] = std::from_chars(begin, end, number);
    if (error != std::errc() || last != end || number < 0) return std::nullopt;
    text = text.substr(0, open);
    return number;
}

/// "3 tests from NAME, where TypeParam = int": the name. "" for other text, as that of the environment's set-up.
std::string_view suite_of(std::string_view text) {
    const auto from = text.find(" from ");
    const auto counted = text.substr(0, from);
    if (from == std::string_view::npos || (!ends_with(counted, " tests") && counted != "1 test")) return "";
    text.remove_prefix(from + 6);
    return text.substr(0, text.find(", where "));
}

void complete(Line& line) {
    switch (line.kind) {
        case Kind::ok:
        case Kind::failed:
        case Kind::skipped:
            line.milliseconds = take_time(line.text);
            break;
        case Kind::program_begin:
            if (begins_with(line.text, "Running ")) break;
            line.kind = line.text.find(" ran.") != std::string_view::npos ? Kind::program_end : Kind::plain;
            break;
        case Kind::suite_begin:
            if (ends_with(line.text, " ms total)")) line.kind = Kind::suite_end;
            line.text = suite_of(line.text);
            if (line.text.empty()) line.kind = Kind::plain;
            break;
        default:
            break;
    }
}

}  // namespace

void each_mark(std::string_view line, std::uint64_t begin, const std::function<void(const Line&)>& visit) {
    const auto end = begin + line.size() + 1;
    bool marked = false;
    for (auto at = line.find('['); at != std::string_view::npos; at = line.find('[', at + 1)) {
        for (const auto& [mark, kind] : marks) {
            if (line.compare(at, mark_length, mark) != 0) continue;
            Line found{kind, line.substr(at + mark_length), std::nullopt, begin + at, end};
            complete(found);
            if (found.kind == Kind::plain) continue;
            marked = true;
            visit(found);
        }
    }
    if (!marked) visit({Kind::plain, line, std::nullopt, begin, end});
}

void Lines::take(std::string_view piece) {
    for (auto end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
        const auto line = piece.substr(0, end);
        if (rest_.empty()) {
            position_ += end;
            end_line(line);
        } else {
            rest_ += line.size() > longest ? line.substr(line.size() - longest) : line;
            position_ += end;
            end_line(rest_);
            rest_.clear();
        }
        ++position_;
        piece.remove_prefix(end + 1);
    }
    position_ += piece.size();
    rest_ += piece.size() > longest ? piece.substr(piece.size() - longest) : piece;
    // Not at every piece: a long line of small pieces would be moved again and again.
    if (rest_.size() > 2 * longest) rest_.erase(0, rest_.size() - longest);
}

void Lines::end_line(std::string_view line) {
    if (line.size() > longest) line.remove_prefix(line.size() - longest);
    each_mark(line, position_ - line.size(), visit_);
}

}  // namespace lockstep::launcher
