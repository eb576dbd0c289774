#include "commands/table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "text/utf8.hpp"

namespace lockstep {
namespace {

std::size_t columns_of(std::string_view text) {
    std::size_t columns = 0;
    while (!text.empty()) {
        const auto character = first_utf8_character(text);
        columns += static_cast<std::size_t>(display_columns(character.code_point));
        text.remove_prefix(character.bytes);
    }
    return columns;
}

}  // namespace

Table::Table(const std::vector<std::string>& header) : right_(header.size()), widths_(header.size()) {
    std::vector<std::string> titles;
    for (std::size_t column = 0; column < header.size(); ++column) {
        right_[column] = header[column].starts_with('>');
        titles.push_back(right_[column] ? header[column].substr(1) : header[column]);
    }
    if (std::ranges::any_of(titles, [](const auto& title) { return !title.empty(); })) add_row(titles);
}

void Table::add(const std::vector<std::string>& cells) {
    add_row(cells);
}

void Table::add_row(const std::vector<std::string>& cells) {
    auto& row = rows_.emplace_back();
    for (std::size_t column = 0; column < widths_.size(); ++column) {
        Cell cell{printable(cells.at(column)), 0};
        cell.columns = columns_of(cell.text);
        widths_[column] = std::max(widths_[column], cell.columns);
        row.push_back(std::move(cell));
    }
}

std::string Table::text(std::size_t indent) const {
    std::string out;
    for (const auto& row : rows_) {
        out.append(indent, ' ');
        for (std::size_t column = 0; column < row.size(); ++column) {
            const std::size_t padding = widths_[column] - row[column].columns;
            if (column != 0) out += "  ";
            if (right_[column]) out.append(padding, ' ');
            out += row[column].text;
            if (!right_[column]) out.append(padding, ' ');
        }
        out.erase(out.find_last_not_of(' ') + 1);
        out += '\n';
    }
    return out;
}

std::string list_or_dash(const std::vector<std::string>& items) {
    return items.empty() ? "-" : fmt::to_string(fmt::join(items, ", "));
}

}  // namespace lockstep
