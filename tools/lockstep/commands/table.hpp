// Text tables for a terminal: columns as wide as what stands in them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "text/words.hpp"

namespace lockstep {

class Table {
public:
    /// `header` may hold empty texts only: then no header line is written. A column whose header begins with '>' is
    /// aligned to the right (without the '>').
    explicit Table(const std::vector<std::string>& header);

    /// As many cells as the header has. What must not reach a terminal is escaped (text/utf8.hpp).
    void add(const std::vector<std::string>& cells);

    /// Lines, each indented by `indent`, columns two blanks apart, no blanks at a line's end.
    [[nodiscard]] std::string text(std::size_t indent = 0) const;

private:
    struct Cell {
        std::string text;
        std::size_t columns = 0;
    };
    void add_row(const std::vector<std::string>& cells);

    std::vector<bool> right_;
    std::vector<std::size_t> widths_;
    std::vector<std::vector<Cell>> rows_;
};

/// `items` separated by ", ", or "-" if there are none.
[[nodiscard]] std::string list_or_dash(const std::vector<std::string>& items);

}  // namespace lockstep
