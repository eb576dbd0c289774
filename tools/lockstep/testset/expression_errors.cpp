#include "testset/expression_errors.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace lockstep {
namespace {

constexpr std::size_t longest_quoted = 80;

/// Offset in the source's text of the character that the place begins at.
std::size_t source_offset(const Place& place) {
    const std::string_view line = place.source->line(place.line);
    if (line.data() == nullptr) return std::string_view::npos;
    return static_cast<std::size_t>(line.data() - place.source->text().data()) + place.column - 1;
}

}  // namespace

// A TOML string may be written with escapes; then the file does not hold the expression, and offsets mean nothing
// there.
bool ExpressionErrors::stands_in_source() const {
    if (!place_.known() || place_.column == 0) return false;
    const std::size_t start = source_offset(place_);
    const std::string_view all = place_.source->text();
    return start <= all.size() && all.substr(start).starts_with(text_);
}

Place ExpressionErrors::place_of(Stretch where) const {
    if (!stands_in_source()) return place_;
    const std::string_view before = text_.substr(0, where.offset);
    const std::size_t last_newline = before.rfind('\n');
    if (last_newline == std::string_view::npos) return place_.at(where.offset, where.length);
    const auto newlines = std::count(before.begin(), before.end(), '\n');
    return {place_.source, place_.line + static_cast<std::uint32_t>(newlines),
            static_cast<std::uint32_t>(where.offset - last_newline), static_cast<std::uint32_t>(where.length)};
}

void ExpressionErrors::send(Diagnostic diagnostic, Stretch where) {
    diagnostic.place = place_of(where);
    if (!stands_in_source()) {
        const std::string_view quoted = text_.substr(0, longest_quoted);
        diagnostic.notes.push_back({fmt::format("at character {} of '{}{}'", where.offset + 1, quoted,
                                                quoted.size() < text_.size() ? "…" : ""),
                                    {}});
    }
    diagnostics_.report(std::move(diagnostic));
}

void ExpressionErrors::report(Stretch where, std::string code, std::string message, std::string help) {
    send({Severity::error, std::move(message), std::move(code), {}, {}, std::move(help)}, where);
}

void ExpressionErrors::report(Stretch where, std::string code, std::string message, std::string help, Stretch note_at,
                              std::string note) {
    Diagnostic diagnostic{Severity::error, std::move(message), std::move(code), {}, {}, std::move(help)};
    if (stands_in_source()) diagnostic.notes.push_back({std::move(note), place_of(note_at)});
    send(std::move(diagnostic), where);
}

}  // namespace lockstep
