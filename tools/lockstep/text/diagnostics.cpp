#include "text/diagnostics.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace lockstep {

Source::Source(std::string name, std::string text) : name_(std::move(name)), text_(std::move(text)), line_starts_{0} {
    for (std::size_t end = text_.find('\n'); end != std::string::npos; end = text_.find('\n', end + 1)) {
        line_starts_.push_back(end + 1);
    }
}

std::string_view Source::line(std::uint32_t number) const {
    if (number == 0 || number > line_starts_.size()) return {};
    const std::size_t start = line_starts_[number - 1];
    const std::size_t end = number < line_starts_.size() ? line_starts_[number] - 1 : text_.size();
    std::string_view line = text().substr(start, end - start);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::string Place::brief() const {
    return known() ? fmt::format("{}:{}", source->name(), line) : std::string();
}

Place Place::at(std::size_t offset, std::size_t new_length) const {
    if (!known()) return *this;
    return {source, line, column + static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(new_length)};
}

Place place_in(const SourcePtr& source, std::size_t offset) {
    const auto before = source->text().substr(0, offset);
    const auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    Place place;
    place.source = source;
    place.line = static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n') + 1);
    place.column = static_cast<std::uint32_t>(before.size() - line_start + 1);
    return place;
}

void Diagnostics::report(Diagnostic diagnostic) {
    if (diagnostic.severity == Severity::error) ++errors_;
    if (diagnostic.severity == Severity::warning) ++warnings_;
    all_.push_back(std::move(diagnostic));
}

void Diagnostics::error(const Place& place, std::string code, std::string message, std::string help) {
    report({Severity::error, std::move(message), std::move(code), place, {}, std::move(help)});
}

void Diagnostics::warning(const Place& place, std::string code, std::string message, std::string help) {
    report({Severity::warning, std::move(message), std::move(code), place, {}, std::move(help)});
}

}  // namespace lockstep
